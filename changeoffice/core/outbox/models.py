"""What is still to be done because of a change, written in the change's own transaction."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models.functions import Now


class Outbox(models.Model):
    topic = models.CharField(max_length=40)
    key = models.CharField(max_length=160, unique=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    not_before = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(given_up_at=None),
                name="outbox_done_or_given_up",
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before", "id"],
                name="outbox_waiting",
                condition=models.Q(done_at=None, given_up_at=None),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="wake_relay",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="NOTIFY outbox; RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return self.key


def enqueue(topic: str, key: str, not_before=None, **payload) -> None:
    """Write one row; the same key twice is one piece of work."""
    row = Outbox(topic=topic, key=key, payload=payload)
    if not_before is not None:
        row.not_before = not_before
    Outbox.objects.bulk_create([row], ignore_conflicts=True)


def enqueue_each(topic: str, payloads: dict[str, dict[str, Any]]) -> None:
    """A row for each key, in one statement."""
    rows = [Outbox(topic=topic, key=key, payload=payload) for key, payload in payloads.items()]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
