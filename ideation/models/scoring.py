"""What reviewers make of an idea while its round is open."""

from django.db import models
from django.db.models import Q

from changeoffice.core.access.rules import ANALYST, role
from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import LongText, Number


def _score(label: str, hint: str = "") -> Number:
    return Number(label=label, hint=hint, least=1, most=5)


SCORE_INPUTS = {
    "value": _score("Value", "5 is most"),
    "feasibility": _score("Feasibility", "5 is easy to do safely"),
    "strategic_fit": _score("Strategic fit", "5 is right on strategy"),
    "effort": _score("Effort", "1 is little, 5 is a lot"),
    "rationale": LongText(label="Reason", lines=3, min=10),
}
REVIEWERS = ANALYST | role("service_owner", "practice_owner")


@tracked
class VettingScore(models.Model):
    """What one reviewer thinks of an idea, 1 to 5 each, with the reason."""

    idea = models.ForeignKey("ideation.Idea", on_delete=models.PROTECT, related_name="scores")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()
    feasibility = models.PositiveSmallIntegerField()
    strategic_fit = models.PositiveSmallIntegerField()
    effort = models.PositiveSmallIntegerField()
    rationale = models.TextField()
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "reviewer"], name="one_score_per_reviewer"),
            models.CheckConstraint(
                condition=Q(value__range=(1, 5), feasibility__range=(1, 5),
                            strategic_fit__range=(1, 5), effort__range=(1, 5)),
                name="vetting_scores_1_to_5",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.reviewer} on {self.idea_id}"
