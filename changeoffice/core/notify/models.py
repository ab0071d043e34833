"""The inbox: one notice per person and happening, grouped by the record it is about."""

from django.db import models

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.models import Event, Record, visible


class NotificationQuerySet(models.QuerySet):
    def inbox_of(self, person) -> "NotificationQuerySet":
        return self.filter(person=person).filter(
            models.Q(record=None) | visible(person, at="record__")
        )

    def with_home(self, person) -> "NotificationQuerySet":
        """With whether the person may see what the item is a part of."""
        seen = models.ExpressionWrapper(
            visible(person, at="record__home__"), output_field=models.BooleanField()
        )
        return self.annotate(home_is_seen=seen)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class Notification(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notifications")
    record = models.ForeignKey(Record, null=True, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=400)
    because = models.CharField(max_length=160)
    asks = models.BooleanField(default=False, help_text="It asks something of the person.")
    key = models.CharField(max_length=160, help_text="The same happening never tells twice.")
    at = models.DateTimeField(db_default=OfficeNow())
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="told_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="inbox_of_person"),
            models.Index(fields=["person"], name="inbox_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.text


class Letter(models.Model):
    """One e-mail to one person, made in the transaction that told them; sent exactly once unless
    the mail server dies between accepting it and our commit."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    key = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.subject
