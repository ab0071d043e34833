"""A small history: three projects in two portfolios, living through eight days."""

from datetime import datetime, time, timedelta
from decimal import Decimal

import pytest

from changeoffice.core.record import acting, clock
from portfolio.models import Milestone, Portfolio, Programme, Project, Risk
from practices.finance.models import Budget


@pytest.fixture
def on_day(office):
    """on_day(3): the office clock stands at noon three days ago."""

    def at(days_ago: int):
        day = clock.today() - timedelta(days=days_ago)
        return clock.set_clock(datetime.combine(day, time(12), office.zone))

    return at


@pytest.fixture
def make_project(project_manager, sponsor, unit):
    def make(title: str, programme=None, **fields) -> Project:
        today = clock.today()
        fields.setdefault("planned_start", today - timedelta(days=30))
        fields.setdefault("planned_finish", today + timedelta(days=300))
        project = Project.start_up(
            by=project_manager, title=title, programme=programme, sponsor=sponsor, unit=unit,
            currency="GBP", **fields,
        )  # fmt: skip
        project.start(by=project_manager)
        return project

    return make


@pytest.fixture
def office_story(on_day, make_project, project_manager, manager, unit):
    """What was so when: see the tests for the hand counts."""
    story = {}
    with on_day(8), acting.through("import", "story"):
        for name in ("North", "South"):
            above = Portfolio.set_up(by=None, title=name)
            story[name] = above
            story[f"{name} programme"] = Programme.set_up(
                by=None, title=f"{name} first", portfolio=above
            )
    with on_day(7):
        story["alpha"] = make_project("Alpha", story["North programme"])
        story["beta"] = make_project("Beta", story["North programme"])
    with on_day(6):
        story["late"] = Milestone.plan(
            by=project_manager, project=story["alpha"], title="Test exit",
            baseline_on=clock.today() + timedelta(days=10),
        )  # fmt: skip
        story["risk"] = Risk.note_down(
            by=project_manager, project=story["alpha"], title="Key engineer leaves",
            probability=4, impact=5,
        )  # fmt: skip
    with on_day(5):
        story["gamma"] = make_project("Gamma", story["South programme"])
    with on_day(4):
        budget = Budget.open_for(by=project_manager, project=story["beta"])
        budget.lay_out(by=manager, lines=[
            {"month": clock.today(), "cost_kind": "opex", "category": "people",
             "budget": Decimal(1000), "actual": Decimal(400)},
        ])  # fmt: skip
        story["budget"] = budget
    with on_day(3):
        story["late"].re_forecast(
            by=project_manager, forecast_on=story["late"].baseline_on + timedelta(days=40),
            reason="The vendor delivers late",
        )  # fmt: skip
    with on_day(2):
        story["gamma"].stop(by=manager, reason="Nobody needs it any more")
    return story
