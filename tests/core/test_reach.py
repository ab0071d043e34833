"""Nothing of a hidden record through another way: its address, its id in what is sent, a list of
many, a count, a hint. And no step of a record that was not declared."""

import json
import random

import pytest
from django.db import DatabaseError, transaction
from django.urls import get_resolver

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.administration.sight import sight_of
from changeoffice.core.doors.api.authentication import ScopePermission
from changeoffice.core.doors.api.views import WorkViewSet
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.database import work_models
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.models import Event, NamedPerson, Reach, Record, Work
from changeoffice.core.search import selectors
from changeoffice.core.talk.models import comment
from demand.models import Demand
from ideation.models import Idea
from tests.demand.conftest import make_demand, policies  # noqa: F401
from tests.test_ownership import acts, hide, sample, works_of
from tests.walking import answer, routes, scene  # noqa: F401

pytestmark = pytest.mark.django_db
PROBLEM = "Customers ring us because nothing tells them why a payment is held."
# The document that describes the API and its reference page: for whoever is signed in.
WITHOUT_AREA = {"SpectacularJSONAPIView", "SpectacularSwaggerSplitView"}


# Declared --------------------------------------------------------------------------------------------
def test_every_collection_of_the_api_declares_its_area_and_asks_for_its_scope():
    undeclared = set()
    for route, item in routes(get_resolver().url_patterns):
        view = getattr(item.callback, "cls", None)
        if not route.startswith("/api/"):
            continue
        assert view is not None, f"{route} is not a view of the API's framework"
        if view.__name__ in WITHOUT_AREA:
            undeclared.add(view.__name__)
            continue
        assert list(view.permission_classes) == [ScopePermission], route
        assert getattr(view, "area", None), route
    assert undeclared == WITHOUT_AREA


# Hidden ----------------------------------------------------------------------------------------------
@pytest.fixture
def hidden(scene, make_person) -> dict:
    """Everything of the scene is confidential, and one person is named on it."""
    hide(scene, {"named": make_person("Nora Named")})
    for work in work_models():  # what hangs on a hidden record is as hidden
        work.objects.update(confidential=True)
    return scene


def secrets_of(hidden: dict) -> list[bytes]:
    """Titles that can stand on a page for nothing else."""
    titles = [record.title for _, record in works_of(hidden)]
    return [title.encode() for title in titles if len(title) > 12]


@pytest.mark.parametrize("door", ["page", "api"])
def test_every_address_of_hidden_records_is_answered_as_if_they_were_not(
    hidden, make_person, request, door
):
    client = request.getfixturevalue(door)(make_person("Mia Manager", "manager"))
    titles, told = secrets_of(hidden), []
    for act, method, _, _, address in acts(hidden):
        if door == "api" and not address.startswith("/api/"):
            continue
        response = answer(client, address, method)
        if response.status_code not in (404, 405) or any(t in response.content for t in titles):
            told.append(f"{method} {act}: {response.status_code}")
    assert told == []


def works_asked(inputs: shapes.Inputs, person) -> list[str]:
    """Fields that take another record by its reference."""
    return [
        name for name, asked in inputs.items()
        if isinstance(asked, shapes.Ref) and issubclass(asked.rows(person).model, Work)
    ]  # fmt: skip


def test_a_hidden_record_cannot_be_named_in_what_is_made(hidden, make_person, api):
    """Projects of risks, givers of dependencies, programmes, indicators: answered as unknown ones."""
    manager = make_person("Mia Manager", "manager")  # who owns nothing of it
    client, asked = api(manager), 0
    for view in {item.callback.cls for route, item in routes() if hasattr(item.callback, "cls")}:
        if not issubclass(view, WorkViewSet) or view.birth is None:
            continue
        for name in works_asked(view.birth_inputs, manager):
            field, said = view.birth_inputs[name], []
            real = hidden[field.rows(manager).model.plural]
            for reference in (real, real[:-1] + "0000"):
                given = sample(view.birth_inputs, manager)
                given[name] = [reference] if field.many else reference
                found = answer(client, f"/api/v1/{view.area}/", "POST", json.dumps(given).encode())
                words = found.content.replace(reference.encode(), b"it")
                said.append((found.status_code, words))
            assert said[0] == said[1], (view.area, name)
            assert said[0][0] == 400 and name.encode() in said[0][1], (view.area, name, said[0])
            asked += 1
    assert asked >= 12


