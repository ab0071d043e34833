"""A mapping is data: which columns of a source become which fields, by which value rule."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from changeoffice.core import ports
from changeoffice.core.imports.checking import checked
from changeoffice.core.imports.patterns import captured
from changeoffice.core.imports.reading import Row, Table
from changeoffice.core.imports.reading.columns import found_in
from changeoffice.core.imports.values import RULES, Directory, Unusable
from changeoffice.core.imports.values.cells import columns_of, is_sentence
from changeoffice.core.record.errors import Invalid

LONGEST_IDENTITY = 200


@dataclass(frozen=True)
class Mapping:
    """`identity` is a list of columns, or a list of such lists: alternatives, the best one first.

    Columns are named as the file has them, in any case and spacing; a * stands for any text
    ("*Budget (£million)"). Where a spec lists several, the first that a row fills counts.
    """

    name: str
    kind: str
    source: str
    identity: list[Any]
    fields: dict[str, dict[str, Any]]
    constants: dict[str, Any] = field(default_factory=dict)
    title: str = ""
    shape: dict[str, Any] = field(default_factory=dict)  # hints for reading: transposed, sheet …
    join: list[dict[str, Any]] = field(default_factory=list)  # columns from other files
    # Filled by `prepare`: fields the file has no column for, with the columns looked for.
    missing: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, plain: Any, known: Iterable[str] | None = None) -> "Mapping":
        """A mapping somebody sent or saved; raises Invalid by part. `known`: the kind's fields."""
        return cls(**checked(plain, known))

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "title": self.title, "kind": self.kind, "source": self.source,
            "identity": self.identity, "fields": self.fields, "constants": self.constants,
            "shape": self.shape, "join": self.join,
        }  # fmt: skip

    @property
    def wanted(self) -> list[str]:
        """The names of the columns it looks for, by which `guess` finds sheet and header."""
        names = [name for option in self._alternatives() for name in option]
        for spec in self.fields.values():
            names += columns_of(spec)
        return list(dict.fromkeys(names))

    def prepare(self, table: Table, people: Directory | None = None) -> "Mapping":
        """This mapping with the table's own column names, and the people its rules may find.

        Fields whose columns the table lacks are left out and stand in `missing`; raises Invalid
        when an identity or a required field cannot be had.
        """
        found = self.resolved(table, people)
        lacking = {
            column
            for name, columns in found.missing.items()
            for column in columns
            if self.fields[name].get("required")
        }
        if not found.identity:
            lacking |= set(self._alternatives()[0]) - set(table.columns)
        if lacking or not found.identity:
            named = ", ".join(sorted(lacking)) or "one that tells rows apart"
            raise Invalid(file=f"The file lacks the columns: {named}.")
        return found

    def resolved(self, table: Table, people: Directory | None = None) -> "Mapping":
        """What of this mapping the table has columns for; `prepare` without its demands."""
        names = Resolving(table.columns)
        options = [list(names.all(option)) for option in self._alternatives()]
        fields, missing = {}, {}
        for name, spec in self.fields.items():
            own, absent = names.spec(spec)
            if absent:
                missing[name] = absent
            else:
                fields[name] = self._equipped(own, people)
        usable = [option for option in options if option and "" not in option]
        return replace(self, identity=usable, fields=fields, missing=missing)

    @property
    def names_people(self) -> bool:
        return any(spec["rule"] == "person" for spec in self.fields.values())

    def identity_of(self, row: Row) -> str:
        """What tells this row from others; raises Unusable when it has nothing."""
        if found := self.identities_of(row):
            return found[0]
        column = next(c for c in self._alternatives()[0] if not row.cells.get(c, "").strip())
        raise Unusable(column, "Without this the row cannot be told from others.")

    def identities_of(self, row: Row) -> list[str]:
        """Every name the row can be found by, the best one first."""
        found = []
        for option in self._alternatives():
            parts = [" ".join(row.cells.get(column, "").split()) for column in option]
            if all(parts):
                found.append("/".join(parts)[:LONGEST_IDENTITY])
        return found

    def values_of(self, row: Row) -> tuple[dict[str, Any], list[Unusable]]:
        """The row's values by field, and every cell that cannot be used."""
        values, errors = dict(self.constants), []
        for name, spec in self.fields.items():
            try:
                values[name] = RULES[spec["rule"]](row.cells, spec)
            except Unusable as error:
                if _explains_itself(row, error, spec):
                    values[name] = None
                else:
                    errors.append(error)
        return values, errors

    def _equipped(self, spec: dict[str, Any], people: Directory | None) -> dict[str, Any]:
        """With what a rule needs from outside its cells."""
        if spec["rule"] == "person":
            return {"people": people or Directory([]), **spec}
        if spec["rule"] == "money" and "currency" in self.constants:
            return {"currency": self.constants["currency"], **spec}
        return spec

    def _alternatives(self) -> list[list[str]]:
        if all(isinstance(part, str) for part in self.identity):
            return [self.identity]
        return [[part] if isinstance(part, str) else part for part in self.identity]


@dataclass(frozen=True)
class Resolving:
    """A table's columns, to be found by the names a mapping uses."""

    columns: list[str]

    def all(self, names: list[str]) -> Iterator[str]:
        for name in names:
            yield found_in(self.columns, name)

    def spec(self, spec: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The spec with the table's names, and the columns that are nowhere."""
        own, absent = dict(spec), []
        if "column" in spec:
            named = [spec["column"]] if isinstance(spec["column"], str) else spec["column"]
            own["column"] = [name for name in self.all(named) if name]
            absent += [] if own["column"] or "heading" in spec else [named[0]]
        if "heading" in spec:
            heading = found_in(self.columns, spec["heading"])
            own["text"] = captured(heading, spec["heading"])
            absent += [] if own.get("column") or own["text"] else [spec["heading"]]
        if "days" in spec:
            own["days"] = list(self.all(spec["days"]))
            absent += [name for name, got in zip(spec["days"], own["days"], strict=True) if not got]
        if "minus" in spec:
            own["minus"] = found_in(self.columns, spec["minus"])
            absent += [] if own["minus"] else [spec["minus"]]
        return own, absent


def _explains_itself(row: Row, error: Unusable, spec: dict[str, Any]) -> bool:
    """Words where a value was due, in a source that writes such words."""
    no_value = spec.get("sentences") == "no_value" and not spec.get("required")
    return no_value and is_sentence(row.cells.get(error.column, ""))


def mappings() -> dict[str, Mapping]:
    """Every shipped mapping by name."""
    found = {}
    for kind in ports.import_kinds.values():
        for path in sorted(Path(kind.mappings).glob("*.json")):
            mapping = Mapping.from_json(json.loads(path.read_text()))
            found[mapping.name] = mapping
    return found


def mapping_named(name: str, kind: str) -> Mapping:
    from changeoffice.core.imports.plain import NAME, plain_mapping

    if name == NAME and kind in ports.import_kinds:
        return plain_mapping(ports.import_kinds[kind])
    known = {k: m for k, m in mappings().items() if m.kind == kind}
    if name not in known:
        raise Invalid(
            mapping=f"There is no mapping {name} for {kind}. Known: {', '.join([*known, NAME])}."
        )
    return known[name]
