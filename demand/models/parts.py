"""What belongs to a demand and is written only inside its verbs; and the limits of its stages."""

from django.db import models
from django.db.models import F, Q

from changeoffice.core.people.models import Person
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.history import tracked
from changeoffice.organisation.models import BusinessKpi, Skill
from demand import scoring
from demand.models.demand import Demand
from demand.models.relating import Interest
from demand.models.scorecard import Scorecard, marked


@tracked
class KpiEffect(models.Model):
    """By how much the demand is expected to move a business KPI, in the KPI's own unit."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="effects")
    kpi = models.ForeignKey(BusinessKpi, on_delete=models.PROTECT, related_name="+")
    change = models.DecimalField(max_digits=14, decimal_places=2)
    by_on = models.DateField()
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "kpi"], name="one_effect_per_kpi"),
            models.CheckConstraint(condition=~Q(change=0), name="effect_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} on {self.kpi_id}"

    @property
    def words(self) -> str:
        """Which way it moves, and how far, in the KPI's own unit."""
        return f"{'down' if self.change < 0 else 'up'} {abs(self.change.normalize()):,f}"


@tracked
class EstimateLine(models.Model):
    """Days of one skill, three points, with what they cost; or a fixed price without a skill."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="estimate_lines")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    low_days = models.DecimalField(max_digits=8, decimal_places=1)
    likely_days = models.DecimalField(max_digits=8, decimal_places=1)
    high_days = models.DecimalField(max_digits=8, decimal_places=1)
    day_rate = models.DecimalField(max_digits=9, decimal_places=2)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "skill"], name="one_line_per_skill"),
            models.CheckConstraint(
                condition=Q(low_days__gte=0, likely_days__gte=F("low_days"),
                            high_days__gte=F("likely_days"), high_days__gt=0, day_rate__gte=0),
                name="estimate_low_likely_high",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.low_days} to {self.high_days} days"


@tracked
class Actual(models.Model):
    """Person-days one skill really spent on a demand in a month, and their cost; or, without a
    skill, a cost that is no effort. `said` is what the file it last came from said of it."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="actuals")
    skill = models.ForeignKey(Skill, null=True, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    days = models.DecimalField(max_digits=8, decimal_places=1)
    cost = models.DecimalField(max_digits=14, decimal_places=2)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    said = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["month", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "skill", "month"], name="one_actual_a_month", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["source", "external_id"], condition=~Q(source=""), name="actual_named_once"
            ),
            models.CheckConstraint(
                condition=Q(days__gte=0, cost__gte=0) & (Q(skill__isnull=False) | Q(days=0)),
                name="actual_not_negative",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="actual_of_a_month"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.days} days in {self.month:%B %Y}"


@tracked
class AssessmentScore(models.Model):
    """What one assessor marks on the round's card; blind to the others until the round closes."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="scores")
    round = models.PositiveSmallIntegerField()
    assessor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    scorecard = models.ForeignKey(Scorecard, null=True, on_delete=models.PROTECT, related_name="+")
    marks = models.JSONField(default=dict, db_default={})
    rationale = models.TextField()
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["demand", "round", "assessor"], name="one_score_per_assessor"
            ),
        ]

    value, time_criticality, risk_reduction, job_size = map(marked, scoring.WSJF.codes)

    def __str__(self) -> str:
        return f"a score for {self.demand_id}"


@tracked
class Prerequisite(models.Model):
    """Another demand that has to come first. Written under the lock of the ranking, so that two
    people cannot close a circle between them."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="prerequisites")
    needs = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="needed_by")
    because = models.TextField()
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "needs"], name="needs_another_once"),
            models.CheckConstraint(condition=~Q(demand=F("needs")), name="needs_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.demand_id} needs {self.needs_id}"


class Standing(models.Model):
    """Where an open, scored demand stands among the others. A row of its own, so that ranking
    never takes the lock of a demand somebody else is changing."""

    demand = models.OneToOneField(
        Demand, primary_key=True, on_delete=models.PROTECT, related_name="standing"
    )
    rank = models.PositiveIntegerField(db_index=True)
    because = models.CharField(max_length=12, help_text="mandatory, score, needed or hand")

    def __str__(self) -> str:
        return f"rank {self.rank}"


@tracked
class Stakeholder(models.Model):
    """Somebody with a stake in the demand, and which."""

    may_end = True

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="stakeholders")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    interest = models.CharField(max_length=10, choices=Interest.choices)
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["interest", "id"]
        constraints = [
            models.UniqueConstraint(fields=["demand", "person"], name="one_stake_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.person} in {self.demand_id}"


@tracked
class StageLimit(models.Model):
    """How many working days a demand may stay in a stage before it is late."""

    state = models.CharField(max_length=24, unique=True)
    working_days = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(working_days__gt=0), name="stage_limit_positive")
        ]

    def __str__(self) -> str:
        return f"{self.state}, {self.working_days} working days"

    @classmethod
    def rows(cls) -> models.QuerySet:
        return cls.objects.values_list("state", "working_days")

    @classmethod
    def of_all(cls) -> dict[str, int]:
        return dict(cls.rows())
