"""Alerts are told once, interventions open, climb and end; jobs run twice change nothing."""

from datetime import timedelta

import pytest

from changeoffice.core.jobs.registry import JOBS
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Office
from changeoffice.core.record import acting, clock
from portfolio import engine
from portfolio.models import DependencyReading, Intervention, RagReading, Risk

pytestmark = pytest.mark.django_db


def run(name: str) -> dict:
    with acting.through("job", name):
        return JOBS[name].run(clock.now())


@pytest.fixture
def pair(make_person, make_project, make_milestone, agree):
    """A dependency between two people's projects, with a tolerance of ten working days."""
    giving, getting = make_person("Gil Giver"), make_person("Greta Getter")
    giver = make_milestone(make_project("Giver", owner=giving))
    getter = make_milestone(make_project("Getter", owner=getting))
    return agree(giver, getter)


def move(promise, to) -> None:
    promise.giver.re_forecast(by=promise.giver_owner, forecast_on=to, reason="It has moved again")
    relay()


def alerts_of(person) -> list[str]:
    rows = Notification.objects.filter(person=person, key__startswith="dependency:")
    return [row.key.split(":")[2] for row in rows.order_by("pk")]


def test_both_owners_are_told_once_at_each_level(pair, day):
    for late, told in ((4, []), (5, ["50"]), (6, ["50"]), (8, ["50", "80"]), (10, ["50", "80", "100"]),
                       (11, ["50", "80", "100", "101"]), (12, ["50", "80", "100", "101"])):  # fmt: skip
        move(pair, day(late))
        assert alerts_of(pair.giver_owner) == alerts_of(pair.getter_owner) == told
        assert run("dependency_alerts")["told"] == 0


def test_a_level_is_told_again_only_after_falling_back(pair, day):
    move(pair, day(5))
    move(pair, day(4))
    move(pair, day(5))
    assert alerts_of(pair.giver_owner) == ["50", "50"]
    pair.amend(by=pair.getter_owner, reason="Wider", tolerance=100)
    pair.agree(by=pair.giver_owner)
    move(pair, day(48))
    assert DependencyReading.objects.get(pk=pair.pk).alert_level == 0
    move(pair, day(50))
    move(pair, day(49))
    move(pair, day(50))
    assert alerts_of(pair.giver_owner) == ["50", "50", "50"]


def test_a_breach_opens_one_intervention_and_recovery_ends_it(pair, day):
    move(pair, day(11))
    move(pair, day(12))
    opened = Intervention.objects.get(cause=f"dependency:{pair.pk}")
    assert opened.owner == pair.giver_owner and opened.state == "open"
    assert run("rag_recalculation")["opened"] == 0
    move(pair, day(3))
    opened.refresh_from_db()
    assert opened.state == "recovered"


def test_a_red_dimension_asks_its_manager_then_sponsor_then_the_board(
    project, make_milestone, project_manager, sponsor, manager, api
):
    make_milestone(project, late=20)
    row = Intervention.objects.get(cause=f"schedule:{project.pk}")
    assert row.owner == project_manager
    assert run("intervention_climb")["climbed"] == 0
    for person, rung in ((sponsor, 1), (manager, 2)):
        with clock.set_clock(clock.now() + timedelta(days=10 * (rung + 1))):
            assert run("intervention_climb")["climbed"] == 1
            assert run("intervention_climb") == {"overdue": 0, "climbed": 0, "reminded": 0}
        row.refresh_from_db()
        assert (row.owner, row.rung) == (person, rung)
    with clock.set_clock(clock.now() + timedelta(days=60)):
        assert run("intervention_climb")["reminded"] == 1
    answer = api(manager).post(f"/api/v1/interventions/{row.reference}/decide/",
                               {"decision": "We accept the delay until May."}, format="json")  # fmt: skip
    assert answer.json()["state"] == "decided"
    engine.recompute_all()
    assert not Intervention.objects.open().exists()


def test_an_answer_stops_the_climb_until_its_day(
    project, make_milestone, project_manager, api, stranger
):
    make_milestone(project, late=20)
    row = Intervention.objects.get(cause=f"schedule:{project.pk}")
    given = {"answer": "A second team has started.",
             "due_on": (clock.today() + timedelta(days=30)).isoformat()}  # fmt: skip
    path = f"/api/v1/interventions/{row.reference}/respond/"
    assert api(stranger).post(path, given, format="json").status_code == 403
    assert api(project_manager).post(path, given, format="json").json()["state"] == "answered"
    assert api(project_manager).post(path, given, format="json").status_code == 409
    with clock.set_clock(clock.now() + timedelta(days=10)):
        assert run("intervention_climb")["climbed"] == 0
    with clock.set_clock(clock.now() + timedelta(days=31)):
        assert run("intervention_climb")["climbed"] == 1


def test_an_overdue_condition_of_a_gate_opens_an_intervention(
    manager, project_manager, sponsor, unit, day
):
    from portfolio.models import Action, Project

    made = Project.start_up(
        by=manager, title="Gated", owner=project_manager, sponsor=sponsor, unit=unit
    )
    gate = made.gates.get(code="G0")
    for item in gate.criteria.filter(critical=True):
        gate.meet_criterion(by=project_manager, criterion=item, evidence="Seen in the archive")
    gate.decide(by=sponsor, decision="conditional_go", rationale="One thing open",
                condition_owner=project_manager, conditions_due_on=clock.today())  # fmt: skip
    action = Action.objects.get(project=made)
    with clock.set_clock(clock.now() + timedelta(days=2)):
        engine.recompute_all()
        assert Intervention.objects.filter(cause=f"action:{action.pk}", state="open").exists()
        action.finish(by=project_manager)
        assert Intervention.objects.get(cause=f"action:{action.pk}").state == "recovered"


def test_every_job_says_the_same_twice(pair, day, project_manager, project):
    Risk.note_down(by=project_manager, project=project, title="Old risk to review", probability=2,
                   impact=2, review_on=clock.today())  # fmt: skip
    move(pair, day(11))
    for name in ("rag_recalculation", "dependency_alerts", "risk_reviews", "status_reminders"):
        run(name)
        notices = Notification.objects.count()
        readings = list(RagReading.objects.order_by("pk").values())
        run(name)
        assert Notification.objects.count() == notices, name
        assert list(RagReading.objects.order_by("pk").values()) == readings, name


def test_the_demo_stays_alive_and_a_real_office_is_left_alone(make_project, make_milestone, day):
    with clock.set_clock(clock.now() - timedelta(days=60)):
        living = make_project("Living")
        forgotten = make_project("Forgotten", confirmed_on=clock.today() - timedelta(days=90))
    assert run("demo_tick") == {"confirmed": 0}
    Office.objects.filter(pk=1).update(is_demo=True)
    assert run("demo_tick")["confirmed"] == 1
    assert run("demo_tick")["confirmed"] == 0
    living.refresh_from_db()
    forgotten.refresh_from_db()
    assert living.confirmed_on == clock.today() and forgotten.confirmed_on < clock.today()
