"""The ground's own jobs; each app adds its own in its tasks.py."""

from datetime import datetime, timedelta

from celery.schedules import schedule

from changeoffice.core.jobs.models import Heartbeat, JobRun
from changeoffice.core.jobs.registry import job, missed, unended
from changeoffice.core.outbox.models import Outbox, enqueue
from changeoffice.core.outbox.relay import relay

FORGOTTEN_AFTER = timedelta(days=1)


@job(
    "outbox",
    title="Outbox",
    does="Sends what is still waiting, should a wake-up have been missed.",
    every=schedule(60),
)
def outbox(now: datetime) -> dict[str, int]:
    return relay()


@job(
    "catch-up",
    title="Catching up",
    does="Starts what was due while no worker ran, and again what a worker did not end.",
    every=schedule(300),
)
def catch_up(now: datetime) -> dict[str, int]:
    found = missed(now)
    for late, slot in found:
        enqueue("job", f"job:{late.name}:{slot}", name=late.name, slot=slot)
    broken = unended(now)
    for run in broken:
        key = f"job:{run.job}:{run.slot}:again after {run.attempts} at {now:%H:%M}"
        enqueue("job", key, name=run.job, slot=run.slot, asked_by=run.asked_by_id)
    return {"started": len(found), "taken up again": len(broken)}


@job(
    "housekeeping",
    title="Housekeeping",
    does="Forgets processes that ended, runs older than 90 days and what the outbox did a month ago.",
    every=schedule(3600),
)
def housekeeping(now: datetime) -> dict[str, int]:
    broken = JobRun.objects.filter(finished_at=None, started_at__lt=now - FORGOTTEN_AFTER).update(
        finished_at=now, error="Stopped before it ended, and nothing took it up again."
    )
    gone, _ = Heartbeat.objects.filter(at__lt=now - timedelta(hours=1)).delete()
    old, _ = JobRun.objects.filter(started_at__lt=now - timedelta(days=90)).delete()
    sent, _ = Outbox.objects.filter(done_at__lt=now - timedelta(days=30)).delete()
    return {"processes": gone, "runs": old, "interrupted": broken, "outbox rows": sent}
