"""The trail of what administrators do to people, roles, units and settings; and of every look they
take through somebody's eyes. Field by field, the database's own history holds the rest."""

from typing import Any

import pgtrigger
from django.db import models, transaction
from django.db.models.functions import Now

from changeoffice.core.people.models import Person
from changeoffice.core.record import acting
from changeoffice.core.record.clock import OfficeNow


class AdminEvent(models.Model):
    append_only = True

    id = models.BigAutoField(primary_key=True)
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=40)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=200, help_text="What it was called then.")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=400)
    changes = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    door = models.CharField(max_length=12)
    client = models.CharField(max_length=120, blank=True)
    context_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=OfficeNow())
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"], name="admin_event_of_person"),
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="admin_event_of_thing"),
            models.Index(fields=["-at"], name="admin_event_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.words


def note(
    *, by, verb: str, subject: Any, words: str, person=None, changes=(), reason: str = "",
    context=None,
) -> AdminEvent:  # fmt: skip
    """One line on the trail, in the transaction of what it tells."""
    door = acting.door()
    with transaction.atomic():
        return AdminEvent.objects.create(
            actor=by, verb=verb, subject_kind=type(subject).__name__.lower()[:24],
            subject_id=getattr(subject, "pk", None), subject=str(subject)[:200],
            person=person or (subject if isinstance(subject, Person) else None),
            words=words[:400], changes=list(changes), reason=reason[:2000], door=door.name,
            client=door.client, context_id=context,
        )  # fmt: skip


class PersonAlias(models.Model):
    """Somebody under another system's name for them, and what that system last said."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="aliases")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="alias_names_one_person")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
