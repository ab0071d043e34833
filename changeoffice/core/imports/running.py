"""Take a table in: every accepted row in one transaction, and a line for what came of each row.

A dry run is the same code in a transaction that is rolled back, so it cannot promise anything else
than what the run does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import sleep
from typing import Any

from django.db import connection, transaction

from changeoffice.core.imports import differences, finding
from changeoffice.core.imports.differences import Decisions
from changeoffice.core.imports.kinds import Known
from changeoffice.core.imports.mapping import Mapping
from changeoffice.core.imports.outcomes import Line, Outcome
from changeoffice.core.imports.reading import Row, Table
from changeoffice.core.imports.values import Unusable
from changeoffice.core.record.errors import NotNow, Refused

BETWEEN_TRIES = 0.5  # seconds
Watch = Callable[[str, int, int], None]  # step, done, total; may raise Stopped


class Stopped(Exception):
    """Somebody asked for the end of it: everything rolls back."""


@dataclass
class Accepted:
    row: Row
    external_ids: list[str]  # the best one first
    values: dict[str, Any]


def take_in(
    kind, mapping: Mapping, table: Table, *, by, decisions: Decisions | None = None,
    complete: bool = False, confirmed: bool = False, watch: Watch | None = None,
) -> Outcome:  # fmt: skip
    """Take all rows in; for use inside a transaction, which a dry run rolls back.

    Raises Invalid when the file as a whole cannot be used, Stopped when `watch` says so.
    """
    mapping = mapping.prepare(table, finding.directory() if mapping.names_people else None)
    taking = Taking(kind, mapping, by, decisions or {}, watch or (lambda *told: None))
    with transaction.atomic():
        _one_at_a_time(mapping.source, taking.watch)
        taking.read(table)
        with kind.taking():
            taking.write()
            taking.look_for_absent()
            if complete:
                taking.end_absent(confirmed)
            taking.watch("settle", 0, 1)
        taking.mark()
    return taking.outcome()


class Taking:
    """One file being taken in, row by row."""

    def __init__(self, kind, mapping: Mapping, by, decisions: Decisions, watch: Watch) -> None:
        self.kind, self.mapping, self.by = kind, mapping, by
        self.decisions, self.watch = decisions, watch
        self.fields = {spec.name: spec for spec in kind.fields}
        self.accepted: list[Accepted] = []
        self.lines: dict[int, Line] = {}
        self.names: set[str] = set()  # every name in the file, of refused rows too
        self.absent: list[Any] = []
        self.absent_of = self.ended = 0
        self.records: dict[int, Any] = {}
        self.present: set[int] = set()
        self.columns: list[str] = []

    # from cells to values ------------------------------------------------------------------------
    def read(self, table: Table) -> None:
        seen: dict[str, int] = {}
        self.columns = table.columns
        for number, message in table.misshapen:
            self._refused(Row(number, {}), [Unusable("", message)])
        for place, row in enumerate(table.rows):
            if place % 100 == 0:
                self.watch("read", place, len(table.rows))
            self._read_one(row, seen)
        self.watch("read", len(table.rows), len(table.rows))

    def _read_one(self, row: Row, seen: dict[str, int]) -> None:
        try:
            identity = self.mapping.identity_of(row)
        except Unusable as error:
            self._refused(row, [error])
            return
        identities = self.mapping.identities_of(row)
        self.names.update(identities)
        values, errors = self.mapping.values_of(row)
        if identity in seen:
            column = self.mapping.identity[0][-1]
            errors.append(Unusable(column, f"Row {seen[identity]} already is {identity}."))
        seen.setdefault(identity, row.number)
        if errors:
            self._refused(row, errors)
        else:
            self.accepted.append(Accepted(row, identities, values))

    def _refused(self, row: Row, errors: list[Unusable]) -> None:
        line = self.lines[row.number] = Line(row.number)
        told = [{"column": e.column, "value": row.cells.get(e.column, "")[:200],
                 "message": e.message} for e in errors]  # fmt: skip
        line.refuse(told, row.cells)

    # from values to records ----------------------------------------------------------------------
    def write(self) -> None:
        """One row after the other; those that name a later row are tried again after it."""
        told = self._known()
        self.records = self.kind.existing({found.record_id for found in told.values()})
        marks = {pk: self.kind.mark_of(record) for pk, record in self.records.items()}
        waiting, reasons, done = self.accepted, {}, 0
        while waiting:
            tried, waiting = waiting, []
            for item in tried:
                self.watch("write", done, len(self.accepted))
                try:
                    with transaction.atomic():
                        line = self._one(item, told.get(item.row.number))
                except Refused as error:
                    waiting.append(item)
                    reasons[item.row.number] = error
                    if before := told.get(item.row.number):  # as it stands, without what was undone
                        self.records |= self.kind.existing([before.record_id])
                    continue
                done += 1
                line.mark_before = marks.get(line.record.pk, "") if line.record else ""
                self.lines[item.row.number] = line
            if len(waiting) == len(tried):
                break
        for item in waiting:
            self._could_not(item, reasons[item.row.number])
        self.watch("write", len(self.accepted), len(self.accepted))

    def _one(self, item: Accepted, told: Known | None) -> Line:
        kind, source, by = self.kind, self.mapping.source, self.by
        record = self.records.get(told.record_id) if told else kind.same_as(item.values, by=by)
        values = kind.understand(item.values, record, source=source, by=by)
        if record is None:
            record = kind.create(values, source=source, by=by)
            line, kept = self._created(item, record, values)
        else:
            line, kept = self._updated(item, record, values, (told.values if told else None) or {})
        if told is None or told.values != kept or len(item.external_ids) > 1:
            for name in item.external_ids:
                kind.remember(record, source, name, kept)
        return line

    def _created(self, item: Accepted, record, values) -> tuple[Line, dict[str, Any]]:
        kept = differences.as_kept(values)
        line = self._line(item, record, outcome="created", wrote=True)
        line.changes = differences.between(self.fields, {}, values, {}, 0, {}).lines
        line.sign([kept])
        return line, kept

    def _updated(self, item: Accepted, record, values, last) -> tuple[Line, dict[str, Any]]:
        now, row = self.kind.values_now(record), item.row.number
        found = differences.between(self.fields, now, values, last, row, self.decisions)
        if found.changes:
            self.kind.update(record, found.changes, source=self.mapping.source, by=self.by)
        outcome = "updated" if found.changes else "unchanged"
        line = self._line(item, record, outcome="conflict" if found.undecided else outcome,
                          wrote=bool(found.changes))  # fmt: skip
        line.changes = found.lines
        line.sign([record.pk, found.raw])
        return line, last | found.kept

    def _line(self, item: Accepted, record, **told: Any) -> Line:
        reference = getattr(record, "reference", "") or getattr(record, "username", "")
        return Line(item.row.number, record=record, reference=reference,
                    title=self.kind.title_of(record)[:200], **told)  # fmt: skip

    def _could_not(self, item: Accepted, error: Refused) -> None:
        told = []
        for name, words in getattr(error, "errors", {"": [str(error)]}).items():
            column = self._column(name)
            told.append({"column": column, "value": item.row.cells.get(column, "")[:200],
                         "message": " ".join(words)})  # fmt: skip
        line = self.lines[item.row.number] = Line(item.row.number)
        line.refuse(told, item.row.cells)

    def _column(self, name: str) -> str:
        column = self.mapping.fields.get(name, {}).get("column", "")
        return column if isinstance(column, str) else next(iter(column), "")

    def _known(self) -> dict[int, Known]:
        """What each row was made of before, by row number.

        A row found by its best name has it; a lesser name (a title) finds what no other row has, and
        so does a name in other capitals.
        """
        known = self.kind.known(self.mapping.source, self.names)
        folded = {name.casefold(): hit for name, hit in known.items()}
        self.present = {hit.record_id for hit in known.values()}
        found: dict[int, Known] = {}
        taken: set[int] = set()
        for place in range(max((len(item.external_ids) for item in self.accepted), default=0)):
            named = [(i.row.number, i.external_ids[place])
                     for i in self.accepted if place < len(i.external_ids)]  # fmt: skip
            for names, fold in ((known, str), (folded, str.casefold)):
                for number, name in named:
                    hit = names.get(fold(name))
                    if hit and number not in found and hit.record_id not in taken:
                        found[number] = hit
                        taken.add(hit.record_id)
        return found

    # what follows --------------------------------------------------------------------------------
    def look_for_absent(self) -> None:
        """What this source named before, lives, and is not in the file."""
        find = getattr(self.kind, "living_from", None)
        if find is None:
            return
        living = find(self.mapping.source)
        made = {line.record.pk for line in self.lines.values() if line.outcome == "created"}
        self.absent = [record for pk, record in living.items() if pk not in self.present | made]
        self.absent_of = len(set(living) - made)

    def end_absent(self, confirmed: bool) -> None:
        from changeoffice.core.imports.models import MOST_ABSENT

        if len(self.absent) * 100 > self.absent_of * MOST_ABSENT and not confirmed:
            raise NotNow(f"{len(self.absent)} of {self.absent_of} would end. Confirm that first.")
        for place, record in enumerate(self.absent):
            self.watch("end", place, len(self.absent))
            self.kind.close(record, by=self.by, reason="A file declared complete no longer has it.")
            self.ended += 1

    def mark(self) -> None:
        """The colours once everything that follows from the rows was computed."""
        ids = {line.record.pk for line in self.lines.values() if line.wrote}
        after = self.kind.existing(ids) if ids else {}
        for line in self.lines.values():
            if line.wrote and line.record.pk in after:
                line.mark_after = self.kind.mark_of(after[line.record.pk])
            else:
                line.mark_after = line.mark_before

    def outcome(self) -> Outcome:
        lines = [self.lines[row] for row in sorted(self.lines)]
        return Outcome(lines, self.absent, self.absent_of, self.ended, self.columns)


def _one_at_a_time(source: str, watch: Watch) -> None:
    """Two files of one source wait for each other instead of creating twice."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"import:{source}"])
            if cursor.fetchone()[0]:
                return
            watch("wait", 0, 1)
            sleep(BETWEEN_TRIES)
