"""What two sides promise each other: proposed, agreed, declined, met; no circles; knock-on."""

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from portfolio.models import Dependency, Milestone
from tests.portfolio.doing import do

pytestmark = pytest.mark.django_db


def test_both_sides_agree_a_dependency(
    api, make_person, make_project, make_milestone, passer_by, day
):
    giving, getting = make_person("Gil Giver"), make_person("Greta Getter")
    giver = make_milestone(make_project("Giver", owner=giving))
    getter = make_milestone(make_project("Getter", owner=getting))
    given = {"giver": giver.reference, "getter": getter.reference, "title": "Interface ready",
             "tolerance": 10}  # fmt: skip
    assert passer_by.post("/api/v1/dependencies/", given, format="json").status_code == 403
    answer = api(getting).post("/api/v1/dependencies/", given, format="json")
    assert answer.status_code == 201, answer.content
    promise = Dependency.objects.by_reference(answer.json()["id"]).get()
    assert promise.state == "proposed" and promise.getter_agreed_at and not promise.giver_agreed_at
    do(api(getting), promise, "agree", 409)
    do(passer_by, promise, "agree", 403)
    assert do(api(giving), promise, "agree")["state"] == "agreed"
    changed = do(api(giving), promise, "amend", tolerance=3, reason="We are sure now")
    assert changed["state"] == "proposed" and changed["tolerance"] == 3
    do(api(getting), promise, "agree")
    do(api(giving), promise, "meet", 403, evidence="We sent it")
    assert do(api(getting), promise, "meet", evidence="It works")["state"] == "met"
    do(api(getting), promise, "withdraw", 409, reason="Too late")


def test_only_the_side_that_is_asked_may_decline_and_says_why(
    api, make_person, make_project, make_milestone
):
    giving, getting = make_person("Gil Giver"), make_person("Greta Getter")
    giver = make_milestone(make_project("Giver", owner=giving))
    getter = make_milestone(make_project("Getter", owner=getting))
    promise = Dependency.propose(by=getting, giver=giver, getter=getter, title="Interface ready")
    do(api(getting), promise, "decline", 403, reason="I changed my mind")
    do(api(giving), promise, "decline", 400, reason=" ")
    assert (
        do(api(giving), promise, "decline", reason="Only after the summer")["state"] == "withdrawn"
    )
    relay()
    told = Notification.objects.get(person=getting, event__verb="decline")
    assert told.text == f"Gil Giver declined {promise.reference} Interface ready"
    assert told.event.reason == "Only after the summer"


def test_who_keeps_both_sides_agrees_by_proposing(make_project, make_milestone, project_manager):
    giver, getter = make_milestone(make_project("Giver")), make_milestone(make_project("Getter"))
    made = Dependency.propose(by=project_manager, giver=giver, getter=getter, title="Interface")
    assert made.state == "agreed" and made.giver_agreed_at and made.getter_agreed_at


def test_a_loop_is_refused_by_name(pm, make_project, make_milestone, agree):
    marks = [make_milestone(make_project(name), title=name) for name in ("One", "Two", "Three")]
    agree(marks[0], marks[1])
    agree(marks[1], marks[2])
    answer = pm.post("/api/v1/dependencies/", {
        "giver": marks[2].reference, "getter": marks[0].reference, "title": "The other way",
    }, format="json")  # fmt: skip
    assert answer.status_code == 400
    message = answer.json()["errors"][0]["message"]
    assert all(mark.reference in message for mark in marks)


def test_the_knock_on_of_a_date_is_shown_and_not_saved(
    pm, make_project, make_milestone, agree, day
):
    giver, getter = make_milestone(make_project("Giver")), make_milestone(make_project("Getter"))
    agree(giver, getter)
    answer = pm.get(f"/api/v1/projects/{giver.project.reference}/knock-on/",
                    {"milestone": giver.reference, "forecast_on": day(20).isoformat()})  # fmt: skip
    assert answer.status_code == 200, answer.content
    body = answer.json()
    moved = {row["id"]: row["working_days"] for row in body["moved"]}
    assert moved == {giver.reference: 20, getter.reference: 20}
    assert body["dependencies"][0]["tolerance_used_after"] == 200
    assert {row["project"]: row["overall_after"] for row in body["rag"]} == {
        giver.project.reference: "red", getter.project.reference: "red",
    }  # fmt: skip
    assert Milestone.objects.get(pk=giver.pk).forecast_on == day(0)
    assert Milestone.objects.with_expected().get(pk=getter.pk).expected_on == day(0)
