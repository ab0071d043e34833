"""Declares which tables keep every state of every row; below every room, so any may use it."""

import pghistory
from django.db import models
from django.db.models.functions import Now
from pghistory.models import Event as PghistoryEvent


class HistoryRow(PghistoryEvent):
    """One state of one row, at its office time and at the time it was really recorded."""

    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


def tracked(model):
    """Class decorator: keep every state of every row, append-only, by database trigger.

    `counters` are left out because they are kept from rows with a history of their own, `secrets`
    because history must not hold them. `may_end` keeps the last state of a deleted row too.
    """
    ends = [pghistory.DeleteEvent("delete")] if getattr(model, "may_end", False) else []
    return pghistory.track(
        pghistory.InsertEvent("insert"),
        pghistory.UpdateEvent("update"),
        *ends,
        model_name=f"{model.__name__}History",
        append_only=True,
        exclude=[*getattr(model, "counters", ()), *getattr(model, "secrets", ())],
        meta={
            "indexes": [
                models.Index(
                    fields=["pgh_obj", "-pgh_created_at", "-pgh_id"],
                    name=f"{model._meta.db_table[:20]}_as_of",
                )
            ]
        },
    )(model)
