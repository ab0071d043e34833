"""What a demand's verbs do, and when they refuse."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from changeoffice.core.approvals.models import Approval, Round
from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, Stale
from demand.models import Demand
from tests.demand.conftest import SCORES

pytestmark = pytest.mark.django_db


def test_a_demand_goes_all_the_way_to_scheduled(make_demand, manager):
    demand = make_demand("scheduled")
    assert demand.state == "scheduled"
    assert demand.wsjf == Decimal("6.00")
    assert demand.cost_likely == Decimal(12_000)
    assert demand.standing.rank == 1
    assert Round.objects.get().state == "approved"


def test_up_to_fifty_thousand_the_manager_approves(make_demand, manager):
    demand = make_demand("approval")
    assert [(a.kind, a.approver) for a in demand.record.approvals.all()] == [("manager", manager)]
