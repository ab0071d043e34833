"""A mapping is data: which columns of a source become which fields, by which value rule."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from changeoffice.core import ports
from changeoffice.core.imports.reading import Row, Table
from changeoffice.core.imports.values import RULES, Unusable
from changeoffice.core.record.errors import Invalid


@dataclass(frozen=True)
class Mapping:
    name: str
    kind: str
    source: str
    identity: list[str]
    fields: dict[str, dict[str, Any]]
    constants: dict[str, Any]

    @property
    def columns(self) -> set[str]:
        """Every column of the file this mapping reads."""
        found = set(self.identity)
        for spec in self.fields.values():
            found |= {spec["column"], *spec.get("days", [])}
            found |= {spec["minus"]} if "minus" in spec else set()
        return found

    def check(self, table: Table) -> None:
        if missing := sorted(self.columns - set(table.columns)):
            raise Invalid(file=f"The file lacks the columns: {', '.join(missing)}.")

    def identity_of(self, row: Row) -> str:
        parts = [row.cells[column].strip() for column in self.identity]
        if empty := [c for c, part in zip(self.identity, parts, strict=True) if not part]:
            raise Unusable(empty[0], "Without this the row cannot be told from others.")
        return "/".join(parts)[:200]

    def values_of(self, row: Row) -> tuple[dict[str, Any], list[Unusable]]:
        """The row's values by field, and every cell that cannot be used."""
        values, errors = dict(self.constants), []
        for field, spec in self.fields.items():
            try:
                values[field] = RULES[spec["rule"]](row.cells, spec)
            except Unusable as error:
                errors.append(error)
        return values, errors


def mappings() -> dict[str, Mapping]:
    """Every shipped mapping by name."""
    found = {}
    for kind in ports.import_kinds.values():
        for path in sorted(Path(kind.mappings).glob("*.json")):
            plain = json.loads(path.read_text())
            plain.setdefault("constants", {})
            plain = {k: v for k, v in plain.items() if k in Mapping.__dataclass_fields__}
            found[plain["name"]] = Mapping(**plain)
    return found


def mapping_named(name: str, kind: str) -> Mapping:
    known = {k: m for k, m in mappings().items() if m.kind == kind}
    if name not in known:
        raise Invalid(
            mapping=f"There is no mapping {name} for {kind}. Known: {', '.join(known) or 'none'}."
        )
    return known[name]
