"""What a worker does with an import: the dry run, and the run that saves everything or nothing."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from changeoffice.core import ports
from changeoffice.core.imports import drafting, summary
from changeoffice.core.imports.apostrophes import undone
from changeoffice.core.imports.models import Import, ImportLine
from changeoffice.core.imports.outcomes import Outcome
from changeoffice.core.imports.progress import Teller, telling
from changeoffice.core.imports.reading import Shape, Table, read
from changeoffice.core.imports.running import Stopped, take_in
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import NotNow, Refused

log = logging.getLogger(__name__)
LOST = "The worker ended before it was done. Nothing was saved; start it again."
NO_FILE = "The file is no longer in the store. Upload it again."
PATIENCE = timedelta(minutes=3)


def carry(pk: int, attempt: int) -> None:
    """Do what was asked of this import. Delivered twice, it is done once; after a worker that
    died, it says so and leaves the next try to a person."""
    with alone(pk) as free, acting.through("import", f"import {pk}"):
        record = Import.objects.get(pk=pk)
        if not free or record.attempt != attempt or not record.at_work:
            return
        with telling(pk, attempt) as teller:
            if not teller.begin():
                record.say_failed(by=None, trouble=LOST)
                return
            _carried(record, teller)


def _carried(record: Import, teller: Teller) -> None:
    try:
        (_check if record.state == "checking" else _run)(record, teller)
    except Stopped:
        return  # its state says so already
    except Refused as error:
        _fail(record, str(error))
    except FileNotFoundError:
        _fail(record, NO_FILE)
    except Exception as trouble:
        log.exception("import %s failed", record.reference)
        _fail(record, f"It broke at something unforeseen ({type(trouble).__name__}). Nothing was "
                      "saved; an administrator finds the particulars in the log.")  # fmt: skip


def _fail(record: Import, trouble: str) -> None:
    try:
        record.say_failed(by=None, trouble=trouble)
    except NotNow:
        return  # stopped in between


def _check(record: Import, teller: Teller) -> None:
    began, at = monotonic(), timezone.now()
    with transaction.atomic():
        outcome = taken(record, teller)
        told = summary.of(record, outcome) | {"seconds": round(monotonic() - began, 1)}
        transaction.set_rollback(True)
    with transaction.atomic():
        record.say_checked(by=None, at=at, counts=summary.counts(outcome) | {
            "told": told, "decisions": {}})  # fmt: skip
        keep_lines(record, outcome, saved=False)


def _run(record: Import, teller: Teller) -> None:
    """All rows, their lines and the state in one transaction; rolled back when the office is not
    as the dry run saw it."""
    at = timezone.now()
    seen = dict(ImportLine.objects.filter(of=record).values_list("row", "digest"))
    with transaction.atomic():
        outcome = taken(record, teller)
        teller("compare", 0, 1)
        teller.tell()
        moved = [line.row for line in outcome.lines if seen.get(line.row) != line.digest]
        gone = {item.pk for item in outcome.absent} ^ set(record.told.get("absent_ids", []))
        if not moved and not (record.complete and gone):
            finish(record, outcome)
            return
        transaction.set_rollback(True)
    _look_again(record, moved, at)


def finish(record: Import, outcome: Outcome) -> None:
    told = summary.of(record, outcome)
    record.say_done(by=None, counts=summary.counts(outcome) | {"told": told})
    keep_lines(record, outcome, saved=True)
    enqueue("import_done", f"import_done:{record.pk}", pk=record.pk)


def _look_again(record: Import, moved: list[int], at) -> None:
    """A dry run anew, with what is different from the one that was looked at; choices that still
    are to be made are kept."""
    with transaction.atomic():
        outcome = taken(record, lambda *told: None, decided=False)
        told = summary.of(record, outcome) | {"moved": moved[:500]}
        transaction.set_rollback(True)
    open_now = {f"{line.row}:{change['field']}" for line in outcome.lines
                for change in line.changes if change["conflict"]}  # fmt: skip
    kept = {key: side for key, side in record.decisions.items()
            if key in open_now and int(key.split(":")[0]) not in moved}  # fmt: skip
    with transaction.atomic():
        record.say_changed(by=None, at=at, counts=summary.counts(outcome) | {
            "told": told, "decisions": kept})  # fmt: skip
        keep_lines(record, outcome, saved=False)


def taken(record: Import, watch, *, decided: bool = True) -> Outcome:
    run = record.state == "running" and decided
    kind = ports.import_kinds[record.of]
    return take_in(
        kind, drafting.draft_of(record.mapping), table_of(record), by=record.owner, watch=watch,
        decisions=record.decided() if run else {}, complete=record.complete and run,
        confirmed=record.confirmed,
    )  # fmt: skip


def table_of(record: Import) -> Table:
    with record.file.open("rb") as content:
        return undone(read(content.read(), Shape.from_json(record.shape)))


def keep_lines(record: Import, outcome: Outcome, *, saved: bool) -> None:
    """A line for every row; the ones of an earlier dry run go."""
    ImportLine.objects.filter(of=record).delete()
    ImportLine.objects.bulk_create(
        (summary.line_of(record, line, saved) for line in outcome.lines), batch_size=500
    )


@contextmanager
def alone(pk: int) -> Iterator[bool]:
    """Hold the import for this session; it ends with the connection of a worker that dies."""
    key = f"import at work:{pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [key])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [key])


def look_after_lost() -> dict[str, int]:
    """Imports whose worker died say so; those whose message was lost are sent again."""
    counts = {"lost": 0, "sent_again": 0}
    quiet = clock.now() - PATIENCE
    for record in Import.objects.filter(state__in=("checking", "running"), state_since__lt=quiet):
        with alone(record.pk) as free:
            if not free:
                continue
            counts[_looked_after(record)] += 1
    return counts


def _looked_after(record: Import) -> str:
    progress: Any = record.progress
    if progress.attempt == record.attempt:
        _fail(record, LOST)
        return "lost"
    key = f"import:{record.pk}:{record.attempt}:{timezone.now():%Y%m%d%H%M}"
    enqueue("import", key, pk=record.pk, attempt=record.attempt)
    return "sent_again"
