"""What the office asks of every idea, unless a theme or a campaign asks something else."""

from django.db import models

from changeoffice.core.record.history import tracked
from ideation import vetting

REVIEW_AT_VOTES = 25


@tracked
class IdeaPolicy(models.Model):
    """One row for the office."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    criteria = models.JSONField(default=list)
    scores_wanted = models.PositiveSmallIntegerField(default=1)
    review_at_votes = models.PositiveIntegerField(default=REVIEW_AT_VOTES)

    class Meta:
        verbose_name_plural = "idea policies"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_idea_policy")]

    def __str__(self) -> str:
        return "What the office asks of ideas"

    @classmethod
    def current(cls) -> "IdeaPolicy":
        return cls.objects.filter(pk=1).first() or cls()

    @property
    def criteria_in_force(self) -> vetting.Criteria:
        return vetting.read(self.criteria)
