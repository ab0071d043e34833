"""What an import says beside its lines: counts, colours before and after, who would hear of it."""

from collections import Counter
from typing import Any

from changeoffice.core.imports.models import Import, ImportLine
from changeoffice.core.imports.outcomes import Line, Outcome
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Work
from changeoffice.core.talk.models import Follower

LISTED = 200


def counts(outcome: Outcome) -> dict[str, Any]:
    return {
        "rows": len(outcome.lines), "created": outcome.created,
        "updated": outcome.counted("updated"),
        "unchanged": outcome.counted("unchanged"), "refused": outcome.refused,
        "conflicts": sum(change["conflict"] for line in outcome.lines for change in line.changes),
        "absent": len(outcome.absent), "absent_of": outcome.absent_of,
    }  # fmt: skip


def of(record: Import, outcome: Outcome) -> dict[str, Any]:
    lines = [line for line in outcome.lines if line.outcome != "refused"]
    return {
        "before": Counter(line.mark_before for line in lines if line.mark_before),
        "after": Counter(line.mark_after for line in lines if line.mark_after),
        "fields": sum(len(line.changes) for line in lines if line.outcome == "updated"),
        "ended": outcome.ended,
        "columns": outcome.columns,
        "absent_ids": [item.pk for item in outcome.absent],
        "absent": [[item.pk, item.reference, item.title] for item in outcome.absent[:LISTED]],
        "hear": len(told_people(record, lines)),
    }


def told_people(record: Import, lines: list[Line]) -> dict[int, list[int]]:
    """Who owns or follows what is written, without whoever imports: person → records."""
    written = {line.record.pk: line.record for line in lines
               if line.wrote and isinstance(line.record, Work)}  # fmt: skip
    pairs = {(item.owner_id, pk) for pk, item in written.items() if item.owner_id}
    rows = Follower.objects.filter(record_id__in=written)
    pairs |= set(rows.values_list("person_id", "record_id"))
    active = set(Person.objects.filter(pk__in={p for p, _ in pairs}, is_active=True)
                 .values_list("pk", flat=True))  # fmt: skip
    found: dict[int, list[int]] = {}
    for person, pk in sorted(pairs):
        if person in active and person != record.owner_id:
            found.setdefault(person, []).append(pk)
    return found


def line_of(record: Import, line: Line, saved: bool) -> ImportLine:
    """A line as it is kept. What a dry run created exists no longer, so nothing points at it."""
    made = line.record if isinstance(line.record, Work) else None
    exists = made is not None and (saved or line.outcome != "created")
    return ImportLine(
        of=record, row=line.row, outcome=line.outcome, title=line.title, changes=line.changes,
        errors=line.errors, cells=line.cells, digest=line.digest,
        record_id=made.pk if exists else None,
        reference=line.reference if exists or made is None else "",
        mark_before=line.mark_before, mark_after=line.mark_after,
    )  # fmt: skip
