"""People out of a file: who they are, never what they may do or how they sign in."""

import re
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower

from changeoffice.core.administration.keeping import keeps, keeps_anything
from changeoffice.core.administration.models import PersonAlias
from changeoffice.core.administration.people import add_person, edit_person
from changeoffice.core.imports import finding
from changeoffice.core.imports.kinds import Field, Known
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import Invalid, NotNow, NotSeen

PLAIN = ("username", "email", "name", "job_title", "is_outside")
NOT_IN_A_NAME = re.compile(r"[^\w.-]+")

FIELDS = (
    Field("email", "E-mail address", "code", required=True, max=254,
          synonyms=("email", "e-mail", "mail", "email address", "work email")),
    Field("name", "Name", required=True, max=120, synonyms=("name", "full name", "display name")),
    Field("username", "User name", "code", max=64,
          hint="The first part of the e-mail address when left out.",
          synonyms=("username", "user name", "login", "user id", "sam account name")),
    Field("job_title", "Job title", max=120, synonyms=("job title", "title", "role", "position")),
    Field("unit", "Business unit", "reference",
          synonyms=("unit", "business unit", "department", "team", "cost centre")),
    Field("is_outside", "A supplier's person", "flag", synonyms=("external", "outside")),
)  # fmt: skip


class PersonFile:
    name, title, fields = "people", "People", FIELDS
    mappings = Path(__file__).parent / "mappings"

    def may(self, person) -> bool:
        return keeps_anything(person)

    def existing(self, record_ids: Iterable[int]) -> dict[int, Person]:
        return Person.objects.select_related("unit").in_bulk(list(record_ids))

    def known(self, source: str, external_ids: Iterable[str]) -> dict[str, Known]:
        wanted = {name.lower() for name in external_ids}
        rows = PersonAlias.objects.filter(source=source)
        rows = rows.annotate(low=Lower("external_id")).filter(low__in=wanted)
        return {row.external_id: Known(row.person_id, row.values) for row in rows}

    def remember(self, record: Person, source: str, external_id: str, values: dict) -> None:
        PersonAlias.objects.update_or_create(
            source=source, external_id=external_id,
            defaults={"person_id": record.pk, "values": values},
        )  # fmt: skip

    def same_as(self, values: dict[str, Any], *, by) -> Person | None:
        """Whoever has this address already, however the account was made."""
        email = values.get("email") or ""
        return Person.objects.select_related("unit").filter(email__iexact=email).first()

    def values_now(self, person: Person) -> dict[str, Any]:
        unit = person.unit.code if person.unit else ""
        return {name: getattr(person, name) for name in PLAIN} | {"unit": unit}

    def understand(self, values: dict[str, Any], record: Any, *, source: str, by) -> dict[str, Any]:
        if record is not None and by is not None and not keeps(by, record.unit_id):
            raise NotSeen("This person is of a unit you do not keep.")
        found = dict(values)
        if "email" in found:
            found["email"] = _address(found["email"])
        if "unit" in found:
            unit = finding.unit(found["unit"], "unit")
            found["unit"] = unit.code if unit else ""
        if "is_outside" in found:
            found["is_outside"] = bool(found["is_outside"])
        if record is not None:
            found.pop("username", None)  # people sign in by it; a file does not change it
        elif not found.get("username"):
            local = found.get("email", "").split("@")[0]
            found["username"] = NOT_IN_A_NAME.sub(".", local)[:64]
        if "name" in found and not found["name"]:
            raise Invalid(name="This may not be empty.")
        return found

    def create(self, values: dict[str, Any], *, source: str, by) -> Person:
        return add_person(by=by, invite=False, **self._own(values))

    def update(self, person: Person, changes: dict[str, Any], *, source: str, by) -> None:
        edit_person(person, by=by, **self._own(changes))

    def taking(self):
        return nullcontext()

    def title_of(self, person: Person) -> str:
        return person.name

    def mark_of(self, person: Person) -> str:
        return ""

    def close(self, person: Person, *, by, reason: str) -> None:
        raise NotNow(f"A file without {person.name} does not close the account. Do it on the "
                     "person's page.")  # fmt: skip

    def _own(self, values: dict[str, Any]) -> dict[str, Any]:
        own = {name: values[name] for name in PLAIN if name in values}
        if "unit" in values:
            own["unit"] = finding.unit(values["unit"], "unit")
        return own


def _address(said: str | None) -> str:
    address = (said or "").strip()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid(email=f"“{address[:60]}” is not an e-mail address.") from None
    return address
