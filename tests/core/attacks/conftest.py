"""What the attacks aim at: an idea, a demand before its approvers and a project."""

from datetime import date, timedelta

import pytest

from changeoffice.core.record import clock
from demand import defaults
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Project

NEED = "Customers call us because the app does not say why."


@pytest.fixture
def idea(author) -> Idea:
    made = Idea.propose(by=author, title="Tell customers why", problem=NEED)
    made.submit(by=author)
    return made


@pytest.fixture
def demand(author, analyst, sponsor, manager, finance, skill, kpi) -> Demand:
    """Asked for approval, by policy of a manager."""
    defaults.put()
    made = Demand.raise_new(
        by=author, title="Say why a payment is held", need=NEED, sponsor=sponsor
    )
    made.submit(by=author)
    made.screen(by=analyst)
    made.assess(by=analyst)
    made.estimate(by=analyst, skill=skill, low_days=10, likely_days=20, high_days=40)
    made.add_kpi_effect(by=author, kpi=kpi, change=-100, by_on=date(2027, 8, 31))
    made.score(by=analyst, value=8, time_criticality=5, risk_reduction=5, job_size=3,
               rationale="It saves a thousand calls.")  # fmt: skip
    made.request_approval(by=analyst)
    return made


@pytest.fixture
def project(project_manager, sponsor, unit) -> Project:
    today = clock.today()
    return Project.start_up(by=project_manager, title="Hold reasons", owner=project_manager,
                            sponsor=sponsor, unit=unit, planned_start=today,
                            planned_finish=today + timedelta(days=90))  # fmt: skip
