"""The schedule is kept in UTC: no night in which clocks change loses a run or adds one."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from celery.schedules import crontab

from changeoffice.core.jobs.registry import JOBS

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
NIGHTS = {
    "Berlin springs forward": "2026-03-28", "Berlin falls back": "2026-10-24",
    "New York springs forward": "2026-03-07", "New York falls back": "2026-10-31",
    "Lord Howe moves half an hour": "2026-04-04", "Lord Howe moves back": "2026-10-03",
    "a leap day": "2028-02-28", "the year ends": "2026-12-31",
}  # fmt: skip
SPAN = timedelta(hours=48)


def sent(every: crontab, begin: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """What beat sends on a machine with this zone: it asks, sleeps as told, and asks again."""
    now = last = begin
    while now < begin + SPAN:
        with time_machine.travel(now.astimezone(zone), tick=False):
            due, wait = every.is_due(last)
        if due:
            yield now
            last = now
        now += timedelta(seconds=max(1, math.ceil(wait)))


def due_minutes(every: crontab, begin: datetime) -> list[datetime]:
    minutes = (begin + timedelta(minutes=n) for n in range(1, int(SPAN.total_seconds() // 60)))
    return [
        at for at in minutes
        if at.minute in every.minute and at.hour in every.hour and at.day in every.day_of_month
        and at.month in every.month_of_year and at.isoweekday() % 7 in every.day_of_week
    ]  # fmt: skip


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("zone", ZONES)
def test_every_job_is_sent_when_utc_says_so_and_once_per_slot(zone, night):
    begin = datetime.fromisoformat(NIGHTS[night]).replace(tzinfo=UTC)
    for job in JOBS.values():
        if isinstance(job.every, crontab):
            found = list(sent(job.every, begin, ZoneInfo(zone)))
            minutes = [at.replace(second=0) for at in found]
            assert minutes == due_minutes(job.every, begin), job.name
            assert len({job.slot_at(at) for at in found}) == len(found), job.name
