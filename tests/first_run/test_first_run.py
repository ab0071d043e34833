"""From an empty database to an office people sign in to, and from the demo to there."""

import re
from datetime import date
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.first_run import opening
from changeoffice.first_run.forms import pasted
from changeoffice.first_run.month import preview
from tests.ideation.test_races import together

GIVEN = {"name": "Northmere Bank", "currency": "EUR", "time_zone": "Europe/Dublin",
         "holidays_country": "IE", "person_name": "Ingrid Solheim", "email": "ingrid@northmere.example",
         "username": "ingrid", "password": "four quiet horses"}  # fmt: skip


def key() -> str:
    return opening.link().partition("key=")[2]


@pytest.fixture
def administrator_at_setup(db) -> Client:
    client = Client()
    answer = client.post("/setup", GIVEN | {"key": key()})
    assert answer.status_code == 302 and answer["Location"] == "/setup/working-days"
    return client


def grid(*rows, **more):
    found = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0, "go": "finish"} | more
    for n, row in enumerate(rows):
        found |= {f"form-{n}-{name}": value for name, value in
                  zip(("name", "email", "unit", "role"), row, strict=True)}  # fmt: skip
    return found


@pytest.mark.django_db
def test_nobody_opens_the_office_without_the_link():
    assert Client().get("/setup").status_code == 403
    assert Client().post("/setup", GIVEN | {"key": "first:made-up"}).status_code == 403
    assert not Person.objects.exists()
    assert Client().get(f"/setup?key={key()}").status_code == 200


def test_the_first_administrator_is_signed_in_and_the_link_is_dead(administrator_at_setup):
    here, person = Office.objects.get(), Person.objects.get()
    assert (here.name, here.currency, here.time_zone, here.is_demo) == (
        "Northmere Bank", "EUR", "Europe/Dublin", False)  # fmt: skip
    assert RoleAssignment.objects.get(person=person).role == "administrator"
    assert AdminEvent.objects.get().words == "opened the office of Northmere Bank"
    assert administrator_at_setup.get("/setup/working-days").status_code == 200
    assert Client().get(f"/setup?key={key()}").status_code == 404
    with pytest.raises(CommandError, match="already"):
        call_command("first_run")


