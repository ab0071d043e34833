"""The demo: the same on the same day, legal in every act, somebody behind every sign-in."""

import time
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Max, Min

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.approvals.models import Approval
from changeoffice.core.outbox import relay
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.database import work_models
from changeoffice.core.record.history import history_of
from changeoffice.core.record.models import Event, Record
from changeoffice.demo import bank, cast, idea_stories, tasks
from changeoffice.demo.content.demands import DEMANDS
from changeoffice.demo.content.projects import PROJECTS
from changeoffice.demo.management.commands.make_demo import Command
from changeoffice.demo.worker import reads_in_the_evening
from changeoffice.insight import my_work
from changeoffice.insight.rollup import FactDay
from demand.models import Demand
from ideation.models import Idea, Vote
from portfolio import engine
from portfolio.models import Dependency, Intervention, Project, RagReading
from portfolio.readings import replay

SCALE = 0.06
PASSWORD = "a-demo-password"


class Made(Exception):
    """Ends a run that is only made to be looked at."""


def signature() -> dict:
    return {
        "records": list(
            Record.objects.order_by("reference").values_list("reference", "title", "state")
        ),
        "events": Counter(Event.objects.values_list("verb", flat=True)),
        "votes": Vote.objects.count(),
    }


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """One small demo for all tests here, undone at the end; made twice, to compare."""
    monkey = pytest.MonkeyPatch()
    monkey.setenv("DEMO_PASSWORD", PASSWORD)
    with django_db_blocker.unblock(), transaction.atomic():
        found = {}
        with pytest.raises(Made), transaction.atomic():
            call_command("make_demo", scale=SCALE)
            found["first"] = signature()
            raise Made
        begun = time.monotonic()
        call_command("make_demo", scale=SCALE)
        found["seconds"] = time.monotonic() - begun
        found["second"] = signature()
        yield found
        transaction.set_rollback(True)
    monkey.undo()


@pytest.fixture
def bank_of_today(demo, db):
    return demo


def test_two_runs_of_a_day_make_the_same_office(bank_of_today):
    demo = bank_of_today
    print(f"a demo of scale {SCALE} took {demo['seconds']:.0f} s")
    assert demo["first"]["records"] == demo["second"]["records"]
    assert demo["first"] == demo["second"]


def test_numbers_begin_at_one_even_after_a_run_that_was_undone(bank_of_today):
    assert Idea.objects.filter(reference="IDEA-0001").exists()
    assert Demand.objects.filter(reference="DMD-0001").exists()


def test_every_role_has_a_sign_in_named_after_it(bank_of_today):
    people = {p.username: p for p in Person.objects.filter(username__in=cast.NAMES)}
    assert set(people) == set(cast.NAMES)
    for name, person in people.items():
        assert person.email == f"{name}@demo.example"
        assert person.check_password(PASSWORD)
    held = Counter(
        RoleAssignment.objects.filter(record=None).values_list("person__username", "role")
    )
    for name in ("analyst", "manager", "project-manager", "service-owner", "approver",
                 "leadership", "auditor", "administrator", "supplier", "integration"):  # fmt: skip
        assert held[name, name.replace("-", "_")] == 1, name
    assert [name for name, _ in Command.sign_ins()] == cast.NAMES


def test_everybody_finds_something_to_do_except_the_machines(bank_of_today):
    """In a demo this small not every queue is filled; those that always are, are looked at."""
    for name in ("staff", "analyst", "project-manager", "finance", "auditor", "supplier"):
        person = Person.objects.get(username=name)
        assert my_work.waiting_for(person), name


def test_every_state_of_a_demand_is_there(bank_of_today):
    assert set(Demand.objects.values_list("state", flat=True)) == set(Demand.states)
    for spec in DEMANDS:
        found = Demand.objects.filter(title=spec.title).first()
        assert found is None or found.state == spec.ends, spec.key


def test_the_whole_demo_is_as_large_as_it_should_be():
    assert len(DEMANDS) == 60
    assert {spec.ends for spec in DEMANDS} == set(Demand.states)
    assert len(PROJECTS) == 24
    assert len({spec.programme for spec in PROJECTS}) == 5
    assert 55 <= sum(len(spec.gives) for spec in PROJECTS) <= 75
    assert bank.part_of(1.0) is None


def test_three_hundred_ideas_are_written_and_no_two_are_alike():
    titles = [story.title for story in idea_stories._written() + idea_stories._families()]
    assert len(titles) == len(set(titles)) >= 270


def test_a_history_begins_with_a_birth_and_nothing_lies_in_the_future(bank_of_today):
    assert Event.objects.aggregate(last=Max("at"))["last"] <= clock.now()
    firsts = Event.objects.values("record").annotate(first=Min("id")).values("first")
    born = set(Event.objects.filter(id__in=firsts).values_list("verb", flat=True))
    assert born <= {"add", "assign", "expect", "lay", "note_down", "open_for", "plan", "propose",
                    "put_in_force", "raise", "raise_new", "set_up", "take_on", "start_up"}  # fmt: skip
    assert not Event.objects.filter(id__in=firsts).exclude(before="").exists()
    assert not Record.objects.filter(events=None).exists()


