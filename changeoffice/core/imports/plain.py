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
    """Rows are told apart by an id, or else by the kind's key: its first field, such as a title or
    an address, unless it names others."""
    names = getattr(kind, "key", (kind.fields[0].name,))
    key = [field for field in kind.fields if field.name in names]
    return Mapping(
        name=NAME, title=f"{kind.title}, columns named as here", kind=kind.name, source=NAME,
        identity=[*IDS, [field.name for field in key], [field.label for field in key]],
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
