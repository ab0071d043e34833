"""A demo left running goes on living: a few votes, a word, an answer; nothing that decides."""

from datetime import datetime
from random import Random

from celery.schedules import crontab

from changeoffice.calendar.office import office_days
from changeoffice.core.access.rules import ANALYST
from changeoffice.core.jobs.registry import job
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Refused
from changeoffice.core.talk.models import comment
from changeoffice.demo.cast import NAMES
from changeoffice.demo.content.words import COMMENTS
from demand.models import Demand, StageLimit
from demand.stages import StageClock
from ideation.models import Idea
from portfolio.models import Milestone

MOST_MOVED = 10


@job("demo_life", title="Demo life", every=crontab(hour=9, minute=40),
     does="In a demo, lets colleagues vote and talk, takes up new demands, moves dates that passed.")  # fmt: skip
def demo_life(now: datetime) -> dict[str, int]:
    counts = {"votes": 0, "comments": 0, "taken_up": 0, "moved": 0}
    today = clock.today()
    if not Office.current().is_demo or not office_days().is_working(today):
        return counts
    dice = Random(f"life {today.isoformat()}")
    colleagues = list(Person.objects.staff().exclude(username__in=NAMES).order_by("pk"))
    if colleagues:
        with acting.through("demo"):
            counts["votes"], counts["comments"] = _talk(dice, colleagues)
            counts["taken_up"] = _take_up(colleagues)
            counts["moved"] = _move(today)
    return counts


def _talk(dice: Random, colleagues: list[Person]) -> tuple[int, int]:
    ideas = list(
        Idea.objects.filter(
            state__in=("open", "under_review", "vetting"), confidential=False
        ).order_by("-pk")[:60]
    )
    if not ideas:
        return 0, 0
    votes = dice.randint(3, 8)
    for _ in range(votes):
        dice.choice(ideas).vote(by=dice.choice(colleagues))
    idea, text = dice.choice(ideas), dice.choice(COMMENTS)
    if idea.record.comments.filter(body=text).exists():
        return votes, 0
    comment(idea, by=dice.choice(colleagues), body=text)
    return votes, 1


def _take_up(colleagues: list[Person]) -> int:
    """A demand that has waited for longer than its limit is taken up by a colleague."""
    ages, taken = StageClock(StageLimit.of_all()), 0
    for demand in Demand.objects.filter(state="submitted", confidential=False).order_by("pk"):
        analyst = next((p for p in colleagues if ANALYST.holds(p, demand)), None)
        if analyst and ages.age(demand).late_by:
            demand.screen(by=analyst)
            taken += 1
    return taken


def _move(today) -> int:
    """A gate whose day has passed gets a new one, with a reason, from whoever keeps it."""
    rows = Milestone.objects.planned().filter(
        project__state="active", project__reported_on=None, forecast_on__lt=today,
        owner__isnull=False, gate__isnull=False,
    ).exclude(owner__username__in=NAMES)  # fmt: skip
    moved, days = 0, office_days()
    for mark in rows.select_related("project", "owner").order_by("pk")[:MOST_MOVED]:
        try:
            mark.re_forecast(by=mark.owner, forecast_on=days.add(today, 5),
                             reason="The gate waits for one more answer.")  # fmt: skip
            moved += 1
        except Refused:  # somebody closed it in the meantime
            continue
    return moved