@pytest.mark.django_db
@pytest.mark.parametrize(("wrong", "words"), [
    ({"password": "short"}, "too short"), ({"password": "ingrid solheim"}, "too similar"),
    ({"email": "no address"}, "valid email"), ({"name": ""}, "required"),
    ({"name": "a\x00b"}, "Null characters"), ({"time_zone": "Mars/Base"}, "valid choice"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field_and_opens_nothing(wrong, words):
    answer = Client().post("/setup", GIVEN | {"key": key()} | wrong)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_people_with_the_link_make_one_administrator():
    acts = [lambda n=n: opening.open_office(**GIVEN | {"username": f"ingrid{n}", "email": f"i{n}@n.example"})
            for n in range(8)]  # fmt: skip
    raised = together(acts)
    assert len(raised) == 7 and Person.objects.count() == RoleAssignment.objects.count() == 1


def test_working_days_are_saved_and_the_month_follows_what_is_ticked(administrator_at_setup):
    client = administrator_at_setup
    four = {"weekdays": ["0", "1", "2", "3"], "holidays_country": "IE"}
    shown = client.get("/setup/working-days/month", four).content.decode()
    assert "working days" in shown and "<html" not in shown
    assert client.get("/setup/working-days/month", {"weekdays": []}).status_code == 204
    assert client.post("/setup/working-days", {"weekdays": []}).status_code == 422
    assert client.post("/setup/working-days", four)["Location"] == "/setup/people"
    assert client.post("/setup/working-days", four)["Location"] == "/setup/people"
    assert Office.objects.get().weekdays == [0, 1, 2, 3]


@pytest.mark.django_db
def test_the_preview_counts_working_days_and_says_where_a_tolerance_ends():
    seen = preview({0, 1, 2, 3, 4}, "GB-ENG", date(2026, 11, 25))
    assert (seen.month, seen.working) == (date(2026, 12, 1), 21)
    assert seen.in_year == 253 and seen.left == 25
    assert (seen.start, seen.end, seen.off) == (date(2026, 12, 10), date(2026, 12, 24), 4)
    assert {day.name for week in seen.weeks for day in week if day.kind == "holiday"} >= {
        "Christmas Day"
    }


def test_people_are_invited_only_on_finish_with_unit_and_role(administrator_at_setup):
    client = administrator_at_setup
    assert client.post("/setup/people", grid(("Ann Lee", "ann@n.example", "", ""), go="unit",
                                             unit_name="Payments & Cards")).status_code == 200  # fmt: skip
    shown = client.post("/setup/people", grid(
        ("Ann Lee", "ann@n.example", "", ""), go="paste",
        pasted="Name\tMail\nBen Ode\tben@n.example\tpayments & cards\tProject manager\n",
    )).content.decode()  # fmt: skip
    assert "Ann Lee" in shown and "ben@n.example" in shown and Person.objects.count() == 1
    answer = client.post("/setup/people", grid(
        ("Ann Lee", "ann@n.example", "Payments & Cards", "analyst"),
        ("Ben Ode", "ann@m.example", "payments-cards", "practice_owner:finance"), ("", "", "", ""),
    ))  # fmt: skip
    assert answer["Location"] == "/setup/ready"
    ann, ben = Person.objects.exclude(username="ingrid").order_by("name")
    assert (ann.username, ben.username) == ("ann", "ann.2")
    assert ann.unit == ben.unit == BusinessUnit.objects.get()
    assert set(RoleAssignment.objects.values_list("role", "practice")) >= {
        ("analyst", ""), ("practice_owner", "finance")}  # fmt: skip
    relay()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["ann@m.example", "ann@n.example"]
    assert "3 people in 1 unit" in client.get("/setup/ready").content.decode()


def test_one_wrong_row_invites_nobody_and_keeps_what_was_typed(administrator_at_setup):
    rows = [("Ann Lee", "ann@n.example", "", ""), ("Ingrid Again", "ingrid@northmere.example", "", ""),
            ("Nowhere", "now@n.example", "Atlantis", "")]  # fmt: skip
    answer = administrator_at_setup.post("/setup/people", grid(*rows[:2]))
    assert answer.status_code == 422 and "has this address already" in answer.content.decode()
    answer = administrator_at_setup.post("/setup/people", grid(*rows))
    assert "no unit “Atlantis”" in answer.content.decode() and "Ann Lee" in answer.content.decode()
    assert Person.objects.count() == 1
    assert administrator_at_setup.post("/setup/people", {"go": "finish"}).status_code == 422


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["working-days", "working-days/month", "people", "ready"])
def test_only_an_administrator_of_the_whole_office_sets_it_up(
    path, page, manager, make_person, unit
):
    of_unit = make_person("Udo Unit", "administrator", scope=unit)
    for person in (manager, of_unit):
        assert page(person).get(f"/setup/{path}").status_code == 403
    assert Client().get(f"/setup/{path}").status_code == 302


def test_pasted_rows_know_commas_semicolons_tabs_and_roles_by_name():
    assert pasted("Name,Mail\nAnn,ann@n.example,Payments,Change-office manager") == [
        {"name": "Ann", "email": "ann@n.example", "unit": "Payments", "role": "manager"}]  # fmt: skip
    assert pasted("Ann;ann@n.example\nBen\tben@n.example")[1]["email"] == "ben@n.example"
    assert pasted("no address here") == []


def test_a_pasted_line_without_an_address_is_kept_to_be_corrected():
    rows = pasted("Name\tMail\nAnn\tann@n.example\nBen\tben at n.example\t\tWizard")
    assert [row["name"] for row in rows] == ["Ann", "Ben"] and rows[1]["role"] == "Wizard"


@pytest.mark.django_db
def test_pasted_rows_are_shown_before_anybody_is_invited(administrator_at_setup):
    sent = grid(("Ann Lee", "ann@n.example", "", "")) | {
        "pasted": "Ben\tben@n.example\t\tWizard", "go": "finish"}  # fmt: skip
    shown = administrator_at_setup.post("/setup/people", sent)
    assert Person.objects.count() == 1
    assert "ben@n.example" in shown.content.decode() and "“Wizard” of Ben" in shown.content.decode()


@pytest.mark.django_db
def test_every_next_step_leads_to_a_page(administrator_at_setup):
    shown = administrator_at_setup.get("/setup/ready").content.decode()
    shown += administrator_at_setup.get("/setup/people").content.decode()
    links = set(re.findall(r'href="(/(?!static)[a-z][^"#]*)"', shown))
    for link in links:
        assert administrator_at_setup.get(link, follow=True).status_code == 200, link


@pytest.mark.django_db(transaction=True)
def test_leaving_the_demo_takes_all_of_it_away_and_opens_a_real_office(
    settings, tmp_path, administrator, service
):
    settings.MEDIA_ROOT = str(tmp_path)
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "cd").write_text("attached")
    with pytest.raises(CommandError, match="no demo"):
        call_command("leave_demo", yes=True)
    Office.objects.update_or_create(pk=1, defaults={"is_demo": True, "name": "Tarnbeck Bank"})
    said = StringIO()
    call_command("leave_demo", yes=True, stdout=said)
    assert "/setup?key=" in said.getvalue()
    assert (
        not Person.objects.exists()
        and not AdminEvent.objects.exists()
        and not list(tmp_path.iterdir())
    )
    call_command("make_demo", if_empty=True)  # as the next start does: the office stays one's own
    assert not Person.objects.exists()
    path = said.getvalue().split()[-1]
    assert Client().post("/setup", GIVEN | {"key": path.partition("key=")[2]}).status_code == 302


@pytest.mark.django_db
def test_the_demo_stays_where_nobody_is_there_to_confirm(monkeypatch, administrator):
    Office.objects.update(is_demo=True)
    monkeypatch.setattr("sys.stdin", StringIO(""))
    with pytest.raises(CommandError, match="--yes"):
        call_command("leave_demo")
    assert Person.objects.exists()
