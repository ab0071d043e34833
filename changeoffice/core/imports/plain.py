"""The mapping a file needs that calls its columns as the portal does: by a field's name or label."""

from typing import Any

from changeoffice.core.imports.kinds import Field
from changeoffice.core.imports.mapping import Mapping

NAME = "plain"
RULES = {
    "text": "text", "long_text": "long_text", "date": "date", "money": "money", "number": "number",
    "choice": "choice", "person": "person", "reference": "text", "flag": "flag", "code": "text",
    "comments": "comments",
}  # fmt: skip
IDS = (["id"], ["external id"], ["reference"])


def plain_mapping(kind) -> Mapping:
    """Rows are told apart by an id, or else by the kind's first field: a title, an address."""
    first = kind.fields[0]
    return Mapping(
        name=NAME, title=f"{kind.title}, columns named as here", kind=kind.name, source=NAME,
        identity=[*IDS, [first.name], [first.label]],
        fields={field.name: _spec(field) for field in kind.fields},
    )  # fmt: skip


def _spec(field: Field) -> dict[str, Any]:
    spec: dict[str, Any] = {"rule": RULES[field.type], "column": [field.name, field.label]}
    if field.required:
        spec["required"] = True
    if field.max:
        spec["max"] = field.max
    if field.choices:
        spec["values"] = {words: code for code, label in field.choices for words in (code, label)}
    return spec
