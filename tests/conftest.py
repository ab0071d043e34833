"""The cast every test may call on stage, and the two doors they come in by."""

import itertools
from collections.abc import Callable

import pytest
from django.test import Client
from hypothesis import HealthCheck, settings

from changeoffice.core.access.models import ApiToken, RoleAssignment
from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.organisation.models import BusinessKpi, Service, Skill
from tests.chat_server import HOST, ChatServer, resolving
from tests.contract import CheckedClient

_serial = itertools.count(1)

# How fast a machine draws examples proves nothing about what they prove.
settings.register_profile("office", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("office")

# They take longest, and are one test each: begun last, one worker would walk on alone.
WALKS = ("test_permissions.py", "test_ownership.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in WALKS)


@pytest.fixture
def office(db) -> Office:
    return Office.objects.get_or_create(pk=1, defaults={"name": "Testbank"})[0]


@pytest.fixture
def unit(office) -> BusinessUnit:
    return BusinessUnit.objects.create(name="Payments", code="payments")


@pytest.fixture
def other_unit(office) -> BusinessUnit:
    return BusinessUnit.objects.create(name="Lending", code="lending")


@pytest.fixture
def make_person(unit) -> Callable[..., Person]:
    """make_person("Ann", "analyst", ("practice_owner", "finance"), unit=…, scope=unit)"""

    def make(name: str, *roles, unit=unit, scope=None, **fields) -> Person:
        username = fields.pop("username", f"{name.lower().replace(' ', '.')}.{next(_serial)}")
        person = Person(
            username=username, email=f"{username}@test.example", name=name, unit=unit, **fields
        )
        person.set_unusable_password()
        person.save()
        for held in roles:
            role, practice = held if isinstance(held, tuple) else (held, "")
            RoleAssignment.objects.create(person=person, role=role, practice=practice, unit=scope)
        return person

    return make


@pytest.fixture
def author(make_person) -> Person:
    return make_person("Tom Author")


@pytest.fixture
def colleague(make_person) -> Person:
    return make_person("Nadia Colleague")


@pytest.fixture
def analyst(make_person) -> Person:
    return make_person("Priya Analyst", "analyst")


@pytest.fixture
def manager(make_person) -> Person:
    return make_person("Marek Manager", "manager")


@pytest.fixture
def approver(make_person) -> Person:
    return make_person("Aisha Approver", "approver")


@pytest.fixture
def sponsor(make_person) -> Person:
    return make_person("Helen Sponsor", "approver")


@pytest.fixture
def finance(make_person) -> Person:
    return make_person("Owen Finance", ("practice_owner", "finance"))


@pytest.fixture
def project_manager(make_person) -> Person:
    return make_person("Lena Projects", "project_manager")


@pytest.fixture
def service_owner(make_person) -> Person:
    return make_person("Sofia Services", "service_owner")


@pytest.fixture
def leader(make_person) -> Person:
    return make_person("Grace Leader", "leadership")


@pytest.fixture
def auditor(make_person) -> Person:
    return make_person("Uwe Auditor", "auditor")


@pytest.fixture
def administrator(make_person) -> Person:
    return make_person("Dana Administrator", "administrator")


@pytest.fixture
def outsider(make_person) -> Person:
    """A supplier's person: signed in, but not of our staff."""
    return make_person("Otto Outsider", "supplier", unit=None, is_outside=True)


@pytest.fixture
def stranger(make_person) -> Person:
    """A member of staff with no role on anything."""
    return make_person("Sam Stranger")


@pytest.fixture
def page() -> Callable[[Person], Client]:
    def enter(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return enter


@pytest.fixture
def api() -> Callable[..., CheckedClient]:
    """api(person, "ideas:write", …): a client with a bearer token; all scopes when none is named."""

    def enter(person: Person, *scopes: str) -> CheckedClient:
        _, token = ApiToken.objects.create(
            user=person, name="test", scopes=list(scopes) or ["admin"]
        )
        client = CheckedClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return enter


@pytest.fixture
def service(unit, service_owner) -> Service:
    return Service.add(by=service_owner, title="Payments hub", owner=service_owner, unit=unit)


@pytest.fixture
def skill(db) -> Skill:
    return Skill.objects.get_or_create(name="Java development", defaults={"day_rate": 600})[0]


@pytest.fixture
def kpi(unit, manager) -> BusinessKpi:
    return BusinessKpi.add(by=manager, title="Calls about held payments", measure="calls a month",
                           baseline=1140, target=900, owner=manager, unit=unit)  # fmt: skip


@pytest.fixture
def chat_server(monkeypatch, office):
    """A chat within the network, which the administrator has allowed."""
    office.inside_hosts = [HOST]
    office.save()
    server = ChatServer()
    server.up()
    with resolving(monkeypatch, {HOST: ["127.0.0.1"]}):
        yield server
    server.down()