def test_a_hidden_record_cannot_be_named_in_an_address_or_a_list_of_many(
    hidden, manager, analyst, api, page
):
    for kind, field in (("risks", "project"), ("milestones", "project"), ("projects", "programme"),
                        ("dependencies", "project"), ("budgets", "project")):  # fmt: skip
        real = hidden[f"{field}s"]
        said = [
            api(manager).get(f"/api/v1/{kind}/", {field: reference, "count": "true"}).json()
            for reference in (real, f"{real[:4]}9999")
        ]
        assert said[0] == said[1] and said[0]["results"] == [], (kind, said)
    reference = hidden["demands"]
    page(analyst).post("/demands/bulk/screen", {"chosen": [reference]})
    assert Demand.objects.get(reference=reference).state == "submitted"
    for typed in (reference, hidden["projects"]):
        assert page(manager).get("/search", {"q": typed}).status_code == 200
        found = page(manager).get("/search/palette", {"q": typed}).content
        assert not any(title in found for title in secrets_of(hidden))


def test_a_merged_idea_does_not_name_a_hidden_one(author, analyst, stranger, api, page):
    one, other = (
        Idea.propose(by=author, title=f"Tell customers why, take {n}", problem=PROBLEM).submit(by=author)
        for n in (1, 2)
    )  # fmt: skip
    one.merge(by=analyst, into=other)
    Idea.objects.filter(pk=other.pk).update(confidential=True)
    told = api(stranger).get(f"/api/v1/ideas/{one.reference}/")
    assert told.json()["merged_into"] is None
    text = page(stranger).get(f"/ideas/{one.reference}?stay=1").content.decode()
    for words in (other.reference, other.title):
        assert words not in text and words not in told.content.decode()
    assert other.reference in page(author).get(f"/ideas/{one.reference}?stay=1").content.decode()


# The same rows through every list --------------------------------------------------------------------
@pytest.mark.parametrize("seed", [3, 14])
def test_lists_counts_search_hints_exports_and_events_show_the_same_rows(
    seed, make_person, unit, other_unit, author, page, api
):
    """Ideas of every reach before people of every kind: each way agrees with the rule itself."""
    dice = random.Random(seed)
    people = _crowd(dice, make_person, unit, other_unit)
    ideas = _ideas(dice, author, people, unit, other_unit)
    for someone in people:
        person = Person.objects.get(pk=someone.pk)
        wanted = {idea.reference for idea in ideas if idea.is_visible_to(person)}
        assert _ways(person, page(person), api(person)) == dict.fromkeys(WAYS, wanted), person.name
        line = next((line for line in sight_of(person) if line.kind == "idea"), None)
        assert (line.reads if line else 0) == len(wanted)


WAYS = ("list", "count", "export", "search", "words on the page", "hint", "events", "headers")


def _crowd(dice, make_person, unit, other_unit) -> list[Person]:
    roles = ["", "analyst", "manager", "leadership", "auditor", "approver"]
    return [
        make_person(f"Person {n}", *filter(None, [dice.choice(roles)]), is_outside=n == 7,
                    scope=dice.choice([None, unit, other_unit]))
        for n in range(8)
    ]  # fmt: skip


def _ideas(dice, author, people, unit, other_unit) -> list[Idea]:
    made = []
    for n in range(12):
        idea = Idea.propose(by=author, title=f"Zebra crossing {n:03}", problem=PROBLEM)
        idea.submit(by=author)
        Idea.objects.filter(pk=idea.pk).update(
            reach=dice.choice(list(Reach)), confidential=dice.random() < 0.4,
            owner=dice.choice([author, *people]), unit=dice.choice([None, unit, other_unit]),
        )  # fmt: skip
        for person in dice.sample(people, 2):
            NamedPerson.objects.get_or_create(record_id=idea.pk, person=person)
        RoleAssignment.objects.create(person=dice.choice(people), role="service_owner",
                                      record_id=idea.pk)  # fmt: skip
        made.append(Idea.objects.get(pk=idea.pk))
    return made


