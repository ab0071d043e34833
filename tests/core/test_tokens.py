"""API tokens: made on a page or by a command, shown once, capped by scope and by person."""

import re

import pytest
from django.core.management import CommandError, call_command

from changeoffice.core.access.models import ApiToken
from changeoffice.core.access.tokens import WrongScope, api_areas, issue
from tests.contract import CheckedClient

pytestmark = pytest.mark.django_db


def bearer(secret: str) -> CheckedClient:
    client = CheckedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_token_is_shown_once_and_only_its_digest_is_kept(page, author):
    client = page(author)
    answer = client.post(
        "/settings/tokens/new", {"name": "Nightly", "days": "30", "scopes": ["ideas:read"]}
    )
    secret = re.search(r'value="(co_[0-9a-f]+)"', answer.content.decode())[1]
    assert bearer(secret).get("/api/v1/ideas/").status_code == 200
    stored = ApiToken.objects.get()
    assert secret not in (stored.digest, stored.token_key) and stored.name == "Nightly"
    assert secret not in client.get("/settings").content.decode()


def test_a_scope_is_a_ceiling(author):
    _, secret = issue(author, name="reader", scopes=["ideas:read"])
    program = bearer(secret)
    assert program.get("/api/v1/ideas/").status_code == 200
    body = {"title": "Another idea for us", "problem": "Something takes too long today."}
    assert program.post("/api/v1/ideas/", body).status_code == 403
    assert program.get("/api/v1/services/").status_code == 403


def test_a_revoked_token_is_unknown(page, author):
    stored, secret = issue(author, name="short life", scopes=["ideas:read"])
    page(author).post(f"/settings/tokens/{stored.digest[:32]}/revoke")
    assert bearer(secret).get("/api/v1/ideas/").status_code == 401


def test_nobody_revokes_the_token_of_another(page, author, colleague):
    stored, secret = issue(author, name="mine", scopes=["ideas:read"])
    page(colleague).post(f"/settings/tokens/{stored.digest[:32]}/revoke")
    page(author).post("/settings/tokens/a/revoke")  # a prefix is not enough
    assert bearer(secret).get("/api/v1/ideas/").status_code == 200


def test_an_ended_token_is_refused(author):
    from datetime import timedelta

    from django.utils import timezone

    stored, secret = issue(author, name="ended", scopes=["ideas:read"])
    ApiToken.objects.filter(pk=stored.pk).update(expiry=timezone.now() - timedelta(seconds=1))
    assert bearer(secret).get("/api/v1/ideas/").status_code == 401


def test_only_an_administrators_token_carries_admin(author, administrator, page):
    with pytest.raises(WrongScope):
        issue(author, name="too much", scopes=["admin"])
    assert issue(administrator, name="all", scopes=["admin"])
    answer = page(author).post(
        "/settings/tokens/new", {"name": "x", "days": "30", "scopes": ["admin"]}
    )
    assert answer.status_code == 422 and not ApiToken.objects.filter(user=author).exists()


@pytest.mark.parametrize("scope", ["ideas:own", "nothing:read", "ideas", "ideas:read:write", ""])
def test_an_unknown_scope_is_refused(author, scope):
    with pytest.raises(WrongScope):
        issue(author, name="x", scopes=[scope])


def test_every_collection_has_an_area():
    assert {"ideas", "demands", "services", "people", "events", "teams"} <= api_areas()


def test_the_command_prints_one_token_and_nothing_else(author, capsys):
    call_command("issue_token", author.username.upper(), "--name", "CI", "--scope", "ideas:read")
    printed = capsys.readouterr().out
    assert re.fullmatch(r"co_[0-9a-f]+\n", printed)
    assert bearer(printed.strip()).get("/api/v1/ideas/").status_code == 200


def test_the_command_without_scopes_gives_what_the_person_may(author, capsys):
    call_command("issue_token", author.username, "--name", "all")
    program = bearer(capsys.readouterr().out.strip())
    body = {"title": "Another idea for us", "problem": "Something takes too long today."}
    assert program.post("/api/v1/ideas/", body).status_code == 201


@pytest.mark.parametrize(("user", "scope"), [("nobody.there", "ideas:read"), ("", "admin")])
def test_the_command_refuses_in_words(author, user, scope):
    with pytest.raises(CommandError):
        call_command("issue_token", user or author.username, "--name", "x", "--scope", scope)


def test_people_are_listed_without_e_mail_except_to_administrators(
    api, author, administrator, make_person, outsider
):
    gone = make_person("Gone Person", is_active=False)
    rows = api(author, "people:read").get("/api/v1/people/").json()["results"]
    names = {row["id"] for row in rows}
    assert (
        author.username in names and gone.username not in names and outsider.username not in names
    )
    assert all("email" not in row for row in rows)
    seen = api(administrator).get(f"/api/v1/people/{author.username}/").json()
    assert seen["email"] == author.email
    assert api(outsider).get("/api/v1/people/").status_code == 403


def test_the_directory_pages_and_refuses_what_it_does_not_know(api, author, unit, other_unit):
    program = api(author, "business-units:read")
    first = program.get("/api/v1/business-units/?page_size=1&count=true").json()
    assert first["count"] == 2 and first["next"]
    assert program.get(first["next"]).json()["results"][0]["id"] != first["results"][0]["id"]
    assert program.get("/api/v1/business-units/?colour=red").status_code == 400
    assert program.get("/api/v1/business-units/nowhere/").status_code == 404
