"""What the database wrote down about every change, and how to read it back."""

from datetime import date
from typing import Any

from changeoffice.core.record import clock
from changeoffice.core.tracking import HistoryRow, tracked

__all__ = ["HistoryRow", "as_of", "changes_of", "changes_since", "history_of", "tracked"]

OWN_COLUMNS = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context",
               "pgh_context_id", "recorded_at"}  # fmt: skip
SILENT = {"version", "updated_at", "state_since", "home", "record", "created_at"}


def history_of(model):
    return model._meta.apps.get_model(model._meta.app_label, f"{model.__name__}History")


def as_of(model, day: date):
    """The latest state of every row at the end of an office day, as history rows."""
    rows = history_of(model).objects
    latest = (
        rows.filter(pgh_created_at__lt=clock.end_of(day))
        .order_by("pgh_obj_id", "-pgh_created_at", "-pgh_id")
        .distinct("pgh_obj_id")
        .values("pgh_id")
    )
    return rows.filter(pgh_id__in=latest)


def states_of(record):
    """Every state the record has had, oldest first."""
    return history_of(type(record)).objects.filter(pgh_obj_id=record.pk).order_by("pgh_id")


def changes_of(record, person=None, rows=None) -> dict[Any, list[dict]]:
    """Field changes per context id: {context: [{field, label, old, new, at, context}]}, oldest first.

    With a person, figures and names of related records that person may not see are left out.
    `rows` are the record's states where they have been read already.
    """
    found: dict[Any, list[dict]] = {}
    rows = states_of(record) if rows is None else rows
    before = None
    for row in rows:
        if before is not None:
            found.setdefault(row.pgh_context_id, []).extend(_differences(type(record), before, row))
        before = row
    return _readable(record, found, person)


def changes_since(record, version: int, person=None) -> list[dict]:
    """What changed after `version`, for the person whose write came second."""
    rows = list(
        history_of(type(record)).objects.filter(pgh_obj_id=record.pk, version__gte=version)
        .order_by("pgh_id")
    )  # fmt: skip
    if len(rows) < 2:
        return []
    changes = _differences(type(record), rows[0], rows[-1])
    return _readable(record, {None: changes}, person)[None]


def _differences(model, before, after) -> list[dict]:
    found = []
    for field in model._meta.concrete_fields:
        old, new = getattr(before, field.attname, None), getattr(after, field.attname, None)
        if field.name not in SILENT and old != new:
            found.append(
                {
                    "field": field.name,
                    "label": str(field.verbose_name).capitalize(),
                    "old": old,
                    "new": new,
                    "at": after.pgh_created_at,
                    "context": after.pgh_context or {},
                }
            )
    return found


def _readable(record, found: dict[Any, list[dict]], person) -> dict[Any, list[dict]]:
    """Stored values as a person reads them; related rows are named with one query per model."""
    model, hidden = type(record), record.hidden_from(person) if person is not None else ()
    if hidden:
        found = {at: [item for item in items if item["field"] not in hidden]
                 for at, items in found.items()}  # fmt: skip
    fields = {field.name: field for field in model._meta.concrete_fields}
    names = _related_names(fields, [item for items in found.values() for item in items], person)
    names |= {
        fields[name]: dict(asked.choices) for name, asked in getattr(model, "profile", {}).items()
        if name in fields and getattr(asked, "choices", None)
    }  # fmt: skip
    for items in found.values():
        for item in items:
            field = fields[item["field"]]
            for side in ("old", "new"):
                item[side] = _in_words(field, item[side], names)
    return found


def _related_names(fields, items: list[dict], person) -> dict[Any, dict[Any, str]]:
    wanted: dict[Any, set] = {}
    for item in items:
        field = fields[item["field"]]
        if field.is_relation:
            wanted.setdefault(field.related_model, set()).update({item["old"], item["new"]})
    names = {}
    for related, keys in wanted.items():
        rows = related._base_manager.filter(pk__in=keys - {None})
        if person is not None and hasattr(related.objects.all(), "visible_to"):
            rows = related.objects.visible_to(person).filter(pk__in=keys - {None})
        names[related] = {row.pk: str(row) for row in rows}
    return names


def _in_words(field, value: Any, names: dict[Any, dict[Any, str]]) -> Any:
    if value is None or value == "":
        return None
    if field.is_relation:
        return names[field.related_model].get(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        if any(isinstance(one, (dict, list)) for one in value):
            return f"{len(value)} entries"
        return ", ".join(str(names.get(field, {}).get(one, one)) for one in value) or None
    return value
