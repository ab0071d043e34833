"""How a dependency stands: what it uses of its tolerance now, and its slip day by day."""

from django.db import models

from portfolio import dependency as promise
from portfolio.models.dependency import Dependency


class DependencyReading(models.Model):
    """What a dependency uses of its tolerance today, and which level both owners were told of."""

    dependency = models.OneToOneField(
        Dependency, primary_key=True, on_delete=models.PROTECT, related_name="reading"
    )
    slip = models.IntegerField()
    used = models.FloatField(db_index=True)
    alert_level = models.PositiveSmallIntegerField(
        choices=[(level.value, level.name.lower()) for level in promise.Level], default=0
    )
    told_at = models.DateTimeField(null=True)
    crossings = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.dependency_id} uses {self.used:.0f} %"


class DependencySlip(models.Model):
    """The slip of a dependency on a day: from these its erosion is read."""

    dependency = models.ForeignKey(Dependency, on_delete=models.PROTECT, related_name="slips")
    on = models.DateField()
    slip = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dependency", "on"], name="one_slip_a_day")]

    def __str__(self) -> str:
        return f"{self.dependency_id} on {self.on}: {self.slip}"
