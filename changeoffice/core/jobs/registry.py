"""Jobs: declared once with their schedule; started by beat or by an operator, never by a request."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from celery import current_app, shared_task
from celery.schedules import schedule
from django.db import connection
from django.utils import timezone

from changeoffice.core.jobs.models import JobRun
from changeoffice.core.record import acting

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`run(now)` does the work for the given instant and answers counts by name."""

    name: str
    title: str
    does: str
    every: schedule
    run: Callable[[datetime], dict[str, int]]


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


@shared_task
def run_due(name: str, slot: str = "") -> None:
    """Run one job for the present minute; whoever takes the slot first runs it alone."""
    start(name, slot=slot or timezone.now().strftime("%Y-%m-%dT%H:%M:%S")[:18])


def start(name: str, *, slot: str, asked_by=None) -> JobRun | None:
    run, mine = JobRun.objects.get_or_create(job=name, slot=slot, defaults={"asked_by": asked_by})
    return perform(run) if mine else None


def perform(run: JobRun) -> JobRun:
    """Do the work under an advisory lock per job, so a slow run and the next never overlap."""
    try:
        with acting.through("job", run.job), alone(run.job) as mine:
            counts = JOBS[run.job].run(timezone.now()) if mine else {"skipped_because_running": 1}
            run.counts = counts or {}
    except Exception as error:
        log.exception("job %s failed", run.job)
        run.error = f"{type(error).__name__}: {error}"[:2000]
    run.finished_at = timezone.now()
    run.save(update_fields=["counts", "error", "finished_at"])
    return run


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Hold the job's lock for this session; jobs keep their own, shorter transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"job:{name}"])
        mine = cursor.fetchone()[0]
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"job:{name}"])
