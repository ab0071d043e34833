"""Letters that came for the office by e-mail, each once, with what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.history import tracked
from changeoffice.core.record.models import Reach
from demand.models.demand import Demand


class LetterQuerySet(models.QuerySet):
    def visible_to(self, person) -> LetterQuerySet:
        """All but those of a demand this person may not read: one that has become confidential, or
        a draft in somebody's name that only they see."""
        closed = Q(confidential=True) | ~Q(reach=Reach.STAFF)
        own = Demand.objects.visible_to(person).filter(closed).order_by().values("pk")
        open_ = Q(demand__confidential=False, demand__reach=Reach.STAFF)
        return self.filter(Q(demand=None) | open_ | Q(demand__in=own))


@tracked
class Letter(models.Model):
    class Outcome(models.TextChoices):
        DEMAND = "demand", "Became a demand"
        DRAFT = "draft", "A draft its sender has to confirm"
        COMMENT = "comment", "A comment on a demand"
        WAITING = "waiting", "Waits for an analyst"
        AUTOMATIC = "automatic", "An automatic answer, left out"
        DISMISSED = "dismissed", "Put aside"

    message_id = models.CharField(max_length=250, unique=True)
    sender = models.CharField(max_length=254, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    because = models.CharField(max_length=300, blank=True)
    demand = models.ForeignKey(Demand, null=True, on_delete=models.PROTECT, related_name="letters")
    handled_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["-at"], name="letter_waiting", condition=Q(outcome="waiting")),
            models.Index(fields=["-at", "-id"], name="letter_at"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome__in=("demand", "draft", "comment")) | Q(demand__isnull=False),
                name="letter_taken_names_its_demand",
            )
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"
