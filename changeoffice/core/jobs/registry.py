"""Jobs: declared once with their schedule; started by beat or by an operator, never by a request."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from celery import current_app, shared_task
from celery.schedules import crontab, schedule
from django.db import Error, connection
from django.utils import timezone

from changeoffice.core.jobs.models import JobRun
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.outbox.relay import handler
from changeoffice.core.record import acting

log = logging.getLogger(__name__)
LOOK_BACK = timedelta(days=32)
MOST_ATTEMPTS = 3  # a run that ends its worker each time must not do so for ever
SURELY_BEGUN = timedelta(minutes=2)
DEAD_SESSION = 8.0  # seconds until the database has noticed that a worker died


@dataclass(frozen=True)
class Job:
    """`run(now)` does the work for the given instant and answers counts by name."""

    name: str
    title: str
    does: str
    every: schedule
    run: Callable[[datetime], dict[str, int]]

    def slot_at(self, now: datetime) -> str:
        """The instant it was last due; two beats, or a message delivered twice, share it."""
        return last_due(self.every, now).strftime("%Y-%m-%dT%H:%M:%SZ")

    def next_after(self, now: datetime) -> datetime:
        if isinstance(self.every, crontab):
            due = now + max(self.every.remaining_estimate(now), timedelta())
            return (due + timedelta(seconds=59)).replace(second=0, microsecond=0)
        return last_due(self.every, now) + self.every.run_every


JOBS: dict[str, Job] = {}


def job(name: str, *, title: str, does: str, every: schedule):
    """Register a job and its place in beat's schedule."""

    def register(run: Callable[[datetime], dict[str, int]]) -> Callable:
        JOBS[name] = Job(name, title, does, every, run)
        current_app.conf.beat_schedule = (current_app.conf.beat_schedule or {}) | {
            name: {
                "task": "changeoffice.core.jobs.registry.run_due",
                "schedule": every,
                "kwargs": {"name": name},
                "options": {"expires": 600},
            }
        }
        return run

    return register


def last_due(every: schedule, now: datetime) -> datetime:
    """The latest instant at or before `now` that the schedule names."""
    now = now.astimezone(UTC)
    if not isinstance(every, crontab):
        seconds = max(1, int(every.run_every.total_seconds()))
        return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    minute = now.replace(second=0, microsecond=0)
    earliest = minute - LOOK_BACK
    while minute > earliest:
        if _names(every, minute):
            return minute
        # A wrong day is left in one step; a wrong time of day minute by minute.
        minute = minute - timedelta(minutes=1) if _names_day(every, minute) else (
            minute.replace(hour=0, minute=0) - timedelta(minutes=1))  # fmt: skip
    return earliest


def _names_day(every: crontab, at: datetime) -> bool:
    return (
        at.isoweekday() % 7 in every.day_of_week and at.day in every.day_of_month
        and at.month in every.month_of_year
    )  # fmt: skip


def _names(every: crontab, at: datetime) -> bool:
    return _names_day(every, at) and at.hour in every.hour and at.minute in every.minute


@shared_task
def run_due(name: str, slot: str = "", asked_by: int | None = None) -> None:
    """Run one job for the slot it is due in; whoever takes the slot first runs it alone."""
    if name in JOBS:
        start(name, slot=slot or JOBS[name].slot_at(timezone.now()), asked_by_id=asked_by)


@handler("job")
def hand_to_worker(name: str, slot: str, asked_by: int | None = None) -> None:
    """From the outbox to a worker's queue; a broker that is away only delays it, and one that
    forgets what it held is seen by the run that never ends."""
    JobRun.objects.get_or_create(job=name, slot=slot, defaults={"asked_by_id": asked_by})
    run_due.apply_async(kwargs={"name": name, "slot": slot, "asked_by": asked_by}, retry=False)


def ask_for(name: str, *, by) -> None:
    """Have a worker run the job soon; pressing twice in one second is one run."""
    slot = timezone.now().strftime("asked %Y-%m-%dT%H:%M:%SZ")
    enqueue("job", f"job:{name}:{slot}", name=name, slot=slot, asked_by=by.pk)


def start(name: str, *, slot: str, asked_by_id: int | None = None) -> JobRun | None:
    """Run the job unless this slot was run; a run whose worker died is taken up again."""
    run, mine = JobRun.objects.get_or_create(
        job=name, slot=slot, defaults={"asked_by_id": asked_by_id}
    )
    return perform(run, mine=mine) if mine or run.finished_at is None else None


def perform(run: JobRun, *, mine: bool = True) -> JobRun | None:
    """Do the work under an advisory lock per job, so a slow run and the next never overlap."""
    with acting.through("job", run.job), alone(run.job, 0 if mine else DEAD_SESSION) as free:
        if not free:  # the run before is still at work, or another worker is at this very run
            run.counts = {"skipped_because_running": 1}
            return _finished(run) if mine else None
        run.refresh_from_db()
        if run.finished_at:
            return None
        try:
            run.counts = _work(run)
        except Exception as trouble:
            log.exception("job %s failed", run.job)
            run.error = f"{type(trouble).__name__}: {trouble}"[:2000].replace("\x00", "")
        return _finished(run)


def _work(run: JobRun) -> dict[str, int]:
    if run.attempts >= MOST_ATTEMPTS:
        raise RuntimeError(f"Its worker ended {run.attempts} times in the midst of it.")
    run.attempts, run.started_at = run.attempts + 1, timezone.now()
    run.save(update_fields=["attempts", "started_at"])
    return JOBS[run.job].run(timezone.now()) or {}


def _finished(run: JobRun) -> JobRun:
    run.finished_at = timezone.now()
    fields = ["counts", "error", "finished_at"]
    try:
        run.save(update_fields=fields)
    except Error:  # the connection died with the work; the outcome is still to be told
        connection.close()
        run.save(update_fields=fields)
    return run


@contextmanager
def alone(name: str, patience: float = 0) -> Iterator[bool]:
    """Hold the job's lock for this session; jobs keep their own, shorter transactions."""
    deadline = time.monotonic() + patience
    while not (mine := _take(name)) and time.monotonic() < deadline:
        time.sleep(0.5)
    try:
        yield mine
    finally:
        if mine:
            _let_go(name)


def _take(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"job:{name}"])
        return cursor.fetchone()[0]


def _let_go(name: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"job:{name}"])
    except Error:  # the session is gone, and its locks with it
        connection.close()


def missed(now: datetime) -> list[tuple[Job, str]]:
    """Jobs whose last due time passed without a run, because no worker or beat was there."""
    late = now - timedelta(minutes=3)
    due = {
        (item.name, item.slot_at(late)): item
        for item in JOBS.values()
        if isinstance(item.every, crontab)
    }
    slots = {slot for _, slot in due}
    ran = set(JobRun.objects.filter(slot__in=slots).values_list("job", "slot"))
    return [(item, slot) for (name, slot), item in due.items() if (name, slot) not in ran]


def unended(now: datetime) -> list[JobRun]:
    """Runs whose worker died, or whose message the broker forgot; one that is still at work is
    among them and stays alone, since its lock is taken."""
    return list(
        JobRun.objects.filter(finished_at=None, started_at__lt=now - SURELY_BEGUN, job__in=JOBS)
    )
