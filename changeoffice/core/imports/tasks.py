"""Imports in the worker: from the outbox to its queue, and what a dead worker left behind."""

from datetime import datetime, timedelta

from celery import shared_task
from celery.schedules import schedule

from changeoffice.core.imports import carrying
from changeoffice.core.imports import telling as telling  # registers its handler
from changeoffice.core.jobs.registry import job
from changeoffice.core.outbox.relay import handler

LONGEST = 1080  # seconds; below the time after which the broker delivers a message again


@shared_task(time_limit=LONGEST + 60, soft_time_limit=LONGEST)
def carry(pk: int, attempt: int) -> None:
    carrying.carry(pk, attempt)


@handler("import")
def hand_to_worker(pk: int, attempt: int) -> None:
    """From the outbox to a worker's queue; a broker that is away only delays it."""
    carry.apply_async(kwargs={"pk": pk, "attempt": attempt}, retry=False)


@job(
    "lost_imports",
    title="Lost imports",
    does="Says of imports whose worker died that nothing was saved, and asks again for those no "
    "worker has begun.",
    every=schedule(timedelta(minutes=1)),
)
def lost_imports(now: datetime) -> dict[str, int]:
    return carrying.look_after_lost()
