"""A demand its approvers are asked about, and how far its steps have come."""

from datetime import timedelta

import pytest

from changeoffice.core.approvals.models import Approval
from changeoffice.core.people.models import Person
from demand.models import Demand

DAY = timedelta(days=1)
QUESTION = "Who answers the calls until then?"


def fresh(person: Person) -> Person:
    """The same person on their next request: rights are read anew."""
    return Person.objects.get(pk=person.pk)


def step_of(demand: Demand, kind: str) -> Approval:
    return demand.record.approvals.filter(kind=kind).latest("id")


def states(demand: Demand) -> dict[str, str]:
    newest = demand.record.approval_rounds.latest("id")
    return dict(newest.steps.values_list("kind", "state"))


@pytest.fixture
def demand(make_demand, skill, analyst, manager, finance) -> Demand:
    """Asked of sponsor and finance, both at the same time."""
    made = make_demand("ready")
    made.estimate(by=analyst, skill=skill, low_days=100, likely_days=200, high_days=300)
    made.request_approval(by=analyst)
    return made
