"""Every field of every kind, written by people who may not: nothing changes, and nothing is noted."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pghistory.models
import pytest
from django.db import transaction
from django.forms import model_to_dict

from changeoffice.core.people.models import Person
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.models import Event, Work
from tests.test_ownership import value_for, works_of
from tests.walking import answer, scene  # noqa: F401

pytestmark = pytest.mark.django_db
CAST = ["author", "analyst", "manager", "project_manager", "service_owner", "sponsor", "finance",
        "leader", "auditor", "administrator", "outsider", "stranger"]  # fmt: skip


def state_of(record: Work) -> tuple:
    """The whole row, and how much has been noted in the office."""
    row = type(record).objects.get(pk=record.pk)
    plain = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    lists = {field.name: model_to_dict(row, [field.name]) for field in row._meta.many_to_many}
    noted = Event.objects.count(), pghistory.models.Context.objects.count()
    return plain, str(lists), noted


def another(asked: shapes.Input, held, person):
    """Something the field takes that is not what it holds."""
    if isinstance(asked, shapes.Choice) and not asked.many:
        return next(code for code, _ in asked.options() if code not in (held, ""))
    if isinstance(asked, shapes.Ref) and not asked.many:
        row = asked.rows(person).exclude(pk=getattr(held, "pk", None)).first()
        return getattr(row, asked.key) if row is not None else "nothing"
    if isinstance(held, date):
        return (held + timedelta(days=1)).isoformat()
    if isinstance(held, (int, Decimal)) and not isinstance(held, bool):
        return int(held) + (1 if held < 4 else -1)
    return value_for(asked, person)


def may_change(record: Work, name: str, person) -> bool:
    """The rule itself: who edits the kind, what is hidden, what is kept for somebody else."""
    reserved = record.reserved.get(name)
    return (
        record.is_visible_to(person)
        and record.editors.holds(person, record)
        and name not in record.hidden_from(person)
        and (reserved is None or getattr(record, name) is None or reserved.holds(person, record))
    )


def forbidden(scene, people):
    for work, record in works_of(scene):
        for person in people:
            names = [name for name in record.profile if not may_change(record, name, person)]
            if names:
                yield work.objects.get(pk=record.pk), person, names


@pytest.fixture
def people(request) -> list[Person]:
    return [request.getfixturevalue(name) for name in CAST]


def given(record: Work, name: str, person) -> dict:
    held = getattr(record, name)
    return {name: another(record.profile[name], held, person)}


def test_no_field_is_changed_through_the_api_by_whoever_may_not(scene, people, api):
    clients, changed, tried = {person.pk: api(person) for person in people}, [], set()
    for record, person, names in forbidden(scene, people):
        # Whoever is refused all of them is so for one reason: one stands for them, but for one.
        alike = len(names) == len(record.profile) and person != people[-1]
        for name in names[:1] if alike else names:
            before, data = state_of(record), given(record, name, person)
            with transaction.atomic():
                found = clients[person.pk].patch(
                    f"/api/v1/{record.plural}/{record.reference}/", data, format="json"
                )
                if found.status_code not in (400, 403, 404, 405) or state_of(record) != before:
                    changed.append((record.kind, person.name, name, found.status_code))
                transaction.set_rollback(True)
            tried.add((record.kind, name))
    assert changed == []
    assert {("demand", "risk"), ("project", "sponsor")} <= tried and len(tried) > 80


def test_no_field_is_changed_through_the_form_by_whoever_may_not(scene, people, page):
    clients, changed = {person.pk: page(person) for person in people}, []
    for record, person, names in forbidden(scene, people):
        before, held = state_of(record), profile_as_typed(record)
        sent = held | {n: v for name in names for n, v in given(record, name, person).items()}
        with transaction.atomic():
            address = f"/{record.plural}/{record.reference}/edit"
            found = clients[person.pk].post(address, sent | {"version": record.version})
            row = type(record).objects.get(pk=record.pk)
            same = all(getattr(row, n) == getattr(record, n) for n in names if not is_list(row, n))
            done = found.status_code == 302
            if not same or (not done and state_of(record) != before):
                changed.append((record.kind, person.name, names, found.status_code))
            transaction.set_rollback(True)
    assert changed == []


def is_list(record: Work, name: str) -> bool:
    return record._meta.get_field(name).many_to_many


def profile_as_typed(record: Work) -> dict:
    """What the form of the record holds when nobody has typed anything."""
    typed = {}
    for name, asked in record.profile.items():
        held = getattr(record, name)
        if is_list(record, name):
            typed[name] = [getattr(row, asked.key) for row in held.all()]
        elif isinstance(asked, shapes.Ref):
            typed[name] = getattr(held, asked.key) if held is not None else ""
        elif held is not None:
            typed[name] = held
    return typed


def test_what_a_verb_decides_is_typed_through_no_door(scene, administrator, manager, api, page):
    """Every column that is no field of the profile, sent by those who may edit most."""
    for work, record in works_of(scene):
        fields = {f.name for f in work._meta.concrete_fields} - set(work.profile) - {"record"}
        before = state_of(record)
        for person in (administrator, manager):
            body = json.dumps(dict.fromkeys(sorted(fields), 1)).encode()
            found = answer(api(person), f"/api/v1/{work.plural}/{record.reference}/", "PATCH", body)
            assert found.status_code in (400, 403, 404, 405), (work.kind, found.status_code)
            if found.status_code == 400:
                named = {error["field"] for error in found.json()["errors"]}
                assert named >= fields, (work.kind, fields - named)
            assert state_of(record) == before
            sent = profile_as_typed(record) | dict.fromkeys(sorted(fields), "1")
            with transaction.atomic():
                page(person).post(f"/{work.plural}/{record.reference}/edit", sent)
                row = work.objects.get(pk=record.pk)
                moved = {name for name in fields - {"version", "updated_at"}
                         if getattr(row, name) != getattr(record, name)}  # fmt: skip
                assert moved == set(), (work.kind, moved)
                transaction.set_rollback(True)
