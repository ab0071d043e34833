"""Facts: what each day came to, stored, so that reading a dashboard never computes; and what the
office wants to reach."""

from django.db import models
from django.db.models.functions import Now

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.models import Record
from changeoffice.core.tracking import tracked


class Scope(models.TextChoices):
    OFFICE = "office", "Office"
    PORTFOLIO = "portfolio", "Portfolio"
    PROGRAMME = "programme", "Programme"
    UNIT = "unit", "Business unit"


class DailyFact(models.Model):
    """One measure of one scope on one day, without confidential items; 0 is not stored.

    `scope_id` is 0 for the office, and for the projects that stand in no portfolio.
    """

    day = models.DateField()
    scope = models.CharField(max_length=9, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)
    measure = models.CharField(max_length=40)
    currency = models.CharField(max_length=3, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=2)
    n = models.IntegerField(help_text="How many items are behind it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "scope", "scope_id", "measure", "currency"], name="fact_once"
            )
        ]
        indexes = [models.Index(fields=["measure", "scope", "scope_id", "day"], name="fact_series")]

    def __str__(self) -> str:
        return f"{self.measure} on {self.day}"


class DailyItem(models.Model):
    """One of the first items behind a measure of a scope on a day, for the lists of a dashboard."""

    day = models.DateField()
    scope = models.CharField(max_length=9, choices=Scope.choices)
    scope_id = models.BigIntegerField(default=0)
    measure = models.CharField(max_length=40)
    place = models.SmallIntegerField()
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="+")
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "scope", "scope_id", "measure", "place"], name="daily_item_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.place} on {self.day}"


class FactDay(models.Model):
    """A day whose facts are stored: as of which instant, and up to which writes it knows."""

    day = models.DateField(primary_key=True)
    close = models.DateTimeField(help_text="Everything before this instant is in.")
    is_stale = models.BooleanField(default=False, help_text="Something was written into its past.")
    knows_to = models.BigIntegerField(help_text="The oldest transaction it may have missed.")
    computed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"facts of {self.day}"


@tracked
class KpiTarget(models.Model):
    """What a manager wants a KPI to reach, and who answers for it; its own history says since when."""

    kpi = models.CharField(max_length=40, unique=True)
    target = models.DecimalField(max_digits=10, decimal_places=1)
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(target__gte=0), name="kpi_target_not_negative"
            )
        ]

    def __str__(self) -> str:
        return f"target of {self.kpi}"
