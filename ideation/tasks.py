"""What the portal does with ideas by itself."""

import logging
from datetime import datetime

from celery.schedules import crontab

from changeoffice.core.jobs.registry import job
from changeoffice.core.people.models import Office
from changeoffice.core.record.errors import Refused
from ideation import duplicates
from ideation.models import Campaign, Idea

log = logging.getLogger(__name__)


@job(
    "idea_returns",
    title="Parked ideas return",
    does="Brings parked ideas back to where they were when their day has come.",
    every=crontab(minute=10),
)
def return_parked(now: datetime) -> dict[str, int]:
    """Safe to repeat: an idea already taken up again is not parked any more."""
    today = now.astimezone(Office.current().zone).date()
    counts = {"returned": 0, "skipped": 0}
    for idea in (
        Idea.objects.filter(state="parked", revisit_on__lte=today).order_by("pk").iterator()
    ):
        try:
            idea.resume(by=None)
            counts["returned"] += 1
        except Refused as error:  # somebody was quicker
            log.info("%s stays: %s", idea.reference, error)
            counts["skipped"] += 1
    return counts


@job(
    "campaigns_turn",
    title="Campaigns open and close",
    does="Opens campaigns on their first day and closes them after their last.",
    every=crontab(minute=5),
)
def turn_campaigns(now: datetime) -> dict[str, int]:
    """Safe to repeat: what is open already is no draft any more."""
    today = now.astimezone(Office.current().zone).date()
    counts = {"opened": 0, "closed": 0, "skipped": 0}
    due = Campaign.objects.filter(state="draft", opens_on__lte=today, closes_on__gte=today)
    over = Campaign.objects.filter(state="open", closes_on__lt=today)
    for verb, rows in (("open", due), ("close", over)):
        for campaign in rows.order_by("pk"):
            try:
                getattr(campaign, verb)(by=None)
                counts["opened" if verb == "open" else "closed"] += 1
            except Refused as error:  # somebody was quicker
                log.info("%s stays: %s", campaign.reference, error)
                counts["skipped"] += 1
    return counts


@job(
    "idea_duplicates",
    title="Duplicates are looked for",
    does="Compares the titles of all ideas and proposes to analysts what looks the same.",
    every=crontab(minute=40, hour=2, day_of_week="sun"),
)
def propose_duplicates(now: datetime) -> dict[str, int]:
    """Safe to repeat: what is proposed already stays as it is."""
    return duplicates.propose()
