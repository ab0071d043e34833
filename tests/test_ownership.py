"""Every act on a record × how the record stands × what somebody is to it: tests/ownership.csv.

The other table, tests/permissions.csv, says what each role gets at each address; this one sends
what the act asks for, so that an answer is about rights and state, through the page and the API.
Where both doors have the act they stand in one row, and a cell with a bar says they disagree; the
page, which is slow to draw, is then asked by fewer people. An empty cell was not asked.

yes: done or shown. no: refused to this person. none: it does not exist for them. later: refused in
this state. wrong: what was sent cannot be used.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, transaction
from django.urls import URLPattern

from changeoffice.core.access.rules import FIGURE_ROLES
from changeoffice.core.access.tokens import api_areas
from changeoffice.core.doors.pages.work import VerbPage
from changeoffice.core.doors.perform import asks_of
from changeoffice.core.record import clock
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.database import work_models
from changeoffice.core.record.models import NamedPerson, Work
from ideation.inputs import TagsInput
from tests.walking import answer, concrete, is_walked, methods, plural_of, routes, scene, table  # noqa: F401

TABLE = Path(__file__).with_name("ownership.csv")
HERE = ("analyst", "manager", "project_manager", "service_owner", "approver", "auditor")
EVERYBODY = {
    "open": ("owner", "sponsor", "stranger", *(f"{role} here" for role in HERE),
             "every role elsewhere", "read token", "write token"),
    "confidential": ("named", "manager"),
    "closed": ("owner", "manager"),
}  # fmt: skip
# Who looks (all staff may, or nobody), and who acts through a page that has its twin in the API.
LOOKING = {"open": ("owner", "stranger", "every role elsewhere", "read token"),
           "confidential": ("named", "manager"), "closed": ("owner",)}  # fmt: skip
ON_PAGES = {"open": ("owner", "stranger", "manager here"),
            "confidential": ("named", "manager"), "closed": ("manager",)}  # fmt: skip
COLUMNS = list(dict.fromkeys(who for several in EVERYBODY.values() for who in several))
WORDS = {200: "yes", 201: "yes", 204: "yes", 302: "yes", 400: "wrong", 403: "no", 404: "none",
         405: "", 409: "later", 412: "later", 422: "wrong"}  # fmt: skip
KINDS = {work.plural: work for work in work_models()}


# Who stands around a record --------------------------------------------------------------------------
@pytest.fixture
def people(scene, make_person, unit, other_unit) -> dict:
    owner, sponsor = make_person("Ona Owner"), make_person("Spiro Sponsor")
    found = {"owner": owner, "sponsor": sponsor, "named": make_person("Nora Named"),
             "stranger": make_person("Stan Stranger"), "write token": owner,
             "manager": make_person("Mia Manager", "manager")}  # fmt: skip
    found |= {f"{role} here": make_person(f"{role} here", role, scope=unit) for role in HERE}
    elsewhere = make_person("Eve Elsewhere", *FIGURE_ROLES[:4], "approver", "leadership", "auditor",
                            ("practice_owner", "finance"), scope=other_unit)  # fmt: skip
    for work, record in works_of(scene):
        names = {field.name for field in work._meta.concrete_fields}
        work.objects.filter(pk=record.pk).update(
            owner=owner, unit=unit, **{"sponsor": sponsor} if "sponsor" in names else {}
        )
    return found | {"every role elsewhere": elsewhere, "read token": found["manager"]}


def works_of(scene: dict) -> list[tuple[type[Work], Work]]:
    return [
        (KINDS[plural], KINDS[plural].objects.get(reference=reference))
        for plural, reference in scene.items()
        if plural in KINDS
    ]


@pytest.fixture
def clients(people, page, api) -> dict:
    areas = sorted(api_areas())
    tokens = {"read token": "read", "write token": "write"}
    return {
        who: asking(
            api(person, *(f"{area}:{tokens[who]}" for area in areas))
            if who in tokens
            else page(person)
        )
        for who, person in people.items()
    }


def asking(client):
    client.raise_request_exception = False  # a fault is an answer, and fails the test as such
    return client


# How the record stands -------------------------------------------------------------------------------
# What the verb that ends a record would have filled in.
ENDS = {"action": {"done_on": date(2026, 1, 5)}, "intervention": {"ended_on": date(2026, 1, 5)}}
# A press on the page, where it comes too late, leads back to the idea with a message.
DOORS_DIFFER = {("/ideas/{id}/vote", "POST", "closed")}


def close(scene: dict) -> None:
    """Every record into the first of its ends that the database takes."""
    for work, record in works_of(scene):
        done = not work.closed_states()
        for state in work.closed_states():
            try:
                with transaction.atomic():
                    done = work.objects.filter(pk=record.pk).update(
                        state=state, **ENDS.get(work.kind, {})
                    )
            except DatabaseError:
                continue
            break
        assert done, f"{record.reference} takes none of its ends"


def hide(scene: dict, people: dict) -> None:
    for work, record in works_of(scene):
        work.objects.filter(pk=record.pk).update(confidential=True)
        NamedPerson.objects.get_or_create(record_id=record.home_id, person=people["named"])


# What is sent ----------------------------------------------------------------------------------------
def sample(inputs: shapes.Inputs, person) -> dict:
    """Something every required field takes."""
    needed = {name: asked for name, asked in inputs.items() if asked.required}
    return {name: value_for(asked, person) for name, asked in needed.items()}


def value_for(asked: shapes.Input, person):
    if isinstance(asked, shapes.Ref):
        row = asked.rows(person).order_by("pk").last()
        key = getattr(row, asked.key) if row is not None else "nothing"
        return [key] if asked.many else key
    if isinstance(asked, shapes.Choice):
        first = asked.options()[0][0]
        return [first] if asked.many else first
    if isinstance(asked, (shapes.Date, shapes.Moment)):
        return (clock.today() + timedelta(days=30)).isoformat()
    if isinstance(asked, (shapes.Number, shapes.Decimal)):
        return max(asked.least, min(asked.most, 4))
    if isinstance(asked, TagsInput):
        return ["agreed"]
    return "Because it has to be so, and everybody agreed."[: asked.max]


def sent(work: type[Work], address: str, method: str, person) -> dict:
    act = address.rstrip("/").rpartition("/")[2].replace("-", "_")
    if method == "PATCH":
        return {"title": "Another title for it"} if "title" in work.profile else {}
    if act == "edit":
        return sample(work.profile, person)
    if act == "comments":
        return {"body": "A word about it."}
    verb = work.verbs().get(act)
    return sample(asks_of(work, verb), person) if verb else {}


def told(client, address: str, method: str, data: dict) -> str:
    is_api = address.startswith("/api/")
    body = json.dumps(data) if is_api else urlencode(data, doseq=True)
    if method == "GET":
        body = ""
    code = answer(client, address, method, body.encode()).status_code
    return WORDS.get(code, str(code))


# The walk --------------------------------------------------------------------------------------------
def acts(scene: dict) -> Iterator[tuple[str, str, type[Work], URLPattern, str]]:
    """(act, method, kind, pattern, address): every address of one record, by both doors."""
    for route, item in filter(lambda one: is_walked(one[0]), routes()):
        plural = plural_of(route)
        if plural not in KINDS or plural not in scene:
            continue
        for address in concrete(route, item, scene):
            if f"/{scene[plural]}" not in address:
                continue
            act = address.removeprefix("/api/v1").rstrip("/").replace(f"/{scene[plural]}", "/{id}")
            for method in methods(item):
                yield act, method, KINDS[plural], item, address


def is_a_form(item: URLPattern, method: str) -> bool:
    """A verb's form is shown to whoever sees the record: walked where that is not everybody."""
    view = getattr(item.callback, "view_class", None)
    return method == "GET" and view is not None and issubclass(view, VerbPage)


