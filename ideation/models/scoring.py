"""What reviewers make of an idea while its round is open."""

from django.db import models
from django.db.models import F, Func

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.history import tracked

OUT_OF_RANGE = "strict $.* ? ((@ >= 1 && @ <= 5) is unknown || !(@ >= 1 && @ <= 5))"


@tracked
class VettingScore(models.Model):
    """What one reviewer thinks of an idea: a mark of 1 to 5 by criterion, with the reason."""

    idea = models.ForeignKey("ideation.Idea", on_delete=models.PROTECT, related_name="scores")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    marks = models.JSONField(default=dict, db_default={})
    rationale = models.TextField()
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["idea", "reviewer"], name="one_score_per_reviewer"),
            models.CheckConstraint(
                condition=Func(
                    F("marks"), template=f"NOT jsonb_path_exists(%(expressions)s, '{OUT_OF_RANGE}')",
                    output_field=models.BooleanField(),
                ),
                name="vetting_marks_1_to_5",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.reviewer} on {self.idea_id}"
