"""The pages of projects: who sees what, what a what-if leaves alone, what a list costs."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.core.record import clock
from demand.models import Demand
from portfolio.models import (
    Action,
    Dependency,
    DependencySlip,
    Intervention,
    Issue,
    Milestone,
    Portfolio,
    Programme,
    Project,
    Risk,
)
from portfolio.views.dependencies import slip_by_day
from portfolio.views.drawing import slip_colour

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
HELD = "Customers ring us because nothing tells them why a payment is held."
STAFF = ["author", "analyst", "manager", "approver", "sponsor", "finance", "project_manager",
         "service_owner", "leader", "auditor", "administrator", "stranger"]  # fmt: skip


@pytest.fixture
def whole(
    project_manager, sponsor, unit, service, manager, make_milestone, make_project, agree, kpi
):
    """A staged project with gates, dates, a promise, a risk, an issue and an action."""
    above = Portfolio.set_up(by=manager, title="Change portfolio", owner=sponsor)
    programme = Programme.set_up(by=manager, title="Payments", owner=sponsor, portfolio=above)
    today = clock.today()
    made = Project.start_up(
        by=project_manager, title="Replace the payments gateway", owner=project_manager,
        sponsor=sponsor, unit=unit, programme=programme, services=[service],
        planned_start=today - timedelta(days=60), planned_finish=today + timedelta(days=200),
        planned_cost=1000, forecast_cost=1200, currency="GBP",
    )  # fmt: skip
    made.start(by=project_manager)
    giver = make_milestone(make_project("Core banking release"), late=20, title="API in UAT")
    agree(giver, make_milestone(made, title="UAT start"))
    Risk.note_down(by=project_manager, project=made, title="The only tester leaves",
                   probability=5, impact=5)  # fmt: skip
    Issue.note_down(by=project_manager, project=made, title="Test data has gaps", severity=2,
                    target_on=today + timedelta(days=9))  # fmt: skip
    Action.assign(by=project_manager, project=made, title="Agree the cut-over weekend",
                  due_on=today + timedelta(days=9), owner=project_manager)  # fmt: skip
    return Project.objects.get(pk=made.pk)


def seen_by_all(project: Project) -> list[str]:
    here = project.get_absolute_url()
    mark = project.milestones.filter(title="UAT start").get()
    link, action = Dependency.objects.get(), Action.objects.get()
    return [
        "/projects", "/projects?group=programme", "/projects?group=portfolio",
        "/projects?view=untethered&ordering=-slip", "/projects?ordering=cost", here,
        f"{here}/milestones", f"{here}/raid", f"{here}/gates/G1", "/milestones", "/dependencies",
        mark.get_absolute_url(), f"{mark.get_absolute_url()}/what-if?forecast_on=2030-01-07",
        link.get_absolute_url(), "/risks", "/issues", "/actions", "/interventions",
        action.get_absolute_url(), project.programme.get_absolute_url(),
        project.portfolio.get_absolute_url(), Intervention.objects.first().get_absolute_url(),
    ]  # fmt: skip


@pytest.mark.parametrize("role", STAFF)
def test_all_staff_can_read_projects_and_their_dates(role, whole, page, request):
    client = page(request.getfixturevalue(role))
    for path in seen_by_all(whole):
        assert client.get(path).status_code == 200, path


def test_for_an_outside_person_no_project_exists(whole, page, outsider):
    client = page(outsider)
    for path in seen_by_all(whole):
        answer = client.get(path)
        if answer.status_code == 200:
            assert whole.title not in answer.content.decode(), path
            assert answer.context["count"] == 0, path
        else:
            assert answer.status_code == 404, path


def test_a_project_says_why_it_is_red_and_who_must_act(whole, page, stranger, project_manager):
    context = page(stranger).get(whole.get_absolute_url()).context
    rows = {row["dimension"]: row for row in context["explained"]["dimensions"]}
    assert rows["dependencies"]["code"] == "red"
    assert rows["dependencies"]["actor"] and rows["dependencies"]["by"]
    assert "Red since" in context["explained"]["sentence"]
    assert rows["dependencies"]["limits_words"].startswith("Amber above")


def test_risks_and_money_stay_with_those_who_have_a_role(whole, page, stranger, project_manager):
    here, risk, issue = whole.get_absolute_url(), Risk.objects.get(), Issue.objects.get()
    plain = page(stranger)
    shown = plain.get(here).content.decode()
    for words in (risk.title, risk.reference, issue.title, "20.0% over", "stands at 25"):
        assert words not in shown, words
    assert risk.title not in plain.get(f"{here}/raid").content.decode()
    assert plain.get("/risks").context["count"] == plain.get("/issues").context["count"] == 0
    for path in (risk.get_absolute_url(), issue.get_absolute_url(), f"{here}/finance"):
        assert plain.get(path).status_code == 404, path
    manages = page(project_manager)
    assert risk.title in manages.get(here).content.decode()
    assert manages.get(risk.get_absolute_url()).status_code == 200


def test_sorting_by_money_says_nothing_to_those_who_may_not_see_it(page, stranger, make_project):
    for title, cost in (("Dear", 2000), ("Cheap", 900), ("Fair", 1100)):
        made = make_project(title, forecast_cost=cost)
        made.confirm(by=made.owner, summary="All is going to plan.")
    rows = page(stranger).get("/projects?ordering=-cost").context["rows"]
    assert [row.title for row in rows] == ["Fair", "Cheap", "Dear"]  # newest first, as unsorted
    assert not any(row.cost_now for row in rows)


def test_a_promise_to_a_confidential_project_is_nowhere_to_be_seen(whole, page, stranger, manager):
    link = Dependency.objects.get()
    secret = link.giver.project
    secret.restrict(by=manager, people=[manager], reason="Not public yet")
    client = page(stranger)
    for path in (whole.get_absolute_url(), f"{whole.get_absolute_url()}/milestones",
                 "/dependencies", "/projects", link.getter.get_absolute_url()):  # fmt: skip
        shown = client.get(path).content.decode()
        for words in (secret.title, secret.reference, link.reference, link.title, link.giver.title):
            assert words not in shown, (path, words)
    assert client.get("/dependencies").context["count"] == 0
    assert client.get(link.get_absolute_url()).status_code == 404
    assert client.get(secret.get_absolute_url()).status_code == 404
    groups = client.get("/projects?group=portfolio").context["groups"]
    assert sum(group["total"] for group in groups) == 1


def test_a_what_if_shows_the_knock_on_and_saves_nothing(whole, page, project_manager):
    link = Dependency.objects.get()
    before = _everything()
    to = link.giver.forecast_on + timedelta(days=90)
    answer = page(project_manager).get(
        f"{link.giver.get_absolute_url()}/what-if?forecast_on={to}", **HTMX
    )
    shown = answer.content.decode()
    assert "Nothing is saved yet" in shown and "<html" not in shown
    assert link.getter.title in shown and link.title in shown
    assert _everything() == before


def _everything() -> list:
    return [
        list(Milestone.objects.order_by("pk").values()),
        list(Dependency.objects.order_by("pk").values()),
        list(Project.objects.order_by("pk").values_list("pk", "version", "reading__at")),
    ]


def test_what_if_begins_at_the_expected_day_and_asks_for_a_day_it_can_read(whole, page, stranger):
    mark = Milestone.objects.get(title="UAT start")
    assert (
        "If it moves to"
        in page(stranger).get(f"{mark.get_absolute_url()}/what-if").content.decode()
    )
    for query in ("?forecast_on=", "?forecast_on=soon", "?forecast_on=0001-01-01"):
        answer = page(stranger).get(f"{mark.get_absolute_url()}/what-if{query}")
        assert answer.status_code == 200 and "Choose a day" in answer.content.decode()


def test_moving_a_milestone_needs_a_reason_and_then_moves(whole, page, project_manager, stranger):
    mark = Milestone.objects.get(title="UAT start")
    path = f"{mark.get_absolute_url()}/re-forecast"
    given = {"version": mark.version, "forecast_on": "2030-01-07", "reason": ""}
    answer = page(project_manager).post(path, given)
    assert answer.status_code == 422 and "Say why" in answer.content.decode()
    given["reason"] = "Eleven defects in system test"
    assert page(stranger).post(path, given).status_code == 403
    assert page(project_manager).post(path, given).status_code == 302
    mark.refresh_from_db()
    assert mark.forecast_on == date(2030, 1, 7)
    assert page(project_manager).post(path, given).status_code == 409


def test_a_stale_form_shows_the_conflict_and_keeps_what_was_typed(whole, page, project_manager):
    mark = Milestone.objects.get(title="UAT start")
    old = mark.version
    mark.re_forecast(by=project_manager, forecast_on=mark.forecast_on + timedelta(days=3),
                     reason="First to save")  # fmt: skip
    answer = page(project_manager).post(
        f"{mark.get_absolute_url()}/re-forecast",
        {"version": old, "forecast_on": "2030-01-07", "reason": "Typed at the same time"},
    )
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "changed this while you were editing" in shown and "Use mine" in shown
    assert "Typed at the same time" in shown and "2030-01-07" in shown
    assert f'name="version" value="{mark.version}"' in shown


def test_new_parts_begin_with_what_the_project_says(whole, page, project_manager):
    client = page(project_manager)
    for plural in ("milestones", "risks", "issues", "actions"):
        form = client.get(f"/{plural}/new?project={whole.reference}").context["form"]
        assert form.initial["project"] == whole.reference
        assert form.initial["owner"] == project_manager.username
    given = {"project": whole.reference, "title": "Dress rehearsal", "baseline_on": "2029-03-05"}
    assert client.post("/milestones/new", given).status_code == 302
    assert whole.milestones.filter(title="Dress rehearsal").exists()


def test_only_its_keepers_add_to_a_project(whole, page, stranger):
    given = {"project": whole.reference, "title": "Dress rehearsal", "baseline_on": "2029-03-05"}
    assert page(stranger).post("/milestones/new", given).status_code == 403


def test_a_dependency_is_proposed_and_answered_on_its_page(
    whole, page, make_project, make_milestone, make_person, day
):
    other = make_person("Ola Other", "project_manager")
    giver = make_milestone(make_project("Firewall", owner=other), title="Rules live")
    getter = whole.milestones.get(title="UAT start")
    client = page(whole.owner)
    assert giver.title in client.get(f"/dependencies/new?giver={giver.reference}").content.decode()
    answer = client.post("/dependencies/new", {
        "giver": giver.reference, "getter": getter.reference, "title": "Firewall rules",
        "need_by": day(1).isoformat(), "tolerance": "5", "lag": "0",
    })  # fmt: skip
    assert answer.status_code == 302
    link = Dependency.objects.get(title="Firewall rules")
    context = page(other).get(link.get_absolute_url()).context
    assert context["my_sides"] == ["giving"] and context["asks_me"]
    offered = [button["name"] for button in context["answers"]]
    assert "decline" in offered and "withdraw" not in offered
    page(other).post(f"{link.get_absolute_url()}/agree", {"version": link.version})
    link.refresh_from_db()
    assert link.state == "agreed"


def test_a_gate_says_what_it_would_do_and_locks_what_is_impossible(
    whole, page, sponsor, project_manager
):
    room = f"{whole.get_absolute_url()}/gates/G0"
    shown = page(sponsor).get(room)
    assert "Would hold" in shown.content.decode()
    assert set(shown.context["decision"].fields["decision"].locked) == {"go", "conditional_go"}
    assert page(project_manager).get(room).context["decision"] is None
    gate = whole.gates.get(code="G0")
    client = page(project_manager)
    for item in gate.criteria.all():
        answer = client.post(f"{gate.get_absolute_url()}/meet-criterion",
                             {"criterion": item.pk, "evidence": "Seen and checked by the lead"})  # fmt: skip
        assert answer.status_code == 302
    assert "Would pass" in client.get(room).content.decode()
    given = {"decision": "go", "rationale": "All is there."}
    assert client.post(f"{gate.get_absolute_url()}/decide", given).status_code == 403
    assert page(sponsor).post(f"{gate.get_absolute_url()}/decide", given).status_code == 302
    shown = client.get(room).content.decode()
    assert "Passed" in shown and "Evidence as it stood" in shown
    assert client.get(gate.get_absolute_url()).url == room


def test_counts_of_a_group_open_the_list_they_count(whole, page, manager):
    client = page(manager)
    for by in ("programme", "portfolio"):
        for group in client.get(f"/projects?group={by}").context["groups"]:
            for _, number, url in group["doors"]:
                assert client.get(url).context["count"] == number, url


def test_unknown_filters_and_old_links_do_not_break_a_list(whole, page, stranger):
    client = page(stranger)
    for query in ("?cursor=nonsense", "?ordering=nonsense", "?view=nonsense", "?stage=nonsense",
                  "?group=nonsense", "?rag=blue", "?search=%22gateway"):  # fmt: skip
        assert client.get(f"/projects{query}").status_code == 200, query


def test_the_list_comes_as_a_file_with_its_tab_and_filters(whole, page, stranger):
    answer = page(stranger).get("/projects?view=red&format=csv")
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert answer["Content-Type"].startswith("text/csv") and whole.reference in "".join(rows)
    assert len(rows) == 1 + Project.objects.filter(reading__overall=5).count()


def queries(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


@pytest.mark.parametrize("path", ["/projects", "/projects?group=programme", "/dependencies",
                                  "/milestones", "/interventions"])  # fmt: skip
def test_a_list_page_costs_the_same_however_long(
    path, page, project_manager, make_project, make_milestone, agree
):
    client = page(project_manager)

    def fill(n: int) -> None:
        for at in range(n):
            giver, getter = (make_milestone(make_project(f"{at} {side}"), late=20)
                             for side in ("giver", "getter"))  # fmt: skip
            agree(giver, getter)

    fill(1)
    few = queries(client, path)
    fill(6)
    assert queries(client, path) <= few + 1
    assert few <= 18, few


def test_a_project_page_costs_the_same_however_much_hangs_on_it(
    whole, page, project_manager, make_project, make_milestone, agree
):
    client = page(project_manager)
    few = queries(client, whole.get_absolute_url())
    for n in range(6):
        agree(make_milestone(make_project(f"Giver {n}")), make_milestone(whole, title=f"Step {n}"))
        Risk.note_down(by=project_manager, project=whole, title=f"Risk number {n}",
                       probability=2, impact=2)  # fmt: skip
        Action.assign(by=project_manager, project=whole, title=f"Action number {n}",
                      due_on=clock.today(), owner=project_manager)  # fmt: skip
    assert queries(client, whole.get_absolute_url()) <= few + 1
    assert few <= 38, few


def test_a_service_names_what_is_about_to_touch_it_to_those_who_may_see_it(
    whole, page, service, service_owner, outsider, author
):
    Demand.raise_new(by=author, title="Show the reason for a held payment", need=HELD,
                     services=[service]).submit(by=author)  # fmt: skip
    text = page(service_owner).get(service.get_absolute_url()).content.decode()
    assert "1 project and 1 demand are about to change it" in text
    assert whole.title in text and "Show the reason for a held payment" in text
    whole.restrict(by=whole.sponsor, people=[], reason="A supplier is being chosen.")
    text = page(service_owner).get(service.get_absolute_url()).content.decode()
    assert "1 demand is about to change it" in text and whole.title not in text


def test_the_update_shows_dates_and_colours_beside_what_is_said(whole, page, project_manager):
    client, url = page(project_manager), f"{whole.get_absolute_url()}/confirm"
    text = client.get(url).content.decode()
    assert "UAT start" in text and "Your own rating" in text and "clock starts again" in text
    assert "UAT start" not in client.get(url, **HTMX).content.decode()
    mine = client.get("/").content.decode()
    answer = client.post(url, {"version": whole.version, "summary": "Tests begin on Monday."})
    assert answer["Location"] == whole.get_absolute_url()
    whole.refresh_from_db()
    assert whole.confirmed_on == clock.today() and mine


def test_a_met_milestone_and_a_small_slip_warn_of_nothing(whole, make_milestone, day):
    marks = {late: make_milestone(whole, late=late, title=f"{late} late") for late in (3, 7, 20)}
    whole.moved()
    reading = Project.objects.select_related("reading__limit_set").get(pk=whole.pk).rag
    assert [slip_colour(mark, reading) for mark in marks.values()] == ["", "amber", "red"]
    marks[20].meet(by=whole.owner, actual_on=clock.today())
    assert slip_colour(marks[20], reading) == ""


def test_tolerance_is_drawn_for_each_day_from_the_days_it_changed(whole):
    link, today = Dependency.objects.get(), clock.today()
    link.slips.all().delete()
    for days, slip in ((90, 1), (30, 4)):
        DependencySlip.objects.create(dependency=link, on=today - timedelta(days=days), slip=slip)
    days = slip_by_day(link)
    assert len(days) == 57 and days[0] == (today - timedelta(days=56), 1)
    assert days[-1] == (today, 4) and [slip for _, slip in days].count(4) == 31
