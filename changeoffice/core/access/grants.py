"""What one person has been granted, expanded once per request and held on the person."""

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection

from changeoffice.core.people.models import Office

OFFICE = [field.column for field in Office._meta.concrete_fields]
# The office comes along, since whatever asks for grants needs it too. `lent_steps` is a function of
# the database: approvals somebody decides for another today make them a delegate on those records.
SUBTREES = f"""
    WITH RECURSIVE reach(assignment, unit) AS (
        SELECT a.id, a.unit_id FROM access_roleassignment a
         WHERE a.person_id = %(person)s AND a.unit_id IS NOT NULL
        UNION
        SELECT r.assignment, u.id FROM people_businessunit u JOIN reach r ON u.parent_id = r.unit
    )
    SELECT a.role, a.practice, a.record_id, (a.unit_id IS NULL AND a.record_id IS NULL),
           coalesce((SELECT array_agg(r.unit) FROM reach r WHERE r.assignment = a.id), '{{}}'),
           {", ".join(f"o.{column}" for column in OFFICE)}
      FROM (VALUES (1)) one LEFT JOIN people_office o ON o.id = 1
      LEFT JOIN (
          SELECT role, practice, record_id, unit_id, until, id FROM access_roleassignment
           WHERE person_id = %(person)s
          UNION ALL SELECT 'delegate', '', record_id, NULL, NULL, NULL FROM lent_steps(%(person)s)
      ) a ON (a.until IS NULL OR a.until >= (office_now() AT TIME ZONE 'UTC')::date)
"""  # noqa: S608


@dataclass
class Scope:
    """Where a role holds: everywhere, in some units (with all below them), on some records."""

    everywhere: bool = False
    units: set[int] = field(default_factory=set)
    records: set[int] = field(default_factory=set)

    def covers(self, unit_id: int | None, *record_ids: int | None) -> bool:
        return self.everywhere or unit_id in self.units or bool(self.records & set(record_ids))


UNITS_BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT %(unit)s::bigint
        UNION SELECT u.id FROM people_businessunit u JOIN below b ON u.parent_id = b.id
    ) SELECT array_agg(id) FROM below
"""


class Grants:
    def __init__(self, person) -> None:
        self.person = person
        self.is_staff = bool(person.is_active and not person.is_outside)
        self.scopes: dict[str, Scope] = {}
        if person.is_active:
            self._load()
        if self.is_staff:
            self.scopes["staff"] = Scope(everywhere=True)

    def _load(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(SUBTREES, {"person": self.person.pk})
            for role, practice, record_id, everywhere, units, *office in cursor.fetchall():
                Office.keep(office)
                if role:
                    self._add(role, practice, everywhere, units, record_id)

    def _add(self, role: str, practice: str, everywhere: bool, units, record_id) -> None:
        for name in {role, f"{role}:{practice}" if practice else role}:
            scope = self.scopes.setdefault(name, Scope())
            scope.everywhere |= everywhere
            scope.units.update(units)
            if record_id:
                scope.records.add(record_id)

    def scope(self, *roles: str) -> Scope:
        """The union of where any of these roles holds."""
        total = Scope()
        for role in roles:
            if held := self.scopes.get(role):
                total.everywhere |= held.everywhere
                total.units |= held.units
                total.records |= held.records
        return total

    def has(self, *roles: str) -> bool:
        return any(role in self.scopes for role in roles)

    @cached_property
    def shape(self) -> tuple:
        """All that tells these grants from another person's, beside who it is."""
        return self.is_staff, *(
            (role, held.everywhere, frozenset(held.units), frozenset(held.records))
            for role, held in sorted(self.scopes.items())
        )

    def lent_to(self, person) -> "Grants":
        """The same grants in another's hands."""
        lent = copy(self)
        lent.person = person
        return lent


def with_role(person, role: str, *, practice: str = "", unit=None, record=None):
    """The same person as if they held one role more; nothing is saved."""
    imagined = copy(person)
    imagined._grants = Grants(person)
    below: list[int] = []
    if unit is not None:
        with connection.cursor() as cursor:
            cursor.execute(UNITS_BELOW, {"unit": unit.pk})
            below = cursor.fetchone()[0]
    imagined._grants._add(
        role, practice, unit is None and record is None, below, record and record.pk
    )
    return imagined


def grants_of(person) -> Grants:
    """The person's grants; read once for as long as this person object lives."""
    held = getattr(person, "_grants", None)
    if held is None:
        held = person._grants = Grants(person)
    return held


def reads_trail(person) -> bool:
    return grants_of(person).has("auditor", "administrator")
