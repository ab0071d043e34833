"""What the database wrote down about every change, and how to read it back."""

from datetime import date
from typing import Any

import pghistory
from django.db import models
from django.db.models.functions import Now
from pghistory.models import Event as PghistoryEvent

from changeoffice.core.record import clock

OWN_COLUMNS = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_obj", "pgh_context",
               "pgh_context_id", "recorded_at"}  # fmt: skip
SILENT = {"version", "updated_at", "state_since", "home", "record", "created_at"}


class HistoryRow(PghistoryEvent):
    """One state of one row, at its office time and at the time it was really recorded."""

    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


def tracked(model):
    """Class decorator: keep every state of every row, append-only, by database trigger."""
    return pghistory.track(
        pghistory.InsertEvent("insert"),
        pghistory.UpdateEvent("update"),
        model_name=f"{model.__name__}History",
        append_only=True,
        # Counters are kept from rows that have a history of their own.
        exclude=list(getattr(model, "counters", ())),
        meta={
            "indexes": [
                models.Index(
                    fields=["pgh_obj", "-pgh_created_at", "-pgh_id"],
                    name=f"{model._meta.db_table[:20]}_as_of",
                )
            ]
        },
    )(model)


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


def changes_of(record) -> dict[Any, list[dict]]:
    """Field changes per context id: {context: [{field, label, old, new, at}]}, oldest first."""
    found: dict[Any, list[dict]] = {}
    before = None
    for row in history_of(type(record)).objects.filter(pgh_obj_id=record.pk).order_by("pgh_id"):
        if before is not None:
            found.setdefault(row.pgh_context_id, []).extend(_differences(type(record), before, row))
        before = row
    return found


def changes_since(record, version: int) -> list[dict]:
    """What changed after `version`, for the person whose write came second."""
    rows = list(
        history_of(type(record)).objects.filter(pgh_obj_id=record.pk, version__gte=version)
        .order_by("pgh_id")
    )  # fmt: skip
    return _differences(type(record), rows[0], rows[-1]) if len(rows) > 1 else []


def _differences(model, before, after) -> list[dict]:
    found = []
    for field in model._meta.concrete_fields:
        if field.name in SILENT:
            continue
        old, new = getattr(before, field.attname, None), getattr(after, field.attname, None)
        if old != new:
            found.append(
                {
                    "field": field.name,
                    "label": str(field.verbose_name).capitalize(),
                    "old": _readable(field, old),
                    "new": _readable(field, new),
                    "at": after.pgh_created_at,
                    "context": after.pgh_context or {},
                }
            )
    return found


def _readable(field, value) -> Any:
    if value is None or value == "":
        return None
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.is_relation:
        related = field.related_model._base_manager.filter(pk=value).first()
        return str(related) if related else None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
