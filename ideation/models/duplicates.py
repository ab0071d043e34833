"""Ideas the portal takes for one and the same, until an analyst has looked at them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from changeoffice.core.people.models import Person


class Duplicates(models.Model):
    """A proposal to merge; who dismissed it is not asked again about the same ideas."""

    members = ArrayField(models.BigIntegerField())
    closeness = models.FloatField()
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(
        max_length=10, blank=True, choices=[("merged", "Merged"), ("dismissed", "Not the same")]
    )

    class Meta:
        ordering = ["-closeness", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["members"], condition=Q(decided_at=None), name="proposed_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="decided_duplicates_say_how",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{len(self.members)} ideas that look the same"
