"""The ground's own jobs; each app adds its own in its tasks.py."""

from datetime import datetime, timedelta

from celery.schedules import schedule

from changeoffice.core.jobs.models import Heartbeat, JobRun
from changeoffice.core.jobs.registry import job
from changeoffice.core.outbox.relay import relay


@job(
    "outbox",
    title="Outbox",
    does="Sends what is still waiting, should a wake-up have been missed.",
    every=schedule(60),
)
def outbox(now: datetime) -> dict[str, int]:
    return relay()


@job(
    "housekeeping",
    title="Housekeeping",
    does="Forgets processes that ended and runs older than 90 days.",
    every=schedule(3600),
)
def housekeeping(now: datetime) -> dict[str, int]:
    gone, _ = Heartbeat.objects.filter(at__lt=now - timedelta(hours=1)).delete()
    old, _ = JobRun.objects.filter(started_at__lt=now - timedelta(days=90)).delete()
    return {"processes": gone, "runs": old}
