"""Accounts: signing in and out, lock-out, invitations, and what administrators do to people."""

import re

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.core import mail
from django.test import Client

from changeoffice.core.administration import people as commands
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from changeoffice.core.record.history import history_of

PASSWORD = "four quiet horses"
pytestmark = pytest.mark.django_db


@pytest.fixture
def member(make_person):
    person = make_person("Mia Member", username="mia")
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(login: str, password: str = PASSWORD, **extra):
    client = Client()
    return client, client.post("/sign-in", {"login": login, "password": password, **extra})


@pytest.mark.parametrize("login", ["mia", "MIA", "mia@test.example", "Mia@Test.Example"])
def test_one_signs_in_with_user_name_or_e_mail_in_any_case(member, login):
    client, answer = sign_in(login)
    assert answer.status_code == 302
    assert client.get("/settings").status_code == 200


def test_one_comes_back_to_the_page_one_asked_for(member):
    answer = Client().get("/settings")
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=/settings")
    _, answer = sign_in("mia", next="/settings")
    assert answer["Location"] == "/settings"
    _, answer = sign_in("mia", next="https://elsewhere.example/")
    assert "elsewhere" not in answer["Location"]


def test_a_wrong_password_and_an_unknown_name_read_the_same(member):
    _, wrong = sign_in("mia", "not this one")
    _, unknown = sign_in("nobody", "not this one")
    words = "The user name, e-mail or password is not right."
    assert words in wrong.content.decode() and words in unknown.content.decode()


def test_an_account_locks_after_many_failures_however_the_name_is_written(member, settings):
    names = ["mia", "MIA", "mia@test.example", "Mia@TEST.example"]
    codes = [
        sign_in(names[n % 4], "wrong")[1].status_code for n in range(settings.AXES_FAILURE_LIMIT)
    ]
    assert codes[-1] == 429 and set(codes[:-1]) == {200}
    _, answer = sign_in("mia")  # the right password does not help now
    assert answer.status_code == 429
    assert "Too many attempts" in answer.content.decode()
    assert AccessAttempt.objects.get().username == "mia"


def test_nobody_can_sign_up(client):
    assert client.get("/sign-up").status_code in (302, 404)
    before = Person.objects.count()
    client.post("/sign-in", {"username": "x", "email": "x@x.example", "password1": PASSWORD})
    assert Person.objects.count() == before


def test_the_demo_lists_its_people_only_in_demo_mode(make_person, settings, client):
    make_person("Priya Raman", "analyst", username="analyst")
    Office.objects.filter(pk=1).update(is_demo=True)
    settings.DEMO = False
    assert "Priya Raman" not in client.get("/sign-in").content.decode()
    settings.DEMO = True
    assert "Priya Raman" in client.get("/sign-in").content.decode()
    Office.objects.filter(pk=1).update(is_demo=False)
    assert "Priya Raman" not in client.get("/sign-in").content.decode()


