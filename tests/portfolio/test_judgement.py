"""Delivery confidence: judged by a reviewer, with reasons, never changed, beside the computed colour."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.utils import InternalError

from changeoffice.core.record import clock
from portfolio.models import DeliveryConfidence

pytestmark = pytest.mark.django_db
WHY = "The supplier has not shown one working release yet."


def judge(client, project, expect=200, **given):
    given = {"value": "amber_red", "rationale": WHY} | given
    answer = client.post(f"/api/v1/projects/{project.reference}/judge/", given, format="json")
    assert answer.status_code == expect, answer.content
    return answer.json()


def test_a_reviewer_judges_and_everybody_reads_it(api, analyst, stranger, project):
    judge(api(analyst), project)
    found = api(stranger).get(f"/api/v1/projects/{project.reference}/confidence/").json()
    assert [(row["value"], row["rationale"], row["by"]["username"]) for row in found] == [
        ("amber_red", WHY, analyst.username)
    ]
    one = api(stranger).get(f"/api/v1/projects/{project.reference}/").json()
    assert one["confidence"] == "amber_red" and one["confidence_as_of"] == str(clock.today())


def test_who_keeps_a_project_does_not_judge_it(api, project_manager, stranger, project):
    judge(api(project_manager), project, expect=403)
    judge(api(stranger), project, expect=403)
    assert not DeliveryConfidence.objects.exists()


def test_a_manager_who_runs_the_project_leaves_the_judgement_to_another(api, manager, make_project):
    project = make_project(owner=manager)
    judge(api(manager), project, expect=403)
    assert not project.judgements.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"value": "purple"}, "value"),
        ({"rationale": "no"}, "rationale"),
        ({"as_of": "2026-02-31"}, "as_of"),
    ],
)
def test_broken_input_is_told_by_field(api, analyst, project, wrong, field):
    said = judge(api(analyst), project, expect=400, **wrong)
    assert said["errors"][0]["field"] == field


def test_a_day_to_come_cannot_be_judged(api, analyst, project):
    tomorrow = clock.today() + timedelta(days=1)
    said = judge(api(analyst), project, expect=400, as_of=str(tomorrow))
    assert said["errors"][0]["field"] == "as_of"


def test_a_stopped_project_is_judged_no_more(api, analyst, manager, project):
    project.stop(by=manager, reason="No longer needed by anybody.")
    judge(api(analyst), project, expect=409)
    assert not project.judgements.exists()


def test_thinking_again_adds_a_judgement_and_keeps_the_first(analyst, project):
    project.judge(by=analyst, value="amber", rationale=WHY)
    project.judge(by=analyst, value="amber", rationale=WHY)
    assert project.judgements.count() == 1
    project.judge(by=analyst, value="red", rationale=WHY)
    assert [row.value for row in project.judgements.all()] == ["amber", "red"]
    assert project.confidence.value == "red"


def test_the_database_keeps_judgements_as_they_were_given(analyst, project):
    project.judge(by=analyst, value="amber", rationale=WHY)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        project.judgements.update(value="green")
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        project.judgements.all().delete()


def test_the_page_and_the_list_say_where_judgement_and_figures_differ(
    page, stranger, analyst, project, make_milestone
):
    make_milestone(project)
    project.judge(by=analyst, value="amber", rationale=WHY, as_of=date(2024, 3, 31))
    project.judge(by=analyst, value="red", rationale=WHY, as_of=date(2025, 3, 31))
    project.refresh_from_db()
    assert project.confidence_gap == "less confident than the figures, which give green"
    text = page(stranger).get(project.get_absolute_url()).content.decode()
    assert "31 March 2024" in text and "less confident than the figures" in text and WHY in text
    assert "less confident" in page(stranger).get("/projects").content.decode()


def test_a_confidential_project_keeps_its_judgements_to_those_named(
    api, stranger, manager, analyst, project
):
    project.judge(by=analyst, value="red", rationale=WHY)
    project.restrict(by=manager, people=[], reason="A merger")
    answer = api(stranger).get(f"/api/v1/projects/{project.reference}/confidence/")
    assert answer.status_code == 404
