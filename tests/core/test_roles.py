"""Roles: given, previewed, ended; and what somebody can see because of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.administration import people as commands
from changeoffice.core.administration import units
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.administration.sight import sight_of, try_item
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from changeoffice.core.record.history import history_of
from ideation.models import Idea

pytestmark = pytest.mark.django_db


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def idea(author):
    made = Idea.propose(
        by=author, title="Say why a payment is held", problem="People call us and wait for long."
    )
    made.submit(by=author)
    return made


@pytest.fixture
def draft(author):
    return Idea.propose(
        by=author, title="A thought of my own", problem="Nobody shall see this one yet."
    )


def test_giving_a_role_takes_effect_at_once_and_stands_on_the_trail(administrator, stranger, page):
    page(administrator).post(
        f"/admin/people/{stranger.username}/roles",
        {"role": "analyst", "reason": "Joins the office"},
    )
    given = RoleAssignment.objects.get(person=stranger)
    assert given.given_by == administrator
    assert grants_of(fresh(stranger)).has("analyst")
    event = AdminEvent.objects.get(verb="give_role")
    assert event.person == stranger and event.reason == "Joins the office"
    row = history_of(RoleAssignment).objects.get(pgh_obj_id=given.pk)
    assert row.pgh_context["by"] == administrator.pk


def test_a_role_taken_away_while_signed_in_refuses_the_next_request(
    administrator, make_person, page
):
    helper = make_person("Hal Helper", "administrator")
    client = page(helper)
    assert client.get("/admin/people").status_code == 200
    commands.end_role(helper.role_assignments.get(), by=administrator, reason="No longer needed")
    assert client.get("/admin/people").status_code == 403


def test_an_ended_role_stays_in_history(administrator, analyst):
    given = analyst.role_assignments.get()
    key = given.pk
    commands.end_role(given, by=administrator, reason="Moved on")
    rows = history_of(RoleAssignment).objects.filter(pgh_obj_id=key).order_by("pgh_id")
    assert [row.pgh_label for row in rows] == ["insert", "delete"]
    assert rows.last().pgh_context["reason"] == "Moved on"


def test_nobody_gives_or_ends_their_own_role(administrator, page):
    with pytest.raises(NotAllowed, match="Nobody may give or end their own roles"):
        commands.give_role(administrator, by=administrator, role="manager")
    with pytest.raises(NotAllowed):
        commands.end_role(administrator.role_assignments.get(), by=administrator, reason="Enough")
    answer = page(administrator).post(
        f"/admin/people/{administrator.username}/roles", {"role": "manager"}
    )
    assert answer.status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(person=administrator, role="manager", given_by=administrator)


@pytest.mark.parametrize("wrong", [
    {"role": "emperor"}, {"role": "practice_owner"}, {"role": "analyst", "practice": "finance"},
])  # fmt: skip
def test_a_role_that_makes_no_sense_is_refused_in_words(administrator, stranger, wrong):
    with pytest.raises(Invalid):
        commands.give_role(stranger, by=administrator, **wrong)


def test_the_same_role_twice_and_a_past_end_are_refused(administrator, analyst, stranger):
    with pytest.raises(Invalid, match="holds this role there already"):
        commands.give_role(analyst, by=administrator, role="analyst")
    with pytest.raises(Invalid, match="today or a later day"):
        commands.give_role(
            stranger, by=administrator, role="analyst", until=clock.today() - timedelta(days=1)
        )


def test_a_suppliers_person_holds_no_role_of_ours(administrator, outsider):
    with pytest.raises(Invalid):
        commands.give_role(outsider, by=administrator, role="analyst")


def test_the_last_administrator_role_is_not_ended(administrator, make_person, unit):
    local = make_person("Lia Local", "administrator", scope=unit)
    with pytest.raises(NotAllowed):
        commands.end_role(administrator.role_assignments.get(), by=local, reason="Takeover")
    second = make_person("Second", "administrator")
    commands.end_role(administrator.role_assignments.get(), by=second, reason="Leaves")
    with pytest.raises((NotNow, NotAllowed)):
        commands.end_role(
            second.role_assignments.get(), by=fresh(administrator), reason="Also leaves"
        )


def test_an_administrator_of_a_unit_gives_roles_there_and_nowhere_else(
    make_person, unit, other_unit, stranger
):
    local = make_person("Lia Local", "administrator", scope=unit)
    commands.give_role(stranger, by=local, role="analyst", unit=unit)
    for place in ({"unit": other_unit}, {}):
        with pytest.raises(NotAllowed):
            commands.give_role(stranger, by=local, role="manager", **place)


def test_a_role_that_has_run_out_grants_nothing(administrator, stranger):
    given = commands.give_role(stranger, by=administrator, role="analyst", until=clock.today())
    assert grants_of(fresh(stranger)).has("analyst")
    RoleAssignment.objects.filter(pk=given.pk).update(until=clock.today() - timedelta(days=1))
    assert not grants_of(fresh(stranger)).has("analyst")


def test_a_preview_shows_the_effect_and_gives_nothing(administrator, stranger, idea, page):
    answer = page(administrator).get(f"/admin/people/{stranger.username}?role=manager")
    text = answer.content.decode()
    assert "not saved yet" in text and "Give the role" in text
    lines = {line.kind: line for line in answer.context["sight"]}
    assert lines["idea"].figures == 0 and lines["idea"].more_figures == 1
    assert "Vet" in lines["idea"].more_acts
    assert not RoleAssignment.objects.filter(person=stranger).exists()


def test_a_preview_of_a_unit_reaches_the_units_below(
    administrator, stranger, unit, make_person, page
):
    below = BusinessUnit.objects.create(name="Cards", code="cards", parent=unit)
    someone = make_person("Cara Cards", unit=below)
    made = Idea.propose(
        by=someone,
        title="Another idea from cards",
        problem="It takes far too long today.",
        unit=below,
    )
    made.submit(by=someone)
    answer = page(administrator).get(
        f"/admin/people/{stranger.username}?role=analyst&unit={unit.code}"
    )
    lines = {line.kind: line for line in answer.context["sight"]}
    assert lines["idea"].more_figures == 1


def test_counts_follow_what_the_person_sees(stranger, author, idea, draft):
    mine = {line.kind: line for line in sight_of(author)}["idea"]
    theirs = {line.kind: line for line in sight_of(stranger)}["idea"]
    assert (mine.reads, theirs.reads) == (2, 1)


def test_try_an_item_says_yes_and_why(administrator, analyst, author, idea):
    assert "owns it" in try_item(idea.reference, author, asked_by=administrator).why
    answer = try_item(idea.reference.lower(), analyst, asked_by=administrator)
    assert answer.sees and "is analyst here" in answer.why and answer.figures


def test_try_an_item_tells_of_hidden_ones_only_the_administrator_of_its_unit(
    administrator, make_person, stranger, idea, other_unit, unit
):
    Idea.objects.filter(pk=idea.pk).update(confidential=True, unit=unit)
    answer = try_item(idea.reference, stranger, asked_by=administrator)
    assert not answer.sees and not answer.title and "Confidential" in answer.why[0]
    elsewhere = make_person("Ella Elsewhere", "administrator", scope=other_unit)
    assert try_item(idea.reference, stranger, asked_by=elsewhere) is None
    assert try_item("IDEA-9999", stranger, asked_by=administrator) is None


def test_a_look_is_itself_on_the_trail(administrator, stranger, idea, page):
    page(administrator).get(f"/admin/people/{stranger.username}?item={idea.reference}")
    event = AdminEvent.objects.get(verb="look")
    assert (
        event.actor == administrator and event.person == stranger and idea.reference in event.words
    )


def test_the_trail_is_read_by_auditors_and_administrators_only(
    page, auditor, administrator, manager, stranger
):
    for person in (auditor, administrator):
        assert page(person).get("/admin/trail").status_code == 200
        assert page(person).get("/admin/trail?format=csv")["Content-Type"].startswith("text/csv")
    for person in (manager, stranger):
        assert page(person).get("/admin/trail").status_code == 403


def test_a_unit_cannot_stand_below_itself(administrator, unit):
    below = units.add_unit(by=administrator, name="Cards", code="cards", parent=unit)
    with pytest.raises(Invalid, match="below itself"):
        units.edit_unit(unit, by=administrator, parent=below)
    assert AdminEvent.objects.filter(verb="add_unit", subject="Cards").exists()


def test_the_office_settings_page_saves_and_leaves_a_trail(administrator, page, office):
    form = {"name": "Northmere", "time_zone": "Europe/Berlin", "currency": "EUR", "weekdays": [0, 1, 2, 3],
            "holidays_country": "DE", "cadence_days": 7}  # fmt: skip
    assert page(administrator).post("/admin/units/office", form).status_code == 302
    office.refresh_from_db()
    assert (office.currency, office.weekdays, office.cadence_days) == ("EUR", [0, 1, 2, 3], 7)
    changed = {change["label"] for change in AdminEvent.objects.get(verb="edit_office").changes}
    assert {"Currency", "Weekdays"} <= changed
