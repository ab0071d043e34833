"""Skills, teams, services, configuration items, objectives and KPIs with a year of readings."""

from datetime import date, timedelta
from decimal import Decimal

from changeoffice.demo.content.organisation import (
    ITEMS,
    LEANS_ON,
    OBJECTIVES,
    SERVICES,
    SKILLS,
    TEAMS,
)
from changeoffice.demo.play import YEAR, Play
from changeoffice.organisation.models import (
    BusinessKpi,
    ConfigurationItem,
    Objective,
    Service,
    Skill,
    Team,
)


def set_up(play: Play) -> None:
    """What stands before the year begins; the first acts of the play."""
    play.at(play.opening(5), _skills_and_teams, play)
    play.at(play.opening(10), _services, play)
    play.at(play.opening(15), _objectives, play)


def _skills_and_teams(play: Play) -> None:
    for name, rate in SKILLS:
        play.things[f"skill:{name}"] = Skill.objects.create(name=name, day_rate=rate)
    for name, unit, skill, lead, capacity, members in TEAMS:
        team = Team.objects.create(
            name=name, unit=play.things[f"unit:{unit}"], skill=play.things[f"skill:{skill}"],
            lead=play.who(lead), monthly_capacity=capacity,
        )  # fmt: skip
        team.members.set([play.who(member) for member in members])


def _services(play: Play) -> None:
    keeper = play.who("administrator")
    for key, title, unit, owner, criticality, users, hours, peaks, words in SERVICES:
        play.things[f"service:{key}"] = Service.add(
            by=keeper, title=title, description=words, owner=play.who(owner),
            unit=play.things[f"unit:{unit}"], criticality=criticality, users=users,
            support_hours=hours, peak_times=peaks,
        )  # fmt: skip
    made = {}
    for title, kind, environment, services in ITEMS:
        made[title] = ConfigurationItem.add(
            by=keeper, title=title, type=kind, environment=environment,
            owner=play.who("nils.aldersson"), unit=play.things["unit:technology"],
            supports=[play.things[f"service:{key}"] for key in services],
        )  # fmt: skip
    for title, others in LEANS_ON.items():
        made[title].depends_on.set([made[other] for other in others])


def _objectives(play: Play) -> None:
    manager = play.who("manager")
    starts = play.today.replace(day=1) - timedelta(days=YEAR)
    for title, owner, unit, words, kpis in OBJECTIVES:
        goal = Objective.add(
            by=manager, title=title, description=words, owner=play.who(owner),
            unit=play.things[f"unit:{unit}"], starts_on=starts.replace(day=1),
            ends_on=starts.replace(day=1) + timedelta(days=3 * YEAR),
        )  # fmt: skip
        for key, name, measure, baseline, target, keeper in kpis:
            kpi = play.things[f"kpi:{key}"] = BusinessKpi.add(
                by=manager, title=name, objective=goal, measure=measure, baseline=baseline,
                target=target, owner=play.who(keeper), unit=goal.unit,
            )  # fmt: skip
            _readings(play, kpi, baseline, target)


def _readings(play: Play, kpi: BusinessKpi, baseline: float, target: float) -> None:
    """One reading a month that moves towards the target, not always in a straight line."""
    dice = play.dice(f"kpi {kpi.title}")
    pace, months = dice.uniform(0.25, 0.7), _month_ends(play)
    for n, last in enumerate(months):
        share = pace * n / max(1, len(months) - 1) + dice.uniform(-0.05, 0.05)
        value = Decimal(str(round(baseline + (target - baseline) * share, 2)))
        play.at(play.working(last, 3), kpi.record_reading, by=kpi.owner, on=last, value=value)


def _month_ends(play: Play) -> list[date]:
    found, day = [], play.today.replace(day=1)
    while day > play.today - timedelta(days=YEAR):
        day -= timedelta(days=1)
        found.append(day)
        day = day.replace(day=1)
    return [last for last in reversed(found) if last > play.day(YEAR)]
