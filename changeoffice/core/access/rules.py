"""Who may see or do what, written once as expressions.

A rule answers twice: `q(person, at)` says *which rows* in SQL, `holds(person, thing)` says the same
of one loaded object in Python. A property test proves the two agree for every rule in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from changeoffice.core.access.grants import Scope, grants_of

NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING


class Rule:
    def q(self, person, at: str = "") -> Q:
        raise TypeError(f"{type(self).__name__} cannot be asked in SQL")

    def holds(self, person, thing: Any) -> bool:
        raise TypeError(f"{type(self).__name__} cannot be asked of one object")

    def __or__(self, other: Rule) -> Rule:
        return AnyOf((self, other))

    def __and__(self, other: Rule) -> Rule:
        return AllOf((self, other))

    @property
    def words(self) -> str:
        """Who this is, for "Needs …" beside a disabled button."""
        return "the right person"


@dataclass(frozen=True)
class AnyOf(Rule):
    parts: tuple[Rule, ...]

    def q(self, person, at: str = "") -> Q:
        total = Q()
        for part in self.parts:
            total |= part.q(person, at)
        return total

    def holds(self, person, thing) -> bool:
        return any(part.holds(person, thing) for part in self.parts)

    @property
    def words(self) -> str:
        return " or ".join(dict.fromkeys(part.words for part in self.parts))


@dataclass(frozen=True)
class AllOf(Rule):
    parts: tuple[Rule, ...]

    def q(self, person, at: str = "") -> Q:
        total = Q()
        for part in self.parts:
            total &= part.q(person, at)
        return total

    def holds(self, person, thing) -> bool:
        return all(part.holds(person, thing) for part in self.parts)

    @property
    def words(self) -> str:
        return " and ".join(dict.fromkeys(part.words for part in self.parts))


@dataclass(frozen=True)
class Not(Rule):
    """Four eyes: anybody but this one."""

    whom: Rule

    def q(self, person, at: str = "") -> Q:
        return ~self.whom.q(person, at)

    def holds(self, person, thing) -> bool:
        return not self.whom.holds(person, thing)

    @property
    def words(self) -> str:
        return f"somebody else than {self.whom.words}"


@dataclass(frozen=True)
class HasRole(Rule):
    """Holds one of the roles where the thing is: everywhere, in its unit, or on it."""

    roles: tuple[str, ...]

    def q(self, person, at: str = "") -> Q:
        return scope_q(grants_of(person).scope(*self.roles), at)

    def holds(self, person, thing) -> bool:
        scope = grants_of(person).scope(*self.roles)
        return scope.covers(thing.unit_id, thing.pk, thing.home_id)

    @property
    def words(self) -> str:
        return " or ".join(role.replace("_", " ").replace(":", ", ") for role in self.roles)


@dataclass(frozen=True)
class IsPerson(Rule):
    """The person named in one field of the thing, for example its owner."""

    field: str

    def q(self, person, at: str = "") -> Q:
        return Q(**{f"{at}{self.field}": person.pk})

    def holds(self, person, thing) -> bool:
        return getattr(thing, f"{self.field}_id") == person.pk

    @property
    def words(self) -> str:
        return f"the {self.field.replace('_', ' ')}"


@dataclass(frozen=True)
class Staff(Rule):
    def q(self, person, at: str = "") -> Q:
        return EVERYTHING if grants_of(person).is_staff else NOTHING

    def holds(self, person, thing) -> bool:
        return grants_of(person).is_staff

    @property
    def words(self) -> str:
        return "any member of staff"


@dataclass(frozen=True)
class Nobody(Rule):
    """For verbs only the portal itself performs (jobs, imports, effects of other verbs)."""

    def q(self, person, at: str = "") -> Q:
        return NOTHING

    def holds(self, person, thing) -> bool:
        return False

    @property
    def words(self) -> str:
        return "the portal itself"


def scope_q(scope: Scope, at: str = "") -> Q:
    if scope.everywhere:
        return EVERYTHING
    found = NOTHING
    if scope.units:
        found |= Q(**{f"{at}unit_id__in": sorted(scope.units)})
    if scope.records:
        found |= Q(**{f"{at}pk__in": sorted(scope.records)})
        found |= Q(**{f"{at}home_id__in": sorted(scope.records)})
    return found


def role(*names: str) -> HasRole:
    return HasRole(names)


STAFF = Staff()
NOBODY = Nobody()
OWNER = IsPerson("owner")
ANALYST = role("analyst", "manager")
MANAGER = role("manager")
ADMINISTRATOR = role("administrator")

# Money, estimates, single scores and risks: a role on the item or its unit (domain §0).
FIGURE_ROLES = (
    "analyst", "manager", "project_manager", "service_owner", "practice_owner",
    "approver", "leadership", "auditor", "delegate",
)  # fmt: skip
SEES_FIGURES = role(*FIGURE_ROLES) | OWNER
