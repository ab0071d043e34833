"""Take a file in: all accepted rows commit together, refused ones are kept with their reasons."""

import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from django.db import connection, transaction

from changeoffice.core import ports
from changeoffice.core.imports.mapping import Mapping, mapping_named
from changeoffice.core.imports.models import ImportedValues, ImportRun, RefusedRow
from changeoffice.core.imports.reading import Row, Table, read_csv
from changeoffice.core.imports.values import Unusable
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, Refused
from changeoffice.core.record.models import Alias


class ImportKind(Protocol):
    """What a downstream app gives for one kind of file; every method answers for many rows."""

    name: str
    mappings: Path

    def existing(self, record_ids: list[int]) -> dict[int, Any]: ...
    def values_now(self, record: Any) -> dict[str, Any]: ...
    def create(self, values: dict[str, Any], *, by) -> Any: ...
    def update(self, record: Any, changes: dict[str, Any], *, by) -> None: ...
    def taking(self) -> AbstractContextManager[None]: ...


@dataclass
class Outcome:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, row: int, column: str, message: str) -> None:
        self.errors.append({"row": row, "column": column, "message": message})

    def as_json(self) -> dict[str, Any]:
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged,
                "refused": self.refused, "errors": self.errors}  # fmt: skip


@dataclass
class Accepted:
    row: Row
    external_id: str
    values: dict[str, Any]


def import_file(
    kind_name: str, content: bytes, *, file_name: str, mapping_name: str, by, dry_run: bool = False
) -> Outcome:
    """Read, map and take in one file; answers what happened to every row.

    Raises Invalid when the file as a whole cannot be used; then nothing was changed.
    """
    kind = ports.import_kinds.get(kind_name)
    if kind is None:
        raise Invalid(
            kind=f"Files of {kind_name} are not taken. Known: {', '.join(ports.import_kinds)}."
        )
    table = read_csv(content)
    mapping = mapping_named(mapping_name, kind_name).prepare(table)
    outcome = Outcome()
    accepted, refused = _map(table, mapping, outcome)
    with transaction.atomic(), acting.through("import", f"{mapping_name}: {file_name}"):
        _one_at_a_time(mapping.source)
        with kind.taking():
            _take_in(kind, mapping, accepted, outcome, by, refused)
        outcome.refused = len(refused)
        if dry_run:
            transaction.set_rollback(True)
        else:
            _remember(kind_name, mapping_name, file_name, content, by, outcome, refused)
    outcome.errors.sort(key=lambda error: error["row"])
    return outcome


def _map(table: Table, mapping: Mapping, outcome: Outcome) -> tuple[list[Accepted], dict[int, Row]]:
    accepted: list[Accepted] = []
    refused: dict[int, Row] = {}
    seen: dict[str, int] = {}
    for number, message in table.misshapen:
        refused[number] = Row(number, {})
        outcome.refuse(number, "", message)
    for row in table.rows:
        try:
            identity = mapping.identity_of(row)
        except Unusable as error:
            refused[row.number] = row
            outcome.refuse(row.number, error.column, error.message)
            continue
        values, errors = mapping.values_of(row)
        if identity in seen:
            errors.append(
                Unusable(mapping.identity[0][-1], f"Row {seen[identity]} already is {identity}.")
            )
        seen.setdefault(identity, row.number)
        for wrong in errors:
            outcome.refuse(row.number, wrong.column, wrong.message)
        if errors:
            refused[row.number] = row
        else:
            accepted.append(Accepted(row, identity, values))
    return accepted, refused


def _take_in(
    kind, mapping: Mapping, accepted: list[Accepted], outcome: Outcome, by, refused
) -> None:
    aliases = {
        alias.external_id: alias
        for alias in Alias.objects.filter(
            source=mapping.source, external_id__in=[item.external_id for item in accepted]
        ).select_related("last_import")
    }
    known = kind.existing([alias.record_id for alias in aliases.values()])
    for item in accepted:
        alias = aliases.get(item.external_id)
        try:
            with transaction.atomic():
                record = known.get(alias.record_id) if alias else None
                if alias is None or record is None:
                    _create(kind, mapping, item, by)
                    outcome.created += 1
                elif _update(kind, record, alias, item, by, outcome):
                    outcome.updated += 1
                else:
                    outcome.unchanged += 1
        except Refused as error:
            refused[item.row.number] = item.row
            for name, words in getattr(error, "errors", {"": [str(error)]}).items():
                column = mapping.fields.get(name, {}).get("column", [""])[0]
                outcome.refuse(item.row.number, column, " ".join(words))


def _create(kind, mapping: Mapping, item: Accepted, by):
    record = kind.create(item.values, by=by)
    alias = Alias.objects.create(
        record_id=record.pk, source=mapping.source, external_id=item.external_id
    )
    ImportedValues.objects.create(alias=alias, values=_plain(item.values))
    return record


def _update(kind, record, alias: Alias, item: Accepted, by, outcome: Outcome) -> bool:
    """Change what the file changed; leave what a person changed since, and say so."""
    last = getattr(alias, "last_import", None) or ImportedValues(alias=alias)
    current, said = _plain(kind.values_now(record)), _plain(item.values)
    changes = {}
    for name, value in item.values.items():
        if said[name] == current.get(name):
            continue
        by_hand = name in last.values and last.values[name] != current.get(name)
        if by_hand and said[name] != last.values[name]:
            outcome.refuse(
                item.row.number,
                name,
                f"{record.reference}: changed here by hand since the last import; kept.",
            )
        elif not by_hand:
            changes[name] = value
    if changes:
        kind.update(record, changes, by=by)
    kept = {k: last.values.get(k) for k in said if k not in changes and said[k] != current.get(k)}
    if last.pk is None or last.values != {**said, **kept}:
        last.values = {**said, **kept}
        last.save()
    return bool(changes)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them, so that what was said once compares with what is said now."""

    def one(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value.quantize(Decimal("0.01")))
        return value.isoformat() if isinstance(value, date) else value

    return {name: one(value) for name, value in values.items()}


def _one_at_a_time(source: str) -> None:
    """Two files of one source wait for each other instead of creating twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import:{source}"])


def _remember(
    kind, mapping, file_name, content, by, outcome: Outcome, refused: dict[int, Row]
) -> None:
    run = ImportRun.objects.create(
        kind=kind, mapping=mapping, file_name=file_name[:200], by=by, refused=outcome.refused,
        sha256=hashlib.sha256(content).hexdigest(), created=outcome.created,
        updated=outcome.updated, unchanged=outcome.unchanged,
    )  # fmt: skip
    reasons: dict[int, list] = {}
    for error in outcome.errors:
        reasons.setdefault(error["row"], []).append(
            {"column": error["column"], "message": error["message"]}
        )
    RefusedRow.objects.bulk_create(
        RefusedRow(run=run, row=number, cells=row.cells, errors=reasons.get(number, []))
        for number, row in refused.items()
    )
