"""A demand made confidential in delivery takes along what delivers it."""

import pytest

from demand.delivery import hand_over
from portfolio.models import Benefit, Gate, Project

pytestmark = pytest.mark.django_db


def delivered_by(demand, into, analyst, product):
    own = {"epic": {"product": product}, "enhancement": {"change_type": "standard"}}.get(into, {})
    return hand_over(demand, by=analyst, into=into, **own)


@pytest.mark.parametrize("into", ["project", "epic", "enhancement"])
def test_what_delivers_a_demand_becomes_confidential_with_it(
    into, scheduled, product, page, api, analyst, author, sponsor, leader, colleague
):
    made = delivered_by(scheduled, into, analyst, product)
    at = made.get_absolute_url()
    assert page(leader).get(at).status_code == 200
    scheduled.restrict(by=author, people=[colleague])
    made.refresh_from_db()
    assert made.confidential and made.is_visible_to(colleague) and made.is_visible_to(author)
    assert page(leader).get(at).status_code == 404
    assert api(leader).get(f"/api/v1{at}/").status_code == 404
    event = made.record.events.get(verb="follow_demand")
    assert event.reason == f"{author.name} changed who sees its demand."
    history = api(colleague).get(f"/api/v1{at}/history/").json()["results"]
    assert "Confidential" in str(history)


def test_everything_in_the_project_is_as_confidential(scheduled, analyst, author, leader):
    project = hand_over(scheduled, by=analyst)
    for part in (Gate, Benefit):
        assert part.objects.visible_to(leader).filter(project=project).exists()
    scheduled.restrict(by=author)
    for part in (Gate, Benefit):
        assert not part.objects.visible_to(leader).filter(project=project).exists()


def test_an_epic_opens_with_its_demand_and_a_project_stays_until_its_people_open_it(
    make_scheduled, product, analyst, author, leader
):
    for into, opens in (("epic", True), ("project", False)):
        demand = make_scheduled()
        made = delivered_by(demand, into, analyst, product)
        demand.restrict(by=author, people=[analyst])
        demand.open_up(by=analyst)
        made.refresh_from_db()
        assert (made.confidential, made.is_visible_to(leader)) == (not opens, opens), into


def test_a_project_kept_apart_for_its_own_reasons_admits_nobody_by_its_demand(
    scheduled, analyst, author, colleague, sponsor
):
    project = hand_over(scheduled, by=analyst)
    project.restrict(by=sponsor, people=[], reason="A tender runs")
    scheduled.restrict(by=author, people=[colleague])
    assert not Project.objects.get().is_visible_to(colleague)
