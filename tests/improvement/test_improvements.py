"""The continual improvement register, and its way into demand."""

import pytest

from demand.models import Demand
from practices.improvement.models import Improvement

SEEN = "Branch staff copy every passport by hand, ten minutes each."


@pytest.fixture
def noted(author, service):
    return Improvement.note_down(by=author, title="Scan passports at the desk", description=SEEN, service=service,
                                 measure="minutes a passport", now=10, wanted=1)  # fmt: skip


def test_anybody_of_the_staff_notes_what_could_be_better(page, api, stranger, outsider, service):
    given = {
        "title": "Scan passports at the desk",
        "description": SEEN,
        "service": service.reference,
        "priority": "1",
    }
    answer = page(stranger).post("/improvements/new", given)
    made = Improvement.objects.get()
    assert answer.url == made.get_absolute_url() and (made.owner, made.priority) == (stranger, 1)
    assert page(outsider).post("/improvements/new", given).status_code == 403
    found = api(stranger).post("/api/v1/improvements/", given, format="json")
    assert found.status_code == 201 and found.json()["state"] == "noted"
    shown = page(stranger).get("/improvements").content.decode()
    assert shown.count("Scan passports at the desk") == 2


def test_a_measure_is_whole_or_not_there(page, api, author, noted):
    given = {
        "title": "Scan passports at the desk",
        "description": SEEN,
        "measure": "minutes",
        "now": "10",
        "priority": "2",
    }
    for answer in (
        page(author).post("/improvements/new", given),
        page(author).post(f"{noted.get_absolute_url()}/edit", given),
    ):
        assert answer.status_code == 422 and b"or none of them" in answer.content
    assert api(author).post("/api/v1/improvements/", given, format="json").status_code == 400
    assert Improvement.objects.count() == 1


def test_what_needs_the_office_becomes_a_demand_with_what_is_measured(
    noted, page, api, author, stranger, service
):
    at = noted.get_absolute_url()
    assert page(stranger).post(f"{at}/raise-demand").status_code == 403
    noted.record.followers.create(person=stranger)
    page(author).post(f"{at}/raise-demand", {"version": noted.version})
    noted.refresh_from_db()
    made = noted.demand
    assert (noted.state, made.state, made.requester, made.source) == (
        "adopted", "submitted", author, "continual_improvement",
    )  # fmt: skip
    assert made.source_reference == noted.reference and list(made.services.all()) == [service]
    assert "Measured by minutes a passport: 10 now, 1 wanted." in made.need
    assert made.record.followers.filter(person=stranger).exists()
    assert made.reference in page(stranger).get(at).content.decode()
    assert (
        api(stranger).get(f"/api/v1/improvements/{noted.reference}/").json()["demand"]
        == made.reference
    )
    assert (
        page(author).post(f"{at}/raise-demand").status_code == 409 and Demand.objects.count() == 1
    )


def test_a_demand_one_may_not_see_is_only_in_progress(noted, page, api, author, stranger):
    noted.raise_demand(by=author)
    noted.demand.restrict(by=author)
    shown = page(stranger).get(noted.get_absolute_url()).content.decode()
    assert noted.demand.reference not in shown and "It is in progress." in shown
    assert api(stranger).get(f"/api/v1/improvements/{noted.reference}/").json()["demand"] is None


def test_a_small_one_is_done_without_a_demand_and_may_come_back(noted, page, author):
    at, client = noted.get_absolute_url(), page(author)
    assert client.post(f"{at}/finish", {"result": "Short"}).status_code == 422
    client.post(f"{at}/finish", {"result": "A scanner stands at every desk."})
    noted.refresh_from_db()
    assert noted.state == "done" and "A scanner stands" in client.get(at).content.decode()
    client.post(f"{at}/reopen", {"reason": "Half of them broke"})
    noted.refresh_from_db()
    assert (noted.state, noted.result) == ("noted", "")


def test_the_list_costs_the_same_for_many(page, author, service, django_assert_max_num_queries):
    client = page(author)
    for n in range(12):
        Improvement.note_down(
            by=author, title=f"Improvement number {n}", description=SEEN, service=service
        )
    client.get("/improvements")
    with django_assert_max_num_queries(10):
        client.get("/improvements?priority=2")
