"""Every verb of the portfolio: its happy path through the API, the wrong person, the wrong state."""

from datetime import timedelta

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import clock
from portfolio.models import Action, Benefit, Gate, Issue, Milestone, Project, Risk
from tests.portfolio.doing import do

pytestmark = pytest.mark.django_db


@pytest.fixture
def staged(manager, project_manager, sponsor, unit, day) -> Project:
    return Project.start_up(by=manager, title="Staged project", owner=project_manager,
                            sponsor=sponsor, unit=unit, planned_start=day(0),
                            planned_finish=day(100))  # fmt: skip


# Projects ------------------------------------------------------------------------------------------
def test_a_project_is_set_up_with_the_gates_of_its_template(api, manager, project_manager):
    answer = api(manager).post("/api/v1/projects/", {
        "title": "Windows rollout", "owner": project_manager.username,
        "planned_start": "2026-01-05", "planned_finish": "2026-12-18",
    }, format="json")  # fmt: skip
    assert answer.status_code == 201, answer.content
    made = Project.objects.by_reference(answer.json()["id"]).get()
    assert [gate.code for gate in made.gates.all()] == ["G0", "G1", "G2", "G3", "G4", "G5"]
    assert made.milestones.count() == 6
    assert answer.json()["rag"]["dimensions"]["schedule"] == "green"


def test_only_those_who_run_projects_set_one_up(passer_by):
    answer = passer_by.post("/api/v1/projects/", {"title": "Mine alone"}, format="json")
    assert answer.status_code == 403


def test_a_project_starts_pauses_resumes_and_stops(pm, boss, passer_by, staged):
    do(passer_by, staged, "start", 403)
    assert do(pm, staged, "start")["state"] == "active"
    do(pm, staged, "start", 409)
    do(pm, staged, "hold", 403, reason="Funds are short")
    assert do(boss, staged, "hold", reason="Funds are short")["state"] == "on_hold"
    assert do(boss, staged, "resume")["state"] == "active"
    do(boss, staged, "close", 409, reason="Everything is delivered")
    assert do(boss, staged, "stop", reason="The need has gone away")["state"] == "stopped"
    do(boss, staged, "resume", 409)


def test_a_status_update_confirms_it_and_may_disagree(pm, passer_by, project):
    do(passer_by, project, "confirm", 403, summary="All is well here.")
    do(pm, project, "confirm", 400, summary="short")
    found = do(pm, project, "confirm", summary="All is well here.", own_colour="green")
    assert found["own_colour"] == "green" and found["confirmed_on"] == clock.today().isoformat()


def test_limits_are_tightened_by_the_sponsor(pm, boss, project):
    do(pm, project, "tighten-limits", 403, schedule_red=3, reason="Closely watched")
    do(boss, project, "tighten-limits", 400, schedule_red=99, reason="Closely watched")
    do(boss, project, "tighten-limits", schedule_red=3, reason="Closely watched")
    assert Project.objects.get(pk=project.pk).tighter_limits == {"schedule_red": 3}


def test_a_stale_edit_is_refused(pm, project):
    tag = pm.get(f"/api/v1/projects/{project.reference}/").headers["ETag"]
    path = f"/api/v1/projects/{project.reference}/"
    assert pm.patch(path, {"title": "First"}, format="json", HTTP_IF_MATCH=tag).status_code == 200
    assert pm.patch(path, {"title": "Second"}, format="json", HTTP_IF_MATCH=tag).status_code == 412


