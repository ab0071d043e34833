"""A project with its people, and short ways to what hangs on it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from changeoffice.calendar.office import office_days
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import clock
from portfolio.models import Dependency, Milestone, Project


@pytest.fixture
def make_project(project_manager, sponsor, unit) -> Callable[..., Project]:
    """An active project of the project manager, without gates."""

    def make(title: str = "Payments gateway", **fields) -> Project:
        given = {"owner": project_manager, "sponsor": sponsor, "unit": unit,
                 "confirmed_on": clock.today(), "planned_cost": 1000, "forecast_cost": 1000,
                 "currency": "GBP"} | fields  # fmt: skip
        return Project.take_over(by=given["owner"], title=title, **given)

    return make


@pytest.fixture
def project(make_project) -> Project:
    return make_project()


@pytest.fixture
def day(office) -> Callable[[int], date]:
    """day(3): the third working day after today's working day."""

    def found(n: int) -> date:
        return office_days().add(clock.today() + timedelta(days=30), n)

    return found


@pytest.fixture
def make_milestone(project_manager, day) -> Callable[..., Milestone]:
    """A milestone promised for day 0, expected `late` working days later."""

    def make(project: Project, late: int = 0, title: str = "Test exit", by=None, **fields):
        by = by or project.owner or project_manager
        return Milestone.plan(by=by, project=project, title=title, baseline_on=day(0),
                              forecast_on=day(late), **fields)  # fmt: skip

    return make


@pytest.fixture
def agree() -> Callable[..., Dependency]:
    """A dependency both sides have agreed."""

    def make(giver: Milestone, getter: Milestone, **fields) -> Dependency:
        fields = {"title": "Interface ready", "tolerance": 10} | fields
        made = Dependency.propose(by=giver.project.owner, giver=giver, getter=getter, **fields)
        if made.state != "agreed":
            made.agree(by=getter.project.owner)
        return made

    return make


@pytest.fixture
def colours() -> Callable[[Project], dict[str, str]]:
    """Overall and by dimension, as the worker leaves them."""

    def read(project: Project) -> dict[str, str]:
        relay()
        reading = Project.objects.get(pk=project.pk).rag
        return {"overall": reading.code, **reading.dimensions}

    return read


@pytest.fixture
def pm(api, project_manager):
    return api(project_manager)


@pytest.fixture
def boss(api, sponsor):
    return api(sponsor)


@pytest.fixture
def passer_by(api, stranger):
    return api(stranger)