def who_asks(method: str, address: str, standing: str, twins: set[str]) -> tuple[str, ...]:
    is_api = address.startswith("/api/")
    asked = LOOKING if method == "GET" else EVERYBODY
    if method != "GET" and not is_api and address in twins:
        asked = ON_PAGES
    return tuple(who for who in asked[standing] if is_api or "token" not in who)


def walk(scene: dict, people: dict, clients: dict, standing: str) -> dict[tuple, dict]:
    found: dict[tuple, dict] = {}
    every = list(acts(scene))
    twins = {address.removeprefix("/api/v1").rstrip("/") for *_, address in every
             if address.startswith("/api/")}  # fmt: skip
    for act, method, work, item, address in every:
        if is_a_form(item, method) and standing != "confidential":
            continue
        row = found.setdefault((act, method, standing), {})
        for who in who_asks(method, address, standing, twins):
            data = sent(work, address, method, people[who]) if method != "GET" else {}
            word = told(clients[who], address, method, data)
            if not word:  # this door has no such method
                break
            before = row.get(who)
            row[who] = "|".join(dict.fromkeys([*(before or word).split("|"), word]))
    return {key: row for key, row in found.items() if row}


@pytest.fixture
def found(scene, people, clients) -> dict[tuple, dict]:
    rows = walk(scene, people, clients, "open")
    for standing, set_up in (("closed", lambda: close(scene)),
                             ("confidential", lambda: hide(scene, people))):  # fmt: skip
        with transaction.atomic():
            set_up()
            rows |= walk(scene, people, clients, standing)
            transaction.set_rollback(True)
    return rows


def test_every_act_is_answered_by_what_somebody_is_to_the_record(found):
    expected = table(TABLE, ["act", "method", "record"], COLUMNS, found)
    assert sorted(set(found) - set(expected)) == [], "acts that are not in the table"
    assert sorted(set(expected) - set(found)) == [], "acts in the table that are gone"
    assert {key: (expected[key], row) for key, row in found.items() if expected[key] != row} == {}
    for (act, method, standing), row in found.items():
        at = f"{method} {act}, {standing}"
        if (act, method, standing) not in DOORS_DIFFER:
            assert not any("|" in word for word in row.values()), f"{at}: doors disagree: {row}"
        assert not any(word.startswith("5") for word in row.values()), f"{at} is at fault: {row}"
        if standing == "confidential":
            assert row["manager"] == "none", f"{at} tells a person who is not named"
        if standing == "open":
            elsewhere = row.get("every role elsewhere", row["stranger"])
            assert elsewhere == row["stranger"], f"{at} reaches over units"
            if method != "GET":
                assert row.get("read token", "no") == "no", f"{at} is done by a reading token"
