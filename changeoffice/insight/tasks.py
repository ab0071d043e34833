"""When facts are stored: today's every few minutes and within seconds of a change, past days by
themselves wherever one is missing or was written into."""

from datetime import datetime, timedelta

from celery.schedules import crontab
from django.db import connection

from changeoffice.core.jobs.registry import job
from changeoffice.core.outbox.relay import handler
from changeoffice.core.record import clock
from changeoffice.insight import rollup

MOST_DAYS = 120  # filled in one run; the next run goes on


@job(
    "kpi_rollup",
    title="Daily facts",
    does="Stores today's figures, closes the days before, and fills days that are missing.",
    every=crontab(minute="*/5"),
)
def kpi_rollup(now: datetime) -> dict[str, int]:
    today = clock.today()
    stale = rollup.mark_stale(today)
    yesterday = [today - timedelta(days=1)] if not closed(today - timedelta(days=1)) else []
    past = list(dict.fromkeys(yesterday + rollup.days_to_fill(today, MOST_DAYS)))
    return rollup.compute([*past, today]) | {"stale": stale}


def closed(day) -> bool:
    """Stored as of its very end, not as it stood at some minute of it; or before all records."""
    first = rollup.first_day()
    if first is None or day < first:
        return True
    return rollup.FactDay.objects.filter(day=day, close__gte=clock.end_of(day)).exists()


@handler("facts")
def refresh(**payload) -> None:
    """Something changed: bring today up to date, once for all changes known by now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM outbox_outbox WHERE id IN (
                SELECT id FROM outbox_outbox WHERE topic = 'facts' FOR UPDATE SKIP LOCKED)
               AND key <> %s""",
            [payload.get("key", "")],
        )
    rollup.compute([clock.today()])
