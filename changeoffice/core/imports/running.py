"""Take a file in: all accepted rows commit together, refused ones are kept with their reasons."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from changeoffice.core import ports
from changeoffice.core.imports import finding
from changeoffice.core.imports.joining import joined
from changeoffice.core.imports.kinds import Known
from changeoffice.core.imports.mapping import Mapping, mapping_named
from changeoffice.core.imports.models import ImportRun, RefusedRow
from changeoffice.core.imports.reading import Row, Table, guess, read
from changeoffice.core.imports.values import Unusable
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, NotAllowed, Refused


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
    external_ids: list[str]  # the best one first
    values: dict[str, Any]


def import_file(
    kind_name: str, content: bytes, *, file_name: str, mapping_name: str, by, dry_run: bool = False,
    others: dict[str, bytes] | None = None,
) -> Outcome:  # fmt: skip
    """Read, map and take in one file; answers what happened to every row.

    Raises Invalid when the file as a whole cannot be used; then nothing was changed.
    """
    kind = ports.import_kinds.get(kind_name)
    if kind is None:
        raise Invalid(
            kind=f"Files of {kind_name} are not taken. Known: {', '.join(ports.import_kinds)}."
        )
    if by is not None and not kind.may(by):
        raise NotAllowed(f"Taking in {kind_name.replace('_', ' ')} needs another role than yours.")
    mapping = mapping_named(mapping_name, kind_name)
    table = read(content, guess(content, file_name, **mapping.shape).shape)
    beside = {name: read(other, guess(other, name).shape) for name, other in (others or {}).items()}
    table = joined(table, mapping.join, beside)
    mapping = mapping.prepare(table, finding.directory() if mapping.names_people else None)
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
            identities = mapping.identities_of(row)
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
            accepted.append(Accepted(row, identities, values))
    return accepted, refused


def _take_in(
    kind, mapping: Mapping, accepted: list[Accepted], outcome: Outcome, by, refused
) -> None:
    """Take the rows one after the other; those that name a later row are tried again after it."""
    told = _known(kind, mapping, accepted)
    records = kind.existing({found.record_id for found in told.values()})
    waiting, reasons = accepted, {}
    while waiting:
        tried, waiting = waiting, []
        for item in tried:
            try:
                with transaction.atomic():
                    _one(kind, mapping, item, told.get(item.row.number), records, by, outcome)
            except Refused as error:
                waiting.append(item)
                reasons[item.row.number] = error
                if before := told.get(item.row.number):  # as it stands, without what was undone
                    records |= kind.existing([before.record_id])
        if len(waiting) == len(tried):
            break
    for item in waiting:
        refused[item.row.number] = item.row
        error = reasons[item.row.number]
        for name, words in getattr(error, "errors", {"": [str(error)]}).items():
            outcome.refuse(item.row.number, _column(mapping, name), " ".join(words))


def _known(kind, mapping: Mapping, accepted: list[Accepted]) -> dict[int, Known]:
    """What each row was made of before, by row number.

    A row found by its best name has it; a lesser name (a title) finds what no other row has, and
    so does a name in other capitals.
    """
    known = kind.known(mapping.source, {n for item in accepted for n in item.external_ids})
    folded = {name.casefold(): hit for name, hit in known.items()}
    found: dict[int, Known] = {}
    taken: set[int] = set()
    for place in range(max((len(item.external_ids) for item in accepted), default=0)):
        named = [
            (i.row.number, i.external_ids[place]) for i in accepted if place < len(i.external_ids)
        ]
        for names, fold in ((known, str), (folded, str.casefold)):
            for number, name in named:
                hit = names.get(fold(name))
                if hit and number not in found and hit.record_id not in taken:
                    found[number] = hit
                    taken.add(hit.record_id)
    return found


def _one(kind, mapping, item: Accepted, told: Known | None, records, by, outcome: Outcome) -> None:
    record = records.get(told.record_id) if told else kind.same_as(item.values, by=by)
    values = kind.understand(item.values, record, source=mapping.source, by=by)
    if record is None:
        record = kind.create(values, source=mapping.source, by=by)
        outcome.created += 1
        kept = _plain(values)
    else:
        last = (told.values if told else None) or {}
        changes, kept = _changes(kind, record, values, last, item.row.number, outcome)
        if changes:
            kind.update(record, changes, source=mapping.source, by=by)
            outcome.updated += 1
        else:
            outcome.unchanged += 1
        kept = last | kept
    if told is None or told.values != kept or len(item.external_ids) > 1:
        for name in item.external_ids:
            kind.remember(record, mapping.source, name, kept)


def _changes(kind, record, values, last, row: int, outcome) -> tuple[dict[str, Any], dict]:
    """What the file changes; what a person changed since is left, and said. And what to keep as
    the source's last word."""
    current, said = _plain(kind.values_now(record)), _plain(values)
    changes, kept = {}, dict(said)
    for name, value in values.items():
        if said[name] == current.get(name):
            continue
        by_hand = name in last and last[name] != current.get(name)
        if not by_hand:
            changes[name] = value
            continue
        kept[name] = last[name]
        if said[name] != last[name]:
            outcome.refuse(
                row,
                name,
                f"{_called(kind, record)}: changed here by hand since the last import; kept.",
            )
    return changes, kept


def _called(kind, record) -> str:
    return getattr(record, "reference", "") or kind.title_of(record)


def _column(mapping: Mapping, name: str) -> str:
    column = mapping.fields.get(name, {}).get("column", "")
    return column if isinstance(column, str) else next(iter(column), "")


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them, so that what was said once compares with what is said now."""

    def one(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value.quantize(Decimal("0.01")))
        return value.isoformat() if isinstance(value, (date, datetime)) else value

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
