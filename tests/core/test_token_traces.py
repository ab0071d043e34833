"""A token leaves no trace but its digest: not where it is stored, nor where somebody puts it by
mistake."""

import json
import logging
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from psycopg2.sql import SQL, Identifier

from changeoffice.core.access.models import ApiToken
from changeoffice.core.access.tokens import issue

pytestmark = pytest.mark.django_db
IDEA = {"title": "A good idea it is", "problem": "Something takes too long today."}


@pytest.fixture
def canary(author, caplog) -> str:
    for name in ("", "axes"):
        caplog.set_level(logging.DEBUG, logger=name)
    return issue(author, name="canary", scopes=["ideas:write"])[1]


def everywhere(canary: str, page, author) -> list:
    """The token where it belongs, and in every place somebody may put it instead."""
    program, person = Client(HTTP_AUTHORIZATION=f"Bearer {canary}"), page(author)
    body = json.dumps(IDEA | {"token": canary})
    sign_in = {"login": author.email, "password": canary, "token": canary}
    return [
        program.get("/api/v1/ideas/"),
        program.post("/api/v1/ideas/", json.dumps(IDEA), "application/json"),
        program.get("/api/v1/services/"),
        program.post("/api/v1/ideas/", body, "application/json"),
        *(Client(HTTP_AUTHORIZATION=f"{scheme}{canary}").get("/api/v1/ideas/")
          for scheme in ("", "Token ", "Basic ", "Bearer x", "Bearer a b ")),
        Client(HTTP_X_API_KEY=canary).get("/api/v1/ideas/"),
        Client().get("/api/v1/ideas/", {"access_token": canary}),
        program.get("/api/v1/ideas/", {"token": canary}),
        program.get("/api/v1/ideas/", {"cursor": canary}),
        Client().get("/ideas", {"token": canary}),
        person.get("/ideas", {"token": canary}),
        person.post("/ideas/new", {"token": canary, "title": ""}),
        Client().post(f"/sign-in?token={canary}", sign_in),
        Client().post(f"/sign-in?token={canary}", sign_in),
    ]  # fmt: skip


def stored(text: str) -> list[str]:
    """Every table with a row in which it stands."""
    holds = SQL("SELECT count(*) FROM {} AS one WHERE position(%s in one::text) > 0")
    found = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(holds.format(Identifier(name)), [text])
            found += [name] * cursor.fetchone()[0]
    return found


def test_a_token_stands_in_no_log_no_row_and_no_answer(canary, page, author, caplog):
    answers = everywhere(canary, page, author)
    assert [a.status_code for a in answers[:4]] == [200, 201, 403, 400]
    told = [a for a in answers if a.status_code >= 400 and canary.encode() in a.content]
    assert told == []
    form = logging.Formatter("%(message)s")
    assert [r.name for r in caplog.records if canary in form.format(r)] == []
    assert len(caplog.records) > 20 and stored(canary) == []
    assert stored(author.username), "the scan reads what is stored"


def test_only_a_digest_and_the_first_signs_of_a_token_are_kept(canary):
    held = ApiToken.objects.get()
    assert len(held.digest) == 128 and canary.startswith(held.token_key)
    assert len(canary) - len(held.token_key) > 48  # what remains to be guessed


def test_web_processes_note_addresses_without_what_stands_behind_them():
    """A token, or words somebody searched for, stand in the query and in the page one came from."""
    command = Path("Dockerfile").read_text().partition("CMD ")[2].replace("\\\n", "")
    options = json.loads(command)
    layout = options[options.index("--access-logformat") + 1]
    assert "%(U)s" in layout and not any(sign in layout for sign in ("%(r)s", "%(q)s", "%(f)s"))
