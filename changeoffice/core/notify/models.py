"""The inbox: one notice per person and happening, grouped by the record it is about; and what
leaves because of it, by e-mail and to a chat."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.models import SAID, Event, Record, visible, work_model


class NoticeKind(models.TextChoices):
    """What people choose by; each is a row of their settings."""

    ASKS = "asks", "Something waits for you"
    MENTION = "mention", "Somebody mentions you"
    ALARM = "alarm", "Something is late or leaves its plan"
    MINE = "mine", "News of what is yours"
    FOLLOW = "follow", "News of what you follow"
    RESULT = "result", "Results and thanks"


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
    kind = models.CharField(max_length=12, choices=NoticeKind.choices, db_default="", default="")
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

    def get_absolute_url(self) -> str:
        """Where the person does what it asks, or reads what it tells."""
        if self.record is None:
            return "/inbox"
        event = self.event
        spot = "#discussion" if event is not None and event.verb in SAID else ""
        verb = event.verb if event is not None and self.asks else ""
        return work_model(self.record.kind).answered_at(self.record.reference, verb) + spot


class Letter(models.Model):
    """One message to one person, made in the transaction that told them and written when it is
    sent, from what they may see then. It is sent exactly once unless our process dies between the
    other side's accepting it and our commit."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    by_chat = models.BooleanField(default=False, db_default=False)
    notices = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    subject = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    key = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "id"], name="letters_waiting_for_chat",
                         condition=models.Q(by_chat=True, sent_at=None)),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject or self.key


class ChatTest(models.Model):
    """When a person last had a test message sent, whatever became of the address since."""

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} at {self.at}"


class ChatHook(models.Model):
    """Where one person's chat takes messages. Whoever knows the address may post there, so it has
    no history and leaves this table only to be called."""

    person = models.OneToOneField(
        Person, primary_key=True, on_delete=models.CASCADE, related_name="chat_hook"
    )
    address = models.CharField(max_length=500)
    host = models.CharField(max_length=253)
    tested_at = models.DateTimeField(null=True)  # written by the release before: see ChatTest
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Since it last worked.")
    failing_since = models.DateTimeField(null=True)
    away_at = models.DateTimeField(
        null=True, help_text="When nobody answered at this host, or only after long."
    )
    next_try_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["host", "away_at"], name="chat_hosts_away")]

    def __str__(self) -> str:
        return self.host
