"""Two people at once: one hand-over makes one thing, one end tells the demand once."""

import pytest

from changeoffice.core.record.errors import Refused
from demand.delivery import hand_over
from demand.models import Demand
from portfolio.models import Epic, Project
from practices.change.models import Change
from tests.crowd import Crowd

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 24


def test_hand_overs_at_once_make_one_thing(scheduled, product, analyst):
    choices = ({"into": "project"}, {"into": "epic", "product": product},
               {"into": "enhancement", "change_type": "normal"})  # fmt: skip

    def act(n: int):
        return hand_over(Demand.objects.get(pk=scheduled.pk), by=analyst, **choices[n % 3])

    with Crowd(THREADS) as crowd:
        answers = crowd.at_once([lambda n=n: act(n) for n in range(THREADS)])
    raised = [one for one in answers if isinstance(one, Exception)]
    assert len(raised) == THREADS - 1 and all(isinstance(one, Refused) for one in raised), raised
    made = sum(kind.objects.filter(demand=scheduled).count() for kind in (Project, Epic, Change))
    assert made == 1
    assert scheduled.record.events.filter(verb="hand_over").count() == 1


def test_finished_and_dropped_at_once_an_epic_tells_its_demand_one_thing(
    scheduled, product, analyst, project_manager
):
    epic = hand_over(scheduled, by=analyst, into="epic", product=product)
    epic.start(by=project_manager)

    def finish():
        return Epic.objects.get(pk=epic.pk).finish(by=project_manager)

    def drop():
        return Epic.objects.get(pk=epic.pk).drop(by=project_manager, reason="Not needed any more.")

    def report():
        return Epic.objects.get(pk=epic.pk).report(by=project_manager, done=50)

    with Crowd(THREADS) as crowd:
        crowd.at_once([finish, drop, report] * (THREADS // 3))
    epic.refresh_from_db()
    scheduled.refresh_from_db()
    expected = {"done": "completed", "dropped": "scheduled"}
    assert scheduled.state == expected[epic.state]
    ends = scheduled.record.events.filter(verb__in=("complete", "give_back"))
    assert ends.count() == 1
