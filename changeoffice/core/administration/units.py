"""What administrators do to the tree of units and to the office's settings."""

from changeoffice.core.administration.keeping import kept, need_keeper, put
from changeoffice.core.people.models import BusinessUnit, Office
from changeoffice.core.record.errors import Invalid


def add_unit(*, by, name: str, code: str, parent: BusinessUnit | None = None) -> BusinessUnit:
    """Put a new unit under another one, or at the top."""
    need_keeper(by, parent.pk if parent else None)
    if BusinessUnit.objects.filter(code=code).exists():
        raise Invalid(code="Another unit has this code.")
    with kept(by, "add_unit", model=BusinessUnit) as draft:
        unit = BusinessUnit.objects.create(name=name, code=code, parent=parent)
        draft.subject, draft.words = unit, f"added the unit {name}"
    return unit


def edit_unit(unit: BusinessUnit, *, by, **fields) -> BusinessUnit:
    """Rename, move or close a unit; roles given on a unit above it reach along."""
    parent = fields.get("parent", unit.parent)
    need_keeper(by, unit.pk, *([parent.pk if parent else None] if parent != unit.parent else []))
    with kept(by, "edit_unit", model=BusinessUnit) as draft:
        # One move at a time, or two moves could close a circle together.
        list(BusinessUnit.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
        unit = BusinessUnit.objects.get(pk=unit.pk)
        _no_circle(unit, parent)
        draft.subject, draft.changes = unit, put(unit, fields)
        draft.words = f"edited the unit {unit.name}"
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        unit.save()
    return unit


def _no_circle(unit: BusinessUnit, parent: BusinessUnit | None) -> None:
    above = dict(BusinessUnit.objects.values_list("pk", "parent_id"))
    step = parent.pk if parent else None
    while step is not None:
        if step == unit.pk:
            raise Invalid(parent="A unit cannot stand below itself.")
        step = above.get(step)


def tree() -> list[BusinessUnit]:
    """Every unit, each after its parent, with `depth`."""
    children: dict[int | None, list[BusinessUnit]] = {}
    for unit in BusinessUnit.objects.all():
        children.setdefault(unit.parent_id, []).append(unit)
    found: list[BusinessUnit] = []

    def walk(parent: int | None, depth: int) -> None:
        for unit in children.get(parent, []):
            unit.depth, unit.indent = depth, 16 + 22 * depth
            found.append(unit)
            walk(unit.pk, depth + 1)

    walk(None, 0)
    return found


def edit_office(*, by, **fields) -> Office:
    """Change what holds for the whole organisation."""
    need_keeper(by)
    with kept(by, "edit_office", model=Office) as draft:
        office, _ = Office.objects.select_for_update().get_or_create(pk=1)
        draft.subject, draft.changes = office, put(office, fields)
        draft.words = "edited the office's settings"
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        office.save()
    return office
