"""Portfolios, programmes and projects: how each begins, what it promises and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from changeoffice.core import ports
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import Refused
from changeoffice.demo import delivery, raid
from changeoffice.demo.content.demands import DEMANDS
from changeoffice.demo.content.projects import (
    ERRANDS,
    PORTFOLIOS,
    PROGRAMMES,
    PROJECTS,
    ProjectSpec,
)
from changeoffice.demo.demands import Course
from changeoffice.demo.play import Play
from portfolio.models import (
    Action,
    Benefit,
    Dependency,
    Milestone,
    Portfolio,
    Programme,
    Project,
    RagPolicy,
)
from practices.finance.models import Budget

MARKS_AT = (0.3, 0.58, 0.86)
SPREAD = (("people", "opex", 0.6), ("supplier", "capex", 0.4))


@dataclass
class Run:
    """One project under way."""

    play: Play
    spec: ProjectSpec
    dice: Random
    project: Project | None = None
    slips: int = 0
    costs: int = 0
    booked_to: date = date.min
    feared: bool = False

    @property
    def pk(self) -> int:
        return self.project.pk if self.project else 0

    @property
    def manager(self) -> Person:
        return self.play.who(self.spec.manager)

    @property
    def sponsor(self) -> Person:
        return self.play.who(self.spec.sponsor or _demand_of(self.spec.key).sponsor)

    @property
    def left(self) -> int:
        """Days from now to the end of the play."""
        return (self.play.today - self.play.day_now).days

    def share(self, project: Project) -> float:
        """How much of the planned time has passed."""
        whole = (project.planned_finish - project.planned_start).days
        return (self.play.day_now - project.planned_start).days / max(1, whole)


def _demand_of(key: str):
    return next(spec for spec in DEMANDS if spec.key == key)


def set_up(play: Play, wanted: set[str] | None = None) -> None:
    play.at(play.opening(25), _plans, play)
    for spec in PROJECTS:
        if wanted is not None and spec.key not in wanted:
            continue
        run = Run(play, spec, play.dice(f"project {spec.key}"))
        play.things[f"project:{spec.key}"] = run
        if spec.began:
            play.at(play.day(spec.began), _start_up, run)
    delivery.watch_every_evening(play)
    for username, key, title in ERRANDS:
        play.at(play.day(9), _errand, play, username, key, title)


def _errand(play: Play, username: str, key: str, title: str) -> None:
    run = play.things.get(f"project:{key}") or play.things["project:iso"]
    if run.project:
        Action.assign(by=run.manager, project=run.project, title=title, owner=play.who(username),
                      due_on=play.today + timedelta(days=run.dice.randint(1, 6)))  # fmt: skip


def _plans(play: Play) -> None:
    manager = play.who("manager")
    RagPolicy.put_in_force(by=manager)
    for key, title, owner, sponsor, unit, words in PORTFOLIOS:
        play.things[f"portfolio:{key}"] = Portfolio.set_up(
            by=manager, title=title, description=words, owner=play.who(owner),
            sponsor=play.who(sponsor), unit=play.things[f"unit:{unit}"],
        )  # fmt: skip
    for key, title, portfolio, owner, sponsor, unit, words in PROGRAMMES:
        play.things[f"programme:{key}"] = Programme.set_up(
            by=manager, title=title, description=words, owner=play.who(owner),
            sponsor=play.who(sponsor), unit=play.things[f"unit:{unit}"],
            portfolio=play.things[f"portfolio:{portfolio}"],
        )  # fmt: skip


# how a project begins ----------------------------------------------------------------------------
def _start_up(run: Run) -> None:
    """A project no demand leads to."""
    play, spec = run.play, run.spec
    made = Project.start_up(
        by=run.manager, title=spec.title, description=spec.description,
        programme=play.things[f"programme:{spec.programme}"], owner=run.manager,
        sponsor=play.who(spec.sponsor), unit=play.things[f"unit:{spec.unit}"],
        services=[play.things[f"service:{key}"] for key in spec.services.split(",")],
        template=spec.template, planned_start=play.working(play.day_now, 3),
        planned_finish=play.today + timedelta(days=spec.ends),
        planned_cost=Decimal(spec.budget * 1000), forecast_cost=Decimal(spec.budget * 1000), currency="GBP",
    )  # fmt: skip
    if spec.confidential:
        named = [play.who(name) for name in ("finance", "leadership", "compliance")]
        made.restrict(by=play.who(spec.sponsor), people=named, reason="Talks are not public.")
    if spec.kpi:
        key, change = spec.kpi
        Benefit.expect(
            by=run.manager, project=made, kpi=play.things[f"kpi:{key}"],
            planned_change=Decimal(str(change)), by_on=made.planned_finish + timedelta(days=90),
        )  # fmt: skip
    _go_on(run, made)


def from_demand(course: Course) -> None:
    """The scheduled demand is handed over."""
    play = course.play
    run: Run | None = play.things.get(f"project:{course.spec.key}")
    if run is None:
        return
    hand_over = ports.next_steps["demand", "hand_over"].command
    made = hand_over(
        course.made_again(), by=course.analyst, owner=run.manager,
        programme=play.things[f"programme:{run.spec.programme}"], template=run.spec.template,
    )  # fmt: skip
    _go_on(run, made)


def _go_on(run: Run, made: Project) -> None:
    run.project = made
    play = run.play
    for title, share in zip(run.spec.marks, MARKS_AT, strict=True):
        length = play.days.slip(made.planned_start, made.planned_finish)
        day = play.working(made.planned_start, round(length * share))
        Milestone.plan(by=run.manager, project=made, title=title, baseline_on=day)
    play.at(play.working(play.day_now, 2), _budget, run)
    play.at(play.working(play.day_now, 4), raid.first_risks, run)
    for key, title in run.spec.gives:
        play.at(play.working(play.day_now, run.dice.randint(5, 20)), _promise, run, key, title, 0)
    play.at(delivery.next_visit(run, made.planned_start), delivery.visit, run)


def _budget(run: Run) -> None:
    project = run.project
    finance = run.play.who("finance")
    budget = Budget.open_for(by=finance, project=project)
    months = _months(project.planned_start, project.planned_finish)
    each = project.planned_cost / len(months)
    run.booked_to = months[0]
    budget.lay_out(by=finance, lines=[
        {"month": month, "category": category, "cost_kind": kind,
         "budget": Decimal(round(each * Decimal(str(share)), -1))}
        for month in months for category, kind, share in SPREAD
    ])  # fmt: skip


def _months(first: date, last: date) -> list[date]:
    found, month = [], first.replace(day=1)
    while month <= last:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found


# what projects promise each other ----------------------------------------------------------------
def _promise(run: Run, key: str, title: str, tried: int) -> None:
    """The giver offers a thing by its own milestone for the getter's next one after it."""
    other: Run | None = run.play.things.get(f"project:{key}")
    if other is None or tried > 12:
        return
    ends = _ends(run, other) if other.pk else None
    if ends is None:
        later = run.play.working(run.play.day_now, 12)
        run.play.at(later, _promise, run, key, title, tried + 1)
        return
    giver, getter = ends
    try:
        made = Dependency.propose(
            by=run.manager, giver=giver, getter=getter, title=title,
            acceptance=f"{title}, as agreed between both project managers, ready to use.",
            need_by=run.play.working(giver.baseline_on, run.dice.randint(0, 5)),
            tolerance=run.dice.choice([3, 5, 5, 8, 10]),
        )  # fmt: skip
    except Refused:  # it would go in a circle: another way is found outside of the portal
        return
    run.play.at(run.play.working(run.play.day_now, run.dice.randint(1, 6)), _agree, made, other)


def _ends(run: Run, other: Run) -> tuple[Milestone, Milestone] | None:
    today = run.play.day_now
    open_ones = Milestone.objects.planned().filter(forecast_on__gt=today + timedelta(days=10))
    if run.project.state != "active" or other.project.state != "active":
        return None
    givers = open_ones.filter(project=run.pk, gate=None)
    getters = list(open_ones.filter(project=other.pk).order_by("baseline_on"))
    found = list(givers.select_related("project", "owner").order_by("baseline_on"))
    run.dice.shuffle(found)
    for giver in found:
        for getter in getters:
            if getter.baseline_on >= giver.baseline_on + timedelta(days=6):
                return giver, getter
    return None


def _agree(made: Dependency, other: Run) -> None:
    """Each side accepts it for itself; who keeps both sides does so at once."""
    made.refresh_from_db()
    if made.state != "proposed":
        return
    if not made.getter_agreed_at:
        made.agree(by=other.manager)
    elif not made.giver_agreed_at:
        made.agree(by=other.play.who(made.giver_owner.username))
    if made.state == "proposed":
        day = other.play.working(other.play.day_now, other.dice.randint(0, 3))
        other.play.at(day, _agree, made, other)
