"""From an approved demand to a project, and back when it has delivered."""

from datetime import date

import pytest

from changeoffice.core.outbox.relay import relay
from changeoffice.core.talk.models import Follower
from portfolio.models import Project
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def scheduled(make_demand, analyst, author):
    demand = make_demand("approved")
    demand.schedule(by=analyst, starts_on=date(2026, 1, 5), finishes_on=date(2026, 12, 18))
    return demand


def test_a_demand_is_handed_over_with_all_it_knows(
    scheduled, api, analyst, author, project_manager, sponsor
):
    answer = api(analyst).post(
        f"/api/v1/demands/{scheduled.reference}/hand-over/",
        {"owner": project_manager.username}, format="json",
    )  # fmt: skip
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "in_delivery"
    made = Project.objects.by_reference(answer.json()["made"]["id"]).get()
    assert (made.demand_id, made.owner, made.sponsor) == (scheduled.pk, project_manager, sponsor)
    assert made.planned_cost == scheduled.cost_likely and made.currency == scheduled.currency
    assert made.benefits.count() == scheduled.effects.count() == 1
    assert made.gates.count() == 6 and made.milestones.count() == 6
    followers = Follower.objects.filter(record_id=made.pk).values_list("person_id", flat=True)
    assert {author.pk, analyst.pk} <= set(followers)
    steps = [(s["reference"]) for s in _trail(made, analyst)]
    assert steps[1:] == [scheduled.reference, made.reference, made.benefits.get().reference]
    again = api(analyst).post(
        f"/api/v1/demands/{scheduled.reference}/hand-over/", {}, format="json"
    )
    assert again.status_code == 409 and Project.objects.count() == 1


def _trail(project, person):
    from portfolio.commands import trail

    return [vars(step) for step in trail(project, person)]


def test_only_an_analyst_hands_over(scheduled, api, stranger, project_manager):
    for person in (stranger, project_manager):
        path = f"/api/v1/demands/{scheduled.reference}/hand-over/"
        assert api(person).post(path, {}, format="json").status_code == 403
    assert not Project.objects.exists()


def test_the_demand_mirrors_its_project_until_it_is_completed(scheduled, analyst, sponsor, manager):
    from demand.delivery import hand_over

    made = hand_over(scheduled, by=analyst)
    made.start(by=analyst)
    for gate in made.gates.all():
        for item in gate.criteria.all():
            gate.meet_criterion(by=analyst, criterion=item, evidence="Seen in the archive")
        gate.decide(by=sponsor, decision="go", rationale="All is there")
        relay()
        scheduled.refresh_from_db()
        assert scheduled.progress == 100 * (gate.position + 1) // 6
    made.refresh_from_db()
    made.close(by=sponsor, reason="Everything works")
    scheduled.refresh_from_db()
    assert scheduled.state == "completed"
