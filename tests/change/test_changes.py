"""Enhancements and changes: planned by those who may, done, and how they turned out."""

from datetime import UTC, datetime

import pytest

from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from practices.change.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture
def implementer(make_person):
    return make_person("Ivo Implementer")


@pytest.fixture
def change(manager, implementer, sponsor, unit) -> Change:
    return Change.plan(by=manager, title="Newer payments database", owner=implementer,
                       sponsor=sponsor, unit=unit)  # fmt: skip


def test_a_change_is_planned_by_page_and_api_with_its_window(page, api, manager, service):
    given = {"title": "Newer payments database", "category": "change", "type": "normal",
             "window_start": "2027-07-03T22:00", "window_end": "2027-07-04T04:00",
             "back_out_plan": "Put the copy back."}  # fmt: skip
    answer = page(manager).post("/changes/new", given | {"services": [service.reference]})
    assert answer.status_code == 302, answer.content
    made = Change.objects.get()
    assert made.window == ("3 July 2027, 22:00", "4 July 2027, 04:00")
    html = page(manager).get(made.get_absolute_url()).content.decode()
    assert "3 July 2027, 22:00" in html and "Put the copy back." in html
    form = page(manager).get(f"{made.get_absolute_url()}/edit").content.decode()
    assert 'value="2027-07-03T22:00"' in form
    answer = api(manager).post("/api/v1/changes/", given, format="json")
    assert answer.status_code == 201, answer.content
    assert _start(answer) == datetime(2027, 7, 3, 21, tzinfo=UTC)  # summer in the office
    again = api(manager).post(
        "/api/v1/changes/", given | {"window_start": "2027-07-03T22:00+02:00"}, format="json"
    )
    assert _start(again) == datetime(2027, 7, 3, 20, tzinfo=UTC)


def _start(answer) -> datetime:
    return datetime.fromisoformat(answer.json()["window_start"])


def test_only_some_may_plan_a_change(api, stranger, service_owner, make_person):
    keeper = make_person("Kay Keeper", ("practice_owner", "change"))
    given = {"title": "New cable", "category": "change", "type": "standard"}
    assert api(stranger).post("/api/v1/changes/", given, format="json").status_code == 403
    for person in (service_owner, keeper):
        assert api(person).post("/api/v1/changes/", given, format="json").status_code == 201


def test_a_change_goes_its_way(change, implementer, stranger, sponsor):
    with pytest.raises(NotAllowed):
        change.start(by=stranger)
    with pytest.raises(NotAllowed):
        change.start(by=sponsor)
    change.start(by=implementer)
    assert (change.state, change.progress) == ("in_progress", 50)
    for outcome in ("partly", "failed"):
        with pytest.raises(Invalid) as refused:
            change.finish(by=implementer, outcome=outcome, outcome_words=" ")
        assert "outcome_words" in refused.value.errors
    change.finish(by=implementer, outcome="successful")
    assert (change.state, change.progress, change.outcome) == ("done", 100, "successful")
    with pytest.raises(NotNow):
        change.revise(by=implementer, title="Something else")
    with pytest.raises(NotNow):
        change.cancel(by=implementer, reason="Too late for that.")


def test_a_change_needs_an_implementer_and_its_sponsor_may_cancel_it(change, manager, sponsor):
    change.revise(by=manager, owner=None)
    with pytest.raises(NotNow, match="implements"):
        change.start(by=manager)
    change.cancel(by=sponsor, reason="The money goes elsewhere.")
    assert change.state == "cancelled" and change.outcome == ""


def test_a_window_ends_after_it_began(change, api, manager):
    answer = api(manager).patch(
        f"/api/v1/changes/{change.reference}/",
        {"window_start": "2027-07-04T04:00Z", "window_end": "2027-07-03T22:00Z"}, format="json",
    )  # fmt: skip
    assert answer.status_code == 400 and "after the planned start" in answer.content.decode()


def test_costs_are_shown_to_those_with_a_role_on_it_alone(change, api, manager, stranger):
    change.revise(by=manager, planned_cost=42000)
    url = f"/api/v1/changes/{change.reference}/"
    assert api(manager).get(url).json()["planned_cost"] == "42000.00"
    assert "planned_cost" not in api(stranger).get(url).json()


def test_changes_are_narrowed_by_type_category_and_words(change, api, page, manager):
    other = Change.plan(by=manager, title="New cable", type="emergency", category="enhancement")
    for query, found in (
        ("type=emergency", other), ("category=change", change), ("search=database", change),
        ("view=all&type=normal", change), ("state=planned&type=emergency", other),
    ):  # fmt: skip
        rows = page(manager).get(f"/changes?{query}").context["rows"]
        assert [row.pk for row in rows] == [found.pk], query
    listed = api(manager).get("/api/v1/changes/?category=enhancement").json()["results"]
    assert [row["id"] for row in listed] == [other.reference]
    csv = b"".join(page(manager).get("/changes?format=csv").streaming_content).decode()
    assert other.reference in csv and change.reference in csv