def test_the_past_is_told_in_order_and_by_people(bank_of_today):
    year = Event.objects.exclude(verb="put_in_force")  # the migrations did that
    told = list(year.order_by("id").values_list("at", flat=True))
    assert told == sorted(told)
    by_nobody = Event.objects.filter(actor=None, door="demo")
    assert set(by_nobody.values_list("verb", flat=True)) <= {
        "lay",
        "plan",
        "expect",
        "note_down",
        "queue",
    }


def test_vote_counts_equal_the_votes(bank_of_today):
    rows = Idea.objects.annotate(n=Count("votes", distinct=True))
    assert not rows.exclude(vote_count=F("n")).exists()
    assert Vote.objects.exists()


def test_four_eyes_held_in_every_approval(bank_of_today):
    decided = Approval.objects.exclude(decided_by=None)
    assert decided.exists()
    assert not decided.filter(decided_by=F("requested_by")).exists()
    assert not decided.filter(decided_by=F("requester")).exists()


def test_stored_colours_are_what_the_engine_reads_today(bank_of_today):
    before = dict(RagReading.objects.values_list("pk", "overall"))
    engine.recompute_all()
    assert dict(RagReading.objects.values_list("pk", "overall")) == before
    for reading in RagReading.objects.select_related("limit_set"):
        assert replay(reading)[1] == reading.overall


def test_colours_changed_over_the_year(bank_of_today):
    rows = Project.objects.annotate(n=Count("past_readings"))
    assert max(row.n for row in rows) >= 10
    assert Project.objects.filter(reading__overall=5).exists()
    assert Dependency.objects.filter(state="met").exists()
    assert Intervention.objects.exists()


def test_a_trail_runs_from_an_idea_to_a_benefit(bank_of_today):
    project = Project.objects.get(demand__state="completed", demand__idea__isnull=False)
    assert project.demand.idea.state == "promoted"
    assert project.benefits.exists()


def test_nothing_is_left_to_a_worker(bank_of_today):
    assert not relay.waiting().exists()


def test_the_days_are_added_up(bank_of_today):
    assert FactDay.objects.count() >= 360


def test_an_office_with_people_stays_as_it_is(bank_of_today, monkeypatch):
    before = Record.objects.count()
    call_command("make_demo", if_empty=True)
    with pytest.raises(CommandError, match="in use already"):
        call_command("make_demo")
    assert Record.objects.count() == before


def test_a_changed_password_reaches_the_people_of_the_demo(bank_of_today, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "quite-another-one")
    call_command("make_demo", if_empty=True)
    assert Person.objects.get(username="staff").check_password("quite-another-one")
    assert not Person.objects.get(username="bram.verhulst").has_usable_password()


def test_the_demo_goes_on_living_on_working_days(bank_of_today, monkeypatch):
    from changeoffice.calendar.office import office_days

    monkeypatch.setattr(clock, "today", lambda zone=None: office_days().next_working(_today()))
    counts = tasks.demo_life(clock.now())
    assert counts["votes"] >= 3
    Office.objects.update(is_demo=False)
    assert not any(tasks.demo_life(clock.now()).values())


def _today():
    return clock.now().date()


def test_the_engine_is_itself_again_after_the_play():
    before = engine.recompute
    with pytest.raises(Made), reads_in_the_evening():
        assert engine.recompute is not before
        raise Made
    assert engine.recompute is before


def test_every_change_of_state_has_its_event_and_every_change_says_who_did_what(bank_of_today):
    """Over all kinds and every verb the play used: who, when, through which door, from and to."""
    for model in work_models():
        rows = history_of(model).objects.order_by("pgh_obj_id", "pgh_id")
        events = {
            (event.record_id, event.context_id): event
            for event in Event.objects.filter(record__kind=model.kind)
        }
        before: dict[int, str] = {}
        for row in rows:
            said = f"{row.reference} became {row.state}"
            held, before[row.pgh_obj_id] = before.get(row.pgh_obj_id, ""), row.state
            if held == row.state:
                continue
            context = row.pgh_context
            assert context and context["verb"] and context["door"], said
            assert context["by"] or context["door"] in {"job", "demo", "import"}, said
            event = events[(row.pgh_obj_id, row.pgh_context_id)]
            assert (event.before, event.after, event.actor_id) == (
                held,
                row.state,
                context["by"],
            ), said
            assert event.door and event.at == row.pgh_created_at, said
        current = dict(model.objects.values_list("pk", "state"))
        assert current == before, f"{model.kind}: a state that history does not tell"


def test_a_verb_that_asks_why_keeps_the_answer(bank_of_today):
    for model in work_models():
        asking = [name for name, verb in model.verbs().items() if _must_say_why(verb)]
        unsaid = Event.objects.filter(record__kind=model.kind, verb__in=asking, reason="")
        assert not unsaid.exists(), list(unsaid.values_list("verb", "data")[:3])


def _must_say_why(verb) -> bool:
    return "reason" in verb.asks and verb.asks["reason"].required