def _ways(person, page, program) -> dict[str, set[str]]:
    listed = program.get("/api/v1/ideas/", {"page_size": 50, "count": "true"}).json()
    references = {row["id"] for row in listed["results"]}
    exported = b"".join(program.get("/api/v1/ideas/?format=csv")).decode().splitlines()[1:]
    hits = page.get("/search", {"q": "zebra", "kind": "idea"})
    records = Record.objects.filter(kind="idea")
    events = Event.objects.visible_to(person).filter(record__in=records)
    return {
        "list": references,
        "count": references if listed["count"] == len(references) else {"another number"},
        "export": {line.split(",")[0] for line in exported},
        "search": {row.reference for row in selectors.by_words(person, "zebra crossing")},
        "words on the page": {row.reference for row in hits.context.get("rows", [])},
        "hint": {
            row.reference for row in selectors.similar(person, "Zebra crossing", ["idea"], 50)
        },
        "events": set(events.values_list("record__reference", flat=True)),
        "headers": set(records.visible_to(person).values_list("reference", flat=True)),
    }


# Steps -----------------------------------------------------------------------------------------------
def test_no_verb_is_done_from_a_state_it_does_not_declare(scene):
    """Every verb of every kind from every state the database takes; the portal itself asks, so
    that nobody's missing right answers first."""
    tried, stayed = 0, set()
    for work, record in works_of(scene):
        for state in work.states:
            try:
                with transaction.atomic():
                    work.objects.filter(pk=record.pk).update(state=state)
                    tried += _tries(work, record.pk, state)
                    transaction.set_rollback(True)
            except DatabaseError:
                stayed.add((work.kind, state))
    assert tried > 200
    assert len(stayed) < 25, stayed  # states a constraint ties to other fields


def _tries(work: type[Work], pk: int, state: str) -> int:
    forbidden = [verb for verb in work.verbs().values() if not verb.allows_state(state)]
    for verb in forbidden:
        record = work.objects.get(pk=pk)
        with acting.through("job", "test"), pytest.raises(NotNow):
            getattr(record, verb.name)(by=None)
        assert work.objects.get(pk=pk).state == state
    return len(forbidden)


def test_a_closed_record_is_not_edited(scene):
    from changeoffice.core.record.errors import Refused

    for work, record in works_of(scene):
        for state in work.closed_states():
            record.state = state
            with transaction.atomic():
                try:
                    work.objects.filter(pk=record.pk).update(state=state)
                except DatabaseError:
                    transaction.set_rollback(True)
                    continue
                with acting.through("job", "test"), pytest.raises(Refused):
                    record.revise(by=None, title="Another title for it")
                transaction.set_rollback(True)
            record.refresh_from_db()


# Four eyes -------------------------------------------------------------------------------------------
def test_changing_the_owner_first_makes_nobody_their_own_approver(
    make_demand, manager, author, analyst, colleague, api, page
):
    for person in (author, analyst):
        RoleAssignment.objects.create(person=person, role="manager")
    demand = make_demand("approval")
    step = demand.record.approvals.get()
    assert step.approver == manager
    demand.assign(by=analyst, owner=colleague)
    for person in (author, analyst, colleague):
        fresh = Person.objects.get(pk=person.pk)
        given = api(fresh).post(f"/api/v1/approvals/{step.pk}/approve/", {}, format="json")
        shown = page(fresh).post(f"/approvals/{step.pk}/approve", {"comment": "Yes."})
        assert (given.status_code, shown.status_code) == (403, 403)
    listed = api(manager).patch(
        f"/api/v1/demands/{demand.reference}/", {"requester": colleague.username}
    )
    assert listed.status_code == 400
    step.refresh_from_db()
    assert step.state == "asked"


def test_a_comment_answers_one_of_the_same_record_only(author, stranger, api):
    hidden_one, seen_one = (
        Idea.propose(by=author, title=f"Tell customers why, take {n}", problem=PROBLEM).submit(by=author)
        for n in (1, 2)
    )  # fmt: skip
    said = comment(hidden_one, by=author, body="Between us")
    Idea.objects.filter(pk=hidden_one.pk).update(confidential=True)
    address = f"/api/v1/ideas/{seen_one.reference}/comments/"
    answers = [api(stranger).post(address, {"body": "So?", "reply_to": pk}, format="json")
               for pk in (said.pk, 999_999_999)]  # fmt: skip
    assert [a.status_code for a in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
