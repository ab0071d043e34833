"""What a door might tell to those who may not know: votes, scores, costs and hidden records."""

import base64
import json
import zlib
from datetime import timedelta
from decimal import Decimal

import pytest

from changeoffice.core.record import clock
from demand.models import Demand
from portfolio.models import Dependency, Milestone, Project
from tests.core.attacks.conftest import NEED

pytestmark = pytest.mark.django_db


def test_voters_are_named_through_no_door(api, page, idea, colleague, stranger):
    idea.vote(by=colleague)
    idea.withdraw_vote(by=colleague)
    idea.vote(by=colleague)
    client = api(stranger)
    for address in (f"/api/v1/ideas/{idea.reference}/history/", "/api/v1/events/"):
        assert colleague.name not in client.get(address).content.decode()
    assert colleague.name not in page(stranger).get(f"/ideas/{idea.reference}").content.decode()


def _inside(cursor_url: str) -> dict:
    cursor = cursor_url.split("cursor=")[1].split("&")[0]
    plain, packed = cursor.split("%3A")[0].split(":")[0], False
    if plain.startswith("."):
        plain, packed = plain[1:], True
    raw = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    return json.loads(zlib.decompress(raw) if packed else raw)


@pytest.mark.parametrize("ordering", ["score", "-score"])
def test_sorting_by_score_tells_nothing_to_those_who_may_not_see_it(
    api, stranger, author, demand, ordering
):
    other = Demand.raise_new(by=author, title="Another demand of ours", need=NEED)
    other.submit(by=author)
    answer = api(stranger).get("/api/v1/demands/", {"ordering": ordering, "page_size": 1}).json()
    key = _inside(answer["next"])["k"]
    assert Decimal(key["n"]) in (Decimal(-1), Decimal(1000))


def test_the_history_of_a_project_keeps_its_cost_report(api, analyst, stranger):
    made = Project.take_over(by=analyst, title="Reported", reported_on=clock.today(),
                             reported_cost_percent=Decimal("3.00"), sponsor=analyst)  # fmt: skip
    made.take_report(by=analyst, reported_cost_percent=Decimal("41.70"), forecast_cost=417)
    address = f"/api/v1/projects/{made.reference}/history/"
    assert "41.7" not in api(stranger).get(address).content.decode()
    assert "41.7" in api(analyst).get(address).content.decode()


def test_a_rank_names_no_other_score_one_may_not_see(
    make_person, unit, other_unit, demand, author, analyst, page
):
    ahead = Demand.raise_new(by=author, title="The one ahead of it", need=NEED, unit=other_unit)
    ahead.submit(by=author)
    ahead.screen(by=analyst)
    ahead.assess(by=analyst)
    ahead.score(by=analyst, value=10, time_criticality=10, risk_reduction=10, job_size=1,
                rationale="Everything hangs on it.")  # fmt: skip
    demand = Demand.objects.get(pk=demand.pk)
    assert demand.rank == 2

    def beside(person):
        shown = page(person).get(demand.get_absolute_url()).context["rank"]["beside"]
        return [(item["demand"].reference, item["score"]) for item in shown]

    assert beside(analyst) == [(ahead.reference, "100")]
    assert beside(make_person("Lea Local", "analyst", scope=unit)) == [(ahead.reference, "")]


def test_a_knock_on_does_not_count_what_is_hidden(
    api, make_person, project, project_manager, sponsor, unit
):
    project.start(by=project_manager)
    other = make_person("Sven Secret")
    today = clock.today()
    hidden = Project.start_up(
        by=project_manager, title="Merger", owner=other, sponsor=sponsor, unit=unit
    )
    giver = Milestone.plan(by=project_manager, project=project, title="Interface",
                           baseline_on=today + timedelta(days=20))  # fmt: skip
    getter = Milestone.plan(by=other, project=hidden, title="Contract",
                            baseline_on=today + timedelta(days=21))  # fmt: skip
    link = Dependency.propose(by=project_manager, giver=giver, getter=getter, title="Words")
    link.agree(by=other)
    hidden.restrict(by=sponsor, people=[other], reason="Talks are going on")
    asked = {"milestone": giver.reference, "forecast_on": str(today + timedelta(days=80))}
    address = f"/api/v1/projects/{project.reference}/knock-on/"
    found = api(project_manager).get(address, asked).json()
    assert [row["id"] for row in found["moved"]] == [giver.reference]
    assert found["moved_count"] == 1 and found["dependencies"] == []
    assert len(api(sponsor).get(address, asked).json()["moved"]) == 2


def test_a_merged_demand_does_not_name_a_hidden_one(page, stranger, author, analyst):
    one, other = (
        Demand.raise_new(by=author, title=f"Demand number {n}", need=NEED) for n in (1, 2)
    )
    one.submit(by=author)
    other.submit(by=author)
    one.merge(by=analyst, into=other)
    other.refresh_from_db()
    other.restrict(by=author)
    text = page(stranger).get(f"/demands/{one.reference}").content.decode()
    assert other.reference not in text
    assert other.reference in page(author).get(f"/demands/{one.reference}").content.decode()


def test_a_hidden_record_and_one_that_never_was_are_answered_alike(api, analyst, author, stranger):
    one, other = (
        Demand.raise_new(by=author, title=f"Demand number {n}", need=NEED) for n in (1, 2)
    )
    one.submit(by=author)
    client = api(analyst)
    said = []
    for into in (other.reference, "DMD-9999"):
        answer = client.post(f"/api/v1/demands/{one.reference}/merge/", {"into": into})
        said.append((answer.status_code, answer.content.replace(into.encode(), b"it")))
    assert said[0] == said[1]
