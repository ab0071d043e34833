"""Lists cost the same however long they are, and two stale edits are one edit."""

import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.core.record.history import history_of
from portfolio.models import Dependency, Milestone, Risk

LISTS = ["projects", "milestones", "dependencies", "gates", "risks", "interventions", "programmes"]


@pytest.mark.django_db
@pytest.mark.parametrize("area", LISTS)
def test_a_list_asks_the_same_number_of_questions_for_one_and_for_many(
    area, api, project_manager, make_project, make_milestone, agree
):
    client = api(project_manager)

    def fill(n: int) -> None:
        for at in range(n):
            giver, getter = (make_milestone(make_project(f"{area} {at} {side}"), late=20)
                             for side in ("giver", "getter"))  # fmt: skip
            agree(giver, getter)
            Risk.note_down(by=project_manager, project=giver.project, title="Something may happen",
                           probability=2, impact=2)  # fmt: skip

    def questions() -> int:
        client.get(f"/api/v1/{area}/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/api/v1/{area}/").status_code == 200
        return len(asked)

    fill(1)
    first = questions()
    fill(4)
    assert questions() <= first + 2
    assert first <= 14


@pytest.mark.django_db
def test_dependencies_of_a_project_are_found_from_either_end(
    api, project_manager, make_project, make_milestone, agree
):
    first, second, third = (make_project(f"Project {n}") for n in range(3))
    given = agree(make_milestone(first), make_milestone(second))
    got = agree(make_milestone(third), make_milestone(first))
    agree(make_milestone(second), make_milestone(third))
    found = api(project_manager).get(f"/api/v1/dependencies/?project={first.reference.lower()}")
    assert {row["id"] for row in found.json()["results"]} == {given.reference, got.reference}
    assert set(Dependency.objects.touching([first])) == {given, got}


@pytest.mark.django_db(transaction=True)
def test_of_24_forecasts_at_once_one_is_taken(
    api, project_manager, make_project, make_milestone, day
):
    mark = make_milestone(make_project())
    clients = [api(project_manager) for _ in range(24)]
    path = f"/api/v1/milestones/{mark.reference}/"
    tag = clients[0].get(path).headers["ETag"]
    seen, gate = [], threading.Barrier(24)

    def edit(client, to: str) -> None:
        gate.wait()
        try:
            answer = client.patch(path, {"forecast_on": to}, format="json", HTTP_IF_MATCH=tag)
            seen.append(answer.status_code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=edit, args=(client, day(at + 1).isoformat()))
        for at, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200] + [412] * 23
    assert Milestone.objects.get(pk=mark.pk).version == 2
    assert history_of(Milestone).objects.filter(pgh_obj_id=mark.pk).count() == 2