def test_a_forgotten_password_is_set_by_letter_and_the_link_works_once(member, client):
    assert client.post("/password-reset", {"email": "MIA@test.example"}).status_code == 302
    assert not mail.outbox, "letters leave through the outbox, not in the request"
    relay()
    link = re.search(r"https?://\S+(/password-reset/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    there = form.redirect_chain[-1][0]
    new = "a different long phrase"
    answer = client.post(there, {"password1": new, "password2": new}, follow=True)
    assert "Password saved" in answer.content.decode()
    assert sign_in("mia", new)[1].status_code == 302
    assert "does not work any more" in Client().get(link, follow=True).content.decode()
    assert AdminEvent.objects.filter(verb="new_password", person=member).exists()


def test_an_unknown_address_gets_the_same_page_and_no_letter(member, client):
    answer = client.post("/password-reset", {"email": "stranger@else.example"}, follow=True)
    assert "If an account has the address" in answer.content.decode()
    relay()
    assert not mail.outbox


def test_an_invited_person_chooses_a_password_and_signs_in(administrator, page, unit, client):
    form = {"name": "Nora New", "email": "nora@test.example", "username": "nora", "unit": unit.pk}
    answer = page(administrator).post("/admin/people/new", form)
    assert answer.status_code == 302 and answer["Location"] == "/admin/people/nora"
    nora = Person.objects.get(username="nora")
    assert not nora.has_usable_password()
    relay()
    link = re.search(r"https?://\S+(/password-reset/\S+)", mail.outbox[0].body)[1]
    there = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(there, {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in("nora")[1].status_code == 302


def test_a_taken_name_or_address_is_said_beside_the_field(administrator, member, page):
    form = {"name": "Other", "email": "MIA@test.example", "username": "Mia"}
    answer = page(administrator).post("/admin/people/new", form)
    assert answer.status_code == 422
    assert "This user name is taken." in answer.content.decode()


def test_closing_an_account_ends_its_sessions_and_tokens_at_once(administrator, member, page, api):
    client, _ = sign_in("mia")
    program = api(member)
    assert client.get("/settings").status_code == 200
    assert program.get("/api/v1/ideas/").status_code == 200
    answer = page(administrator).post("/admin/people/mia/close", {"reason": "Left the bank"})
    assert answer.status_code == 302
    assert client.get("/settings")["Location"].startswith("/sign-in")
    assert program.get("/api/v1/ideas/").status_code == 401
    assert not UserSession.objects.filter(user=member).exists()
    assert sign_in("mia")[1].status_code != 302 or "closed" in sign_in("mia")[1]["Location"]
    event = AdminEvent.objects.get(verb="deactivate")
    assert (
        event.actor == administrator and event.person == member and event.reason == "Left the bank"
    )


def test_closing_needs_a_reason_and_is_never_done_to_oneself(administrator, member):
    with pytest.raises(Invalid):
        commands.deactivate(member, by=administrator, reason=" ")
    with pytest.raises(NotAllowed):
        commands.deactivate(administrator, by=administrator, reason="Going home")


def test_the_last_administrator_stays(administrator, make_person):
    passing = make_person("Paul Passing", "administrator")
    passing.role_assignments.update(until=clock.today())
    with pytest.raises(NotNow):
        commands.deactivate(administrator, by=passing, reason="Testing this")


@pytest.mark.parametrize(
    "url", ["/admin/people", "/admin/units", "/admin/units/office", "/admin/people/new"]
)
def test_only_administrators_keep_people_and_settings(
    url, page, manager, auditor, stranger, administrator
):
    for person in (manager, auditor, stranger):
        assert page(person).get(url).status_code == 403
    assert page(administrator).get(url).status_code == 200


def test_the_administrator_of_one_unit_keeps_only_its_people(make_person, unit, other_unit):
    local = make_person("Lia Local", "administrator", scope=unit)
    near, far = make_person("Near", unit=unit), make_person("Far", unit=other_unit)
    commands.edit_person(near, by=local, job_title="Tester")
    with pytest.raises(NotAllowed):
        commands.edit_person(far, by=local, job_title="Tester")
    with pytest.raises(NotAllowed):
        commands.edit_person(near, by=local, unit=other_unit)


def test_history_keeps_every_change_of_a_person_but_never_the_password(administrator, member):
    commands.edit_person(member, by=administrator, job_title="Clerk")
    rows = history_of(Person).objects.filter(pgh_obj_id=member.pk).order_by("pgh_id")
    assert rows.last().job_title == "Clerk"
    assert rows.last().pgh_context["by"] == administrator.pk
    assert not hasattr(rows.last(), "password")


def test_the_list_of_people_asks_the_same_number_of_queries_however_long(
    administrator, page, make_person, django_assert_max_num_queries
):
    for n in range(25):
        make_person(f"Person {n}", "analyst")
    client = page(administrator)
    client.get("/admin/people")
    with django_assert_max_num_queries(14):
        client.get("/admin/people")
