"""What was done to a record: one row for each verb, never changed."""

from typing import Self

from django.db import models
from django.db.models.functions import Now

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.models.header import Record, visible

# Votes are shown by unit, never by name, so nobody is told of a single one.
BALLOT = ("vote", "withdraw_vote")
# What is said of a record, and said otherwise: nothing of the record itself is changed.
SAID = ("comment", "edit_comment")


class EventQuerySet(models.QuerySet):
    def told(self) -> Self:
        return self.exclude(verb__in=BALLOT)

    def visible_to(self, person) -> Self:
        return self.filter(visible(person, at="record__"))


class Event(models.Model):
    """One verb done: who, through which door, when, from which state to which, and why."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    words = models.CharField(max_length=120)
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=12)
    client = models.CharField(max_length=120, blank=True)
    before = models.CharField(max_length=24, blank=True)
    after = models.CharField(max_length=24, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    context_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=OfficeNow())
    recorded_at = models.DateTimeField(db_default=Now())
    # The transaction that wrote it: readers of the feed wait until all older ones have ended.
    transaction = models.BigIntegerField(
        db_default=models.Func(function="feed_position", output_field=models.BigIntegerField())
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["record", "-at", "-id"], name="event_of_record"),
            models.Index(fields=["transaction", "id"], name="event_feed"),
            models.Index(fields=["-at"], name="event_at"),
            models.Index(fields=["verb", "-at"], name="event_of_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.record_id}"