def test_putting_by_external_id_twice_is_once(api, analyst, stranger):
    path = "/api/v1/projects/by-external-id/planner/P-17/"
    body = {"title": "From the planner", "planned_cost": "1000.00", "forecast_cost": "1120.00",
            "planned_start": "2026-01-05", "planned_finish": "2026-06-30",
            "forecast_finish": "2026-07-10"}  # fmt: skip
    assert api(stranger).put(path, body, format="json").status_code == 403
    first = api(analyst).put(path, body, format="json")
    again = api(analyst).put(path, body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["rag"]["overall"] == "red"
    changed = api(analyst).put(path, body | {"forecast_cost": "1000.00"}, format="json").json()
    assert changed["rag"]["dimensions"]["cost"] == "green" and changed["version"] == 2
    assert Project.objects.count() == 1


# Gates ---------------------------------------------------------------------------------------------
def meet_all(client, gate: Gate) -> None:
    for item in gate.criteria.all():
        do(client, gate, "meet-criterion", criterion=item.pk, evidence="Seen in the archive.")


def test_a_gate_says_why_it_would_hold_and_passes_with_evidence(pm, boss, passer_by, staged):
    gate = staged.gates.get(code="G0")
    read = pm.get(f"/api/v1/gates/{gate.reference}/").json()
    assert not read["would_pass"] and len(read["would_hold_because"]) == 2
    do(boss, gate, "decide", 400, decision="go", rationale="We want it")
    do(
        passer_by,
        gate,
        "meet-criterion",
        403,
        criterion=gate.criteria.first().pk,
        evidence="I say so",
    )
    meet_all(pm, gate)
    do(pm, gate, "decide", 403, decision="go", rationale="I want it")
    found = do(boss, gate, "decide", decision="go", rationale="All is there")
    assert found["state"] == "passed" and len(found["evidence"]) == 3
    staged.refresh_from_db()
    assert staged.stage == "design"
    assert gate.milestones.get().state == "met"
    do(boss, gate, "decide", 409, decision="go", rationale="Once more")


def test_gates_are_decided_in_order(pm, boss, staged):
    gate = staged.gates.get(code="G1")
    do(pm, staged, "start")
    meet_all(pm, gate)
    do(boss, gate, "decide", 409, decision="go", rationale="Skip the mandate")
    gate.refresh_from_db()
    assert not gate.is_closed and gate.decision == ""


def test_a_condition_becomes_an_action(pm, boss, staged, project_manager, day):
    gate = staged.gates.get(code="G0")
    for item in gate.criteria.filter(critical=True):
        do(pm, gate, "meet-criterion", criterion=item.pk, evidence="Seen in the archive.")
    given = {"decision": "conditional_go", "rationale": "One thing is open"}
    do(boss, gate, "decide", 400, **given)
    do(boss, gate, "decide", **given, condition_owner=project_manager.username,
       conditions_due_on=day(5).isoformat())  # fmt: skip
    action = Action.objects.get(project=staged)
    assert action.owner == project_manager and action.source_id == gate.pk


def test_a_waiver_needs_the_sponsor_a_reason_and_an_end(pm, boss, staged, day):
    gate = staged.gates.get(code="G0")
    item = gate.criteria.filter(critical=True).first()
    given = {
        "criterion": item.pk,
        "reason": "The board has said so",
        "expires_on": day(9).isoformat(),
    }
    do(pm, gate, "waive-criterion", 403, **given)
    do(boss, gate, "waive-criterion", **given)
    item.refresh_from_db()
    assert item.state == "waived" and item.is_satisfied(day(9)) and not item.is_satisfied(day(10))


def test_criteria_are_added_and_reopened(pm, staged):
    gate = staged.gates.get(code="G0")
    do(pm, gate, "add-criterion", text="Data protection is consulted", critical=True)
    item = gate.criteria.last()
    do(pm, gate, "meet-criterion", criterion=item.pk, evidence="Minutes of 3 May")
    do(pm, gate, "reopen-criterion", criterion=item.pk, reason="The minutes were wrong")
    item.refresh_from_db()
    assert item.state == "open" and item.critical
    other = staged.gates.get(code="G1")
    do(pm, other, "meet-criterion", 400, criterion=item.pk, evidence="Minutes of 3 May")


# Milestones ----------------------------------------------------------------------------------------
def test_a_milestone_is_planned_moved_and_met(pm, passer_by, project, day):
    given = {"project": project.reference, "title": "Test exit", "baseline_on": day(0).isoformat()}
    assert passer_by.post("/api/v1/milestones/", given, format="json").status_code == 403
    answer = pm.post("/api/v1/milestones/", given, format="json")
    assert answer.status_code == 201, answer.content
    mark = Milestone.objects.by_reference(answer.json()["id"]).get()
    moved = {"forecast_on": day(7).isoformat(), "reason": "The supplier is late"}
    do(passer_by, mark, "re-forecast", 403, **moved)
    assert do(pm, mark, "re-forecast", **moved)["slip"] == 7
    patched = pm.patch(f"/api/v1/milestones/{mark.reference}/", {"forecast_on": day(8).isoformat()},
                       format="json")  # fmt: skip
    assert patched.json()["slip"] == 8
    do(pm, mark, "meet", 400, actual_on=day(1).isoformat())
    assert do(pm, mark, "meet", actual_on=clock.today().isoformat())["state"] == "met"
    do(pm, mark, "re-forecast", 409, **moved)
    assert do(pm, mark, "reopen", reason="Not quite yet")["state"] == "planned"
    assert do(pm, mark, "drop", reason="Not needed")["state"] == "dropped"


def test_the_sponsor_approves_another_baseline(pm, boss, project, make_milestone, day):
    mark = make_milestone(project, late=7)
    given = {"baseline_on": day(7).isoformat(), "reason": "Agreed with the board"}
    do(pm, mark, "re-baseline", 403, **given)
    assert do(boss, mark, "re-baseline", **given)["slip"] == 0


# Risks, issues, actions, benefits ------------------------------------------------------------------
def test_a_risk_is_noted_reviewed_and_becomes_an_issue(pm, project, day):
    answer = pm.post("/api/v1/risks/", {"project": project.reference, "title": "Engineer leaves",
                     "probability": 4, "impact": 5, "proximity": "month", "response": "reduce"},
                     format="json")  # fmt: skip
    assert answer.status_code == 201, answer.content
    risk = Risk.objects.by_reference(answer.json()["id"]).get()
    assert answer.json()["exposure"] == 20 and answer.json()["above_appetite"]
    found = do(pm, risk, "review", probability=2, impact=5, review_on=day(20).isoformat(),
               reason="A second one has been trained")  # fmt: skip
    assert found["exposure"] == 10
    do(pm, risk, "close", reason="The engineer stays")
    do(pm, risk, "reopen", reason="The engineer may leave")
    do(pm, risk, "occur", severity=2, target_on=day(3).isoformat())
    issue = Issue.objects.get(project=project)
    do(pm, risk, "review", 409, probability=2, impact=5, review_on=day(20).isoformat(), reason="Hm")
    assert do(pm, issue, "resolve", resolution="Somebody else has come")["state"] == "resolved"
    assert do(pm, issue, "reopen", reason="And has gone again")["state"] == "open"


def test_risks_and_issues_do_not_exist_for_plain_staff(passer_by, pm, project, project_manager):
    risk = Risk.note_down(by=project_manager, project=project, title="Engineer leaves",
                          probability=4, impact=5)  # fmt: skip
    assert passer_by.get(f"/api/v1/risks/{risk.reference}/").status_code == 404
    assert passer_by.get("/api/v1/risks/").json()["results"] == []
    assert len(pm.get("/api/v1/risks/").json()["results"]) == 1
    assert passer_by.post("/api/v1/risks/", {
        "project": project.reference, "title": "A bad feeling", "probability": 1, "impact": 1,
        "proximity": "later", "response": "accept",
    }, format="json").status_code == 403  # fmt: skip


def test_an_action_is_done_by_its_owner(api, pm, passer_by, project, colleague, day):
    answer = pm.post("/api/v1/actions/", {"project": project.reference, "title": "Book the room",
                     "due_on": day(2).isoformat(), "owner": colleague.username}, format="json")  # fmt: skip
    assert answer.status_code == 201, answer.content
    action = Action.objects.by_reference(answer.json()["id"]).get()
    do(passer_by, action, "finish", 403)
    assert do(api(colleague), action, "finish")["state"] == "done"
    assert do(pm, action, "reopen", reason="The room is too small")["state"] == "open"
    assert do(pm, action, "drop", reason="We meet elsewhere")["state"] == "dropped"


def test_the_owner_of_an_action_is_asked_for_news(
    api, page, pm, project_manager, project, colleague, day
):
    action = Action.assign(by=project_manager, project=project, title="Book the room",
                           due_on=day(2), owner=colleague)  # fmt: skip
    assert do(pm, action, "ask-for-news")["version"] == action.version
    shown = page(project_manager).get(f"/actions/{action.reference}").content.decode()
    assert f'action="/actions/{action.reference}/ask-for-news"' in shown
    page(project_manager).post(f"/actions/{action.reference}/ask-for-news")
    do(api(colleague), action, "ask-for-news", 403)
    relay()
    told = Notification.objects.filter(person=colleague, asks=True, event__verb="ask_for_news")
    assert [notice.text for notice in told] == [
        f"Lena Projects asked for news of {action.reference} Book the room"
    ] * 2
    assert action.record.events.filter(verb="ask_for_news", door="api").count() == 1
    action.finish(by=colleague)
    do(pm, action, "ask-for-news", 409)


def test_a_benefit_is_realised_by_what_was_read(pm, passer_by, project, kpi, day):
    answer = pm.post("/api/v1/benefits/", {"project": project.reference, "kpi": kpi.reference,
                     "planned_change": "-100", "by_on": day(200).isoformat()}, format="json")  # fmt: skip
    assert answer.status_code == 201, answer.content
    benefit = Benefit.objects.by_reference(answer.json()["id"]).get()
    today = clock.today().isoformat()
    do(passer_by, benefit, "read", 403, realised_change=-120, read_on=today)
    assert do(pm, benefit, "read", realised_change=-40, read_on=today)["state"] == "expected"
    assert do(pm, benefit, "read", realised_change=-120, read_on=today)["state"] == "realised"
    assert not Project.objects.untethered().exists()


# Programmes and portfolios -------------------------------------------------------------------------
def test_a_programme_gathers_projects_and_closes_after_them(
    api, manager, passer_by, project, sponsor
):
    assert (
        passer_by.post("/api/v1/programmes/", {"title": "Payments"}, format="json").status_code
        == 403
    )
    boss = api(manager)
    folio = boss.post("/api/v1/portfolios/", {"title": "Digital"}, format="json").json()
    made = boss.post("/api/v1/programmes/", {"title": "Payments", "portfolio": folio["id"]},
                     format="json")  # fmt: skip
    assert made.status_code == 201, made.content
    path = f"/api/v1/programmes/{made.json()['id']}"
    boss.patch(
        f"/api/v1/projects/{project.reference}/", {"programme": made.json()["id"]}, format="json"
    )
    assert boss.post(f"{path}/close/", {"reason": "All done"}, format="json").status_code == 409
    project.stop(by=sponsor, reason="Not needed any more")
    assert boss.post(f"{path}/close/", {"reason": "All done"}, format="json").status_code == 200
    assert boss.post(f"{path}/reopen/", {"reason": "Not all"}, format="json").status_code == 200


def test_the_policy_is_changed_by_a_manager(api, manager, passer_by):
    policy = api(manager).get("/api/v1/rag-policies/").json()["results"][0]
    path = f"/api/v1/rag-policies/{policy['id']}/"
    assert passer_by.patch(path, {"schedule_red": 12}, format="json").status_code == 403
    assert api(manager).patch(path, {"schedule_red": 2}, format="json").status_code == 400
    assert api(manager).patch(path, {"schedule_red": 12}, format="json").json()["version"] == 2


def test_the_rag_of_a_project_is_explained(pm, project, make_milestone, project_manager):
    make_milestone(project, late=20)
    found = pm.get(f"/api/v1/projects/{project.reference}/rag/").json()
    first = found["dimensions"][0]
    assert (found["overall"], first["dimension"], first["colour"]) == ("red", "schedule", "red")
    assert first["limits"] == {"amber": 5, "red": 15, "unit": "working days"}
    assert "20 working days late" in first["reading"] and "red above 15" in first["rule"]
    assert "at most 4 working days" in first["turns_green"]
    assert first["who"] == project_manager.name and first["by_when"]
    past = (clock.today() - timedelta(days=9)).isoformat()
    before = pm.get(f"/api/v1/projects/{project.reference}/rag/", {"as_of": past}).json()
    assert before["overall"] == "not_rated"
