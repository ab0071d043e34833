"""One's own settings and sessions."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from changeoffice.core.people.models import Person
from changeoffice.core.record.history import history_of

PASSWORD = "four quiet horses"
pytestmark = pytest.mark.django_db


@pytest.fixture
def member(make_person):
    person = make_person("Mia Member", username="mia")
    person.set_password(PASSWORD)
    person.save()
    return person


def signed_in() -> Client:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/140.0")
    assert client.post("/sign-in", {"login": "mia", "password": PASSWORD}).status_code == 302
    return client


def test_one_sees_where_one_is_signed_in_and_ends_one(member):
    here, there = signed_in(), signed_in()
    text = here.get("/settings").content.decode()
    assert text.count("Firefox on Linux") == 2 and "this one" in text
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post("/settings/sessions", {"session": other.pk})
    assert there.get("/settings").status_code == 302
    assert here.get("/settings").status_code == 200


def test_all_other_sessions_end_together(member):
    here, second, third = signed_in(), signed_in(), signed_in()
    here.post("/settings/sessions", {"session": "others"})
    assert [c.get("/settings").status_code for c in (here, second, third)] == [200, 302, 302]


def test_nobody_ends_the_session_of_another(member, page, stranger):
    mine = signed_in()
    row = UserSession.objects.get(session_key=mine.session.session_key)
    page(stranger).post("/settings/sessions", {"session": row.pk})
    assert mine.get("/settings").status_code == 200


def test_a_new_password_signs_out_everywhere_else(member):
    here, there = signed_in(), signed_in()
    new = "another long phrase here"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/settings/password", form).status_code == 302
    assert here.get("/settings").status_code == 200
    assert there.get("/settings").status_code == 302


def test_signing_out_needs_a_press_and_ends_the_session(member):
    client = signed_in()
    assert client.get("/sign-out").status_code == 200
    client.post("/sign-out")
    assert client.get("/settings").status_code == 302


def test_settings_are_saved_with_their_history(member):
    client = signed_in()
    form = {"time_zone": "Asia/Tokyo", "theme": "dark", "mail_choice": "never"}
    assert client.post("/settings", form).status_code == 302
    member.refresh_from_db()
    assert (member.time_zone, member.theme, member.single_key_shortcuts) == (
        "Asia/Tokyo",
        "dark",
        False,
    )
    row = history_of(Person).objects.filter(pgh_obj_id=member.pk).latest("pgh_id")
    assert row.theme == "dark" and row.pgh_context["by"] == member.pk
    assert client.post("/settings", {"theme": "pink"}).status_code == 422


def test_the_theme_switch_goes_back_to_where_it_was_pressed(member):
    client = signed_in()
    answer = client.post(
        "/settings/theme", {"theme": "light"}, HTTP_REFERER="http://testserver/ideas"
    )
    assert answer["Location"] == "http://testserver/ideas"
    answer = client.post(
        "/settings/theme", {"theme": "light"}, HTTP_REFERER="https://elsewhere.example/"
    )
    assert answer["Location"] == "/settings"
