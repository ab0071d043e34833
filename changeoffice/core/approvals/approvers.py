"""Who answers for a kind of approval on one record. The requester and the asker never do."""

from collections.abc import Callable, Collection

from django.db import connection, models
from django.db.models import Q

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock


class Kind(models.TextChoices):
    MANAGER = "manager", "Manager"
    SPONSOR = "sponsor", "Sponsor"
    FINANCE = "finance", "Finance"
    COMPLIANCE = "compliance", "Compliance"
    DESIGN_AUTHORITY = "design_authority", "Design authority"
    SERVICE_OWNER = "service_owner", "Service owner"


# Kind of approval → the roles that may give it, best first. A sponsor is named on the record, and
# so are its services, whose owners answer for them.
ROLES: dict[str, tuple[tuple[str, str], ...]] = {
    Kind.MANAGER: (("manager", ""),),
    Kind.FINANCE: (("practice_owner", "finance"),),
    Kind.COMPLIANCE: (("approver", ""),),
    Kind.DESIGN_AUTHORITY: (("practice_owner", "design"), ("approver", "")),
}
MISSING = {
    Kind.MANAGER: "Nobody else is manager for this unit.",
    Kind.SPONSOR: "Name a sponsor who neither raised it nor asks for the approval.",
    Kind.FINANCE: "Nobody else owns the finance practice for this unit.",
    Kind.COMPLIANCE: "Nobody else is approver for this unit, to answer for compliance.",
    Kind.DESIGN_AUTHORITY: "Nobody else owns the design practice or is approver for this unit.",
    Kind.SERVICE_OWNER: "No service of it has an owner who may decide, and nobody else is manager "
                        "for this unit.",
}  # fmt: skip
# Where the kind itself finds nobody: who is asked in its place, and how that is said.
INSTEAD = {Kind.SERVICE_OWNER: Kind.MANAGER}
INSTEAD_WORDS = {
    Kind.SERVICE_OWNER: "No service of it has an owner who may decide, so a manager is asked.",
}
PARENTS = """
    WITH RECURSIVE line(id, parent_id, depth) AS (
        SELECT id, parent_id, 0 FROM people_businessunit WHERE id = %s
        UNION ALL SELECT u.id, u.parent_id, depth + 1
          FROM people_businessunit u JOIN line ON u.id = line.parent_id
    ) SELECT id FROM line ORDER BY depth
"""


def find(kind: str, work, *, never: Collection[int], already: Collection[int]) -> Person | None:
    """The person closest to the record who may answer; somebody not yet asked goes first."""
    if kind == Kind.SPONSOR:
        sponsor = getattr(work, "sponsor", None)
        return sponsor if sponsor and sponsor.is_active and sponsor.pk not in never else None
    if kind == Kind.SERVICE_OWNER:
        owners = _owners_of_services(work, never)
        return next((p for p in owners if p.pk not in already), owners[0] if owners else None)
    for role, practice in ROLES[kind]:
        if people := _holders(role, practice, work.unit_id, never):
            return next((p for p in people if p.pk not in already), people[0])
    return None


def stand_in(kind: str, work, **who: Collection[int]) -> Person | None:
    """Whoever is asked where the kind itself finds nobody."""
    other = INSTEAD.get(Kind(kind))
    return find(other, work, **who) if other else None


def _owners_of_services(work, never: Collection[int]) -> list[Person]:
    """Of the services it touches, in the order of the catalogue."""
    if (services := getattr(work, "services", None)) is None:
        return []
    owned = services.filter(owner__is_active=True, owner__is_outside=False)
    rows = owned.exclude(owner__in=never).select_related("owner").order_by("pk")
    return list(dict.fromkeys(service.owner for service in rows))


def _holders(role: str, practice: str, unit_id: int | None, never: Collection[int]) -> list[Person]:
    """Holders of a role for the unit or one above it, the nearest unit first."""
    line = _line(unit_id)
    held = (
        RoleAssignment.objects.filter(role=role, practice=practice, record=None)
        .filter(Q(unit=None) | Q(unit__in=line))
        .filter(Q(until=None) | Q(until__gte=clock.today()))
        .filter(person__is_active=True, person__is_outside=False, person__is_integration=False)
        .exclude(person__in=never).select_related("person").order_by("id")
    )  # fmt: skip
    near: Callable = lambda row: line.index(row.unit_id) if row.unit_id else len(line)  # noqa: E731
    return list(dict.fromkeys(row.person for row in sorted(held, key=near)))


def _line(unit_id: int | None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(PARENTS, [unit_id])
        return [row[0] for row in cursor.fetchall()]
