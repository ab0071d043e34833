"""What the database wrote down about every change, and how to read it back."""

from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from django.db.models import OuterRef, Subquery

from changeoffice.core.record import at_once, clock
from changeoffice.core.tracking import HistoryRow, tracked

__all__ = [
    "HistoryRow",
    "as_of",
    "changes_of",
    "changes_since",
    "changes_told",
    "history_of",
    "tracked",
]

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


def changes_told(events, person) -> dict[int, list[dict]]:
    """What each of these events changed, by event, whatever their kinds: two round trips for all.

    Every event brings its record's header with it; figures are left out as for one record.
    """
    kinds: dict[str, list] = {}
    for event in events:
        kinds.setdefault(event.record.kind, []).append(event)
    wanted = [rows for kind, told in kinds.items() for rows in _around(_work(kind), told)]
    read = iter(at_once.fetch(*wanted) if wanted else ())
    found: dict[int, list[dict]] = {}
    for (kind, told), touched, earlier in zip(kinds.items(), read, read, strict=True):
        found |= _changes_each(_work(kind), told, touched, earlier, person)
    _put_in_words([(_work(event.record.kind), item) for event in events for item in found[event.pk]],
                  person)  # fmt: skip
    return found


def reason_told(event, header, person) -> str:
    """Why it was done, for those who may read that; asked of the record or its header."""
    rule = _reason_rules(header.kind).get(event.verb)
    return event.reason if rule is None or rule.holds(person, header) else ""


def about_told(event, header, person) -> str:
    """What of the record the act was about, such as a skill, for those who see its figures."""
    work = _work(header.kind)
    verb = work.verbs().get(event.verb)
    said = event.data.get(verb.about) if verb and verb.about else None
    return said if said and not work.hidden_at(header, person) else ""


@cache
def _reason_rules(kind: str) -> dict[str, Any]:
    verbs = _work(kind).verbs().values()
    return {verb.name: verb.reason_for for verb in verbs if verb.reason_for}


def _work(kind: str):
    from changeoffice.core.record.models.work import work_model

    return work_model(kind)


def _around(model, events: list):
    """The states these events left, and the state before each of them."""
    rows = history_of(model).objects
    touched = rows.filter(
        pgh_obj_id__in={event.record_id for event in events},
        pgh_context_id__in={event.context_id for event in events if event.context_id},
    )
    before = rows.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    latest = Subquery(before.order_by("-pgh_id").values("pgh_id")[:1])
    return touched, rows.filter(pgh_id__in=touched.annotate(latest=latest).values("latest"))


def _changes_each(model, events, touched, earlier, person) -> dict[int, list[dict]]:
    states: dict[int, list] = {}
    for row in sorted({row.pgh_id: row for row in [*earlier, *touched]}.values(), key=_by_age):
        states.setdefault(row.pgh_obj_id, []).append(row)
    made = {(row.pgh_obj_id, row.pgh_context_id, row.pgh_id) for row in touched}
    found: dict[int, list[dict]] = {}
    for event in events:
        hidden = model.hidden_at(event.record, person)
        found[event.pk] = [
            item for before, after in pairwise(states.get(event.record_id, ()))
            if (event.record_id, event.context_id, after.pgh_id) in made
            for item in _differences(model, before, after) if item["field"] not in hidden
        ]  # fmt: skip
    return found


def _by_age(row) -> int:
    return row.pgh_id


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
    """Stored values as a person reads them, without what that person may not read."""
    model, hidden = type(record), record.hidden_from(person) if person is not None else ()
    if hidden:
        found = {at: [item for item in items if item["field"] not in hidden]
                 for at, items in found.items()}  # fmt: skip
    _put_in_words([(model, item) for items in found.values() for item in items], person)
    return found


def _put_in_words(changes: list[tuple[Any, dict]], person) -> None:
    """Keys, codes and truths as words; the related rows of them all are named in one round trip."""
    fields = [(model._meta.get_field(item["field"]), item) for model, item in changes]
    names = _related_names(fields, person)
    for model in {model for model, _ in changes}:
        names |= {
            model._meta.get_field(name): dict(asked.choices)
            for name, asked in getattr(model, "profile", {}).items()
            if getattr(asked, "choices", None)
        }
    for field, item in fields:
        for side in ("old", "new"):
            item[side] = _in_words(field, item[side], names)


def _related_names(fields: list[tuple[Any, dict]], person) -> dict[Any, dict[Any, str]]:
    wanted: dict[Any, set] = {}
    for field, item in fields:
        if field.is_relation:
            wanted.setdefault(field.related_model, set()).update({item["old"], item["new"]})
    if not wanted:
        return {}
    rows = at_once.fetch(
        *(_named(related, keys - {None}, person) for related, keys in wanted.items())
    )
    return {related: {row.pk: str(row) for row in found}
            for related, found in zip(wanted, rows, strict=True)}  # fmt: skip


def _named(related, keys: set, person):
    seen = related.objects.all()
    if person is not None and hasattr(seen, "visible_to"):
        return seen.visible_to(person).filter(pk__in=keys)
    return related._base_manager.filter(pk__in=keys)


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
