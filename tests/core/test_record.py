"""The header, the verbs and the history every record shares."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import InternalError
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.access.rules import ANALYST, MANAGER, OWNER, SEES_FIGURES, STAFF
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen, Stale
from changeoffice.core.record.history import as_of, changes_of
from changeoffice.core.record.models import Event, NamedPerson, Reach, Record, visible
from ideation.models import Idea

PROBLEM = "Customers ring us because nothing tells them why a payment is held."


@pytest.fixture
def idea(author):
    made = Idea.propose(by=author, title="Tell customers why a payment is held", problem=PROBLEM)
    return made.submit(by=author)


def test_the_header_follows_its_work(idea, author):
    idea.revise(by=author, title="Say why a payment is held")
    header = Record.objects.get(pk=idea.pk)
    assert (header.reference, header.title, header.state) == (idea.reference, idea.title, "open")
    assert header.kind == "idea" and header.home_id == idea.pk and header.owner_id == author.pk


def test_headers_rebuilt_from_the_works_equal_the_kept_ones(idea, author, service, kpi):
    from changeoffice.core.record.database import work_models

    columns = (
        "pk",
        "reference",
        "title",
        "state",
        "unit_id",
        "owner_id",
        "reach",
        "confidential",
        "home_id",
    )
    rebuilt = {row for model in work_models() for row in model.objects.values_list(*columns)}
    assert rebuilt == set(Record.objects.values_list(*columns)) and len(rebuilt) >= 3


def test_a_work_cannot_be_deleted_even_by_raw_sql(idea):
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ideation_idea WHERE id = %s", [idea.pk])


def test_a_verb_records_who_through_which_door_and_why(idea, analyst):
    idea.review(by=analyst, reason="Many votes in a week")
    event = Event.objects.filter(record_id=idea.pk).latest("id")
    assert (event.verb, event.actor, event.before, event.after) == (
        "review",
        analyst,
        "open",
        "under_review",
    )
    assert event.reason == "Many votes in a week" and event.door == "shell"
    changed = changes_of(idea)[event.context_id]
    assert any(c["field"] == "state" and c["new"] == "under_review" for c in changed)


def test_a_verb_refuses_the_wrong_person_and_the_wrong_state(idea, author, analyst, outsider):
    with pytest.raises(NotAllowed):
        idea.review(by=author)
    with pytest.raises(NotSeen):
        idea.review(by=outsider)
    with pytest.raises(NotNow) as refused:
        idea.vet(by=analyst)
    assert refused.value.record.state == "open"
    assert Event.objects.filter(record_id=idea.pk, verb__in=("review", "vet")).count() == 0


def test_a_refused_verb_says_which_guard_failed(author):
    draft = Idea.propose(by=author, title="Too short to be judged", problem="Slow.")
    with pytest.raises(NotNow, match="at least 20 characters"):
        draft.submit(by=author)
    assert any(offer.reasons for offer in draft.offers(author) if offer.verb.name == "submit")


def test_a_broken_constraint_is_told_in_words(manager):
    from datetime import date

    from changeoffice.organisation.models import Objective

    with pytest.raises(Invalid, match="after From"):
        Objective.add(
            by=manager,
            title="Backwards in time",
            starts_on=date(2026, 2, 1),
            ends_on=date(2026, 1, 1),
        )


def test_a_stale_edit_loses_nothing_and_says_what_changed(idea, author, analyst):
    seen_version = idea.version
    idea.revise(by=analyst, title="The analyst's title for it")
    with pytest.raises(Stale) as refused:
        Idea.objects.get(pk=idea.pk).revise(
            by=author, at_version=seen_version, title="My title for it"
        )
    assert [c["field"] for c in refused.value.changes] == ["title"]
    assert Idea.objects.get(pk=idea.pk).title == "The analyst's title for it"


def test_a_day_in_the_past_shows_the_state_of_that_day(author, analyst):
    from datetime import UTC, datetime

    with clock.set_clock(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        made = Idea.propose(by=author, title="An idea of last spring", problem=PROBLEM)
        made.submit(by=author)
    with clock.set_clock(datetime(2026, 4, 6, 9, tzinfo=UTC)):
        made.review(by=analyst)
    march = as_of(Idea, datetime(2026, 3, 20).date()).get(pgh_obj_id=made.pk)
    assert march.state == "open" and march.recorded_at.year >= 2026
    assert as_of(Idea, datetime(2026, 3, 1).date()).filter(pgh_obj_id=made.pk).count() == 0
    assert as_of(Idea, datetime(2026, 4, 6).date()).get(pgh_obj_id=made.pk).state == "under_review"


@pytest.mark.django_db(transaction=True)
def test_of_24_edits_with_one_version_one_wins_and_23_are_told(author, idea):
    barrier, outcomes = threading.Barrier(24), []

    def edit(n: int) -> None:
        barrier.wait()
        try:
            Idea.objects.get(pk=idea.pk).revise(
                by=author, at_version=idea.version, title=f"Title number {n}"
            )
            outcomes.append("saved")
        except Stale:
            outcomes.append("stale")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved"] + ["stale"] * 23
    assert Idea.objects.get(pk=idea.pk).version == idea.version + 1
    assert Event.objects.filter(record_id=idea.pk, verb="revise").count() == 1


ROLES = st.sampled_from(
    ["analyst", "manager", "leadership", "auditor", "project_manager", "service_owner"]
)


class TestRulesAgree(HypothesisCase):
    """Whatever SQL says of a row, Python says of the loaded object."""

    @settings(max_examples=60)
    @given(
        reach=st.sampled_from(list(Reach)),
        confidential=st.booleans(),
        roles=st.lists(
            st.tuples(ROLES, st.sampled_from(["all", "top", "below", "record"])), max_size=3
        ),
        owns=st.booleans(),
        is_named=st.booleans(),
        is_outside=st.booleans(),
        is_active=st.booleans(),
    )
    def test_sql_and_python_agree(
        self, reach, confidential, roles, owns, is_named, is_outside, is_active
    ):
        top = BusinessUnit.objects.create(name="Top", code="top")
        below = BusinessUnit.objects.create(name="Below", code="below", parent=top)
        someone = Person.objects.create(username="someone", email="s@test.example", name="Some One")
        person = Person.objects.create(username="person", email="p@test.example", name="A Person",
                                       is_outside=is_outside, is_active=is_active)  # fmt: skip
        idea = Idea.propose(by=someone, title="Anything at all", problem=PROBLEM, unit=below)
        Idea.objects.filter(pk=idea.pk).update(
            reach=reach, confidential=confidential, owner=person if owns else someone
        )
        if is_named:
            NamedPerson.objects.create(record_id=idea.pk, person=person)
        for role, where in set(roles):
            RoleAssignment.objects.create(
                person=person, role=role,
                unit={"top": top, "below": below}.get(where),
                record_id=idea.pk if where == "record" else None,
            )  # fmt: skip
        idea = Idea.objects.get(pk=idea.pk)
        in_sql = Idea.objects.visible_to(person).filter(pk=idea.pk).exists()
        assert in_sql == idea.is_visible_to(person)
        assert in_sql == Record.objects.filter(visible(person), pk=idea.pk).exists()
        for rule in (ANALYST, MANAGER, OWNER, STAFF, SEES_FIGURES, OWNER & ANALYST):
            assert Idea.objects.filter(rule.q(person), pk=idea.pk).exists() == rule.holds(
                person, idea
            )


@pytest.mark.django_db(transaction=True)
def test_a_work_without_its_header_cannot_be_committed(author):
    import pgtrigger
    from django.db import IntegrityError

    from changeoffice.core.access.grants import grants_of

    grants_of(author)  # read before: below, named parameters cannot be sent
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        pgtrigger.ignore("ideation.Idea:keep_header"),
    ):
        Idea.propose(by=author, title="An idea without a header", problem=PROBLEM)
    assert Idea.objects.count() == 0
