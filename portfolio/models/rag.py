"""RAG: the limits in force, the reading of each project, and every reading there was.

A reading is one wide row of codes and ids; its words are rendered when shown (see explain.py), and
judging its stored values by its limit set gives its colours again.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from changeoffice.core.access.rules import ADMINISTRATOR, MANAGER
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Decimal, Number
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import ANY, State, transition
from portfolio.models.project import Project

DIMENSIONS = ("schedule", "cost", "scope", "risk", "dependencies", "resources", "quality")
LABELS = {
    "schedule": "Schedule", "cost": "Cost", "scope": "Scope and benefits",
    "risk": "Risk and issues", "dependencies": "Dependencies", "resources": "Resources",
    "quality": "Quality",
}  # fmt: skip


class Colour(models.IntegerChoices):
    """In the order of severity, so that the worst is the largest."""

    NO_DATA = 0, "Not rated, no data"
    STALE = 1, "Not rated, stale"
    COMPLETE = 2, "Complete"
    GREEN = 3, "Green"
    AMBER = 4, "Amber"
    RED = 5, "Red"


RED, AMBER, GREEN = Colour.RED, Colour.AMBER, Colour.GREEN
CODES = {
    Colour.NO_DATA: "not_rated", Colour.STALE: "not_rated", Colour.COMPLETE: "complete",
    Colour.GREEN: "green", Colour.AMBER: "amber", Colour.RED: "red",
}  # fmt: skip
RATED = (Colour.GREEN, Colour.AMBER, Colour.RED)
NOT_RATED = (Colour.NO_DATA, Colour.STALE)


def _days(label: str) -> Number:
    return Number(label=label, least=0, most=1000)


def _percent(label: str) -> Decimal:
    return Decimal(label=label, least=0, most=1000)


@tracked
class RagPolicy(Work):
    """The limits in force; its version is the policy's version, its history the change of limits."""

    kind, prefix, plural = "rag_policy", "POL", "rag-policies"
    states: ClassVar = {"active": State("In force", "good")}
    editors = MANAGER | ADMINISTRATOR

    schedule_amber = models.PositiveIntegerField(default=5)
    schedule_red = models.PositiveIntegerField(default=15)
    cost_amber = models.DecimalField(max_digits=6, decimal_places=2, default=5)
    cost_red = models.DecimalField(max_digits=6, decimal_places=2, default=10)
    risk_amber = models.PositiveSmallIntegerField(default=12)
    risk_red = models.PositiveSmallIntegerField(default=19)
    dependency_amber = models.PositiveSmallIntegerField(default=80)
    dependency_red = models.PositiveSmallIntegerField(default=100)
    overdue_amber = models.PositiveSmallIntegerField(default=0)
    overdue_red = models.PositiveSmallIntegerField(default=4)
    benefits_amber = models.PositiveSmallIntegerField(default=0)
    benefits_red = models.PositiveSmallIntegerField(default=50)
    return_to_green = models.PositiveSmallIntegerField(default=80)

    profile: ClassVar = {
        "schedule_amber": _days("Schedule: amber above (working days)"),
        "schedule_red": _days("Schedule: red above (working days)"),
        "cost_amber": _percent("Cost: amber above (% over budget)"),
        "cost_red": _percent("Cost: red above (% over budget)"),
        "risk_amber": Number(label="Risk: amber above (probability × impact)", least=1, most=25),
        "risk_red": Number(label="Risk: red above (probability × impact)", least=1, most=25),
        "dependency_amber": Number(label="Dependencies: amber above (% of tolerance)", least=0,
                                   most=100),
        "dependency_red": Number(label="Dependencies: red above (% of tolerance)", least=0,
                                 most=100),
        "overdue_amber": Number(label="Overdue actions and issues: amber above", least=0, most=100),
        "overdue_red": Number(label="Overdue actions and issues: red above", least=0, most=100),
        "benefits_amber": Number(label="Benefits missed or unread: amber above (%)", least=0,
                                 most=100),
        "benefits_red": Number(label="Benefits missed or unread: red above (%)", least=0, most=100),
        "return_to_green": Number(label="Back to green at (% of the amber limit)", least=1,
                                  most=100),
    }  # fmt: skip

    class Meta(Work.Meta):
        verbose_name_plural = "rag policies"

    @classmethod
    def current(cls) -> "RagPolicy":
        """The policy in force; the defaults where nobody has changed any."""
        return cls.objects.filter(state="active").order_by("record_id").first() or cls()

    @classmethod
    def put_in_force(cls, *, by=None) -> "RagPolicy":
        found = cls.objects.filter(state="active").first()
        return found or cls.bear(by=by, verb="put_in_force", state="active", words="put in force",
                                 title="RAG limits", quiet=True)  # fmt: skip

    @transition(ANY, None, who=None, label="Edit", door=False, told="changed")
    def revise(self, *, by, **changes):
        """Other limits; every project is read again by the next run."""
        self._put(changes)
        for name in ("schedule", "cost", "risk", "dependency", "overdue", "benefits"):
            if getattr(self, f"{name}_amber") > getattr(self, f"{name}_red"):
                raise Invalid(**{f"{name}_red": "Red must not begin below amber."})

    def limits(self) -> dict[str, float]:
        return {name: float(getattr(self, name)) for name in self.profile}


class LimitSet(models.Model):
    """Limits as one reading used them: a policy's version, tightened or not; never changed."""

    digest = models.CharField(max_length=64, unique=True)
    policy_version = models.PositiveIntegerField()
    limits = models.JSONField()

    def __str__(self) -> str:
        return f"limits {self.pk} of policy version {self.policy_version}"


class Reading(models.Model):
    """Arrays follow DIMENSIONS; `previous` is the colour each was judged against."""

    overall = models.SmallIntegerField(choices=Colour.choices)
    overall_since = models.DateField()
    colour = ArrayField(models.SmallIntegerField())
    reason = ArrayField(models.SmallIntegerField())
    value = ArrayField(models.IntegerField())
    worst = ArrayField(models.BigIntegerField())
    previous = ArrayField(models.SmallIntegerField())
    since = ArrayField(models.DateField())
    limit_set = models.ForeignKey(LimitSet, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True

    @property
    def code(self) -> str:
        """red, amber, green, complete or not_rated."""
        return CODES[Colour(self.overall)]

    @property
    def is_red(self) -> bool:
        return self.overall == Colour.RED

    @property
    def is_stale(self) -> bool:
        return self.overall == Colour.STALE

    def colour_of(self, dimension: str) -> str:
        return CODES[Colour(self.colour[DIMENSIONS.index(dimension)])]

    @property
    def dimensions(self) -> dict[str, str]:
        """Colour code by dimension."""
        return {name: self.colour_of(name) for name in DIMENSIONS}


class RagReading(Reading):
    """How a project stands now."""

    project = models.OneToOneField(
        Project, primary_key=True, on_delete=models.PROTECT, related_name="reading"
    )

    class Meta:
        indexes = [models.Index(fields=["overall", "project"], name="rag_worst")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.code}"


class RagHistory(Reading):
    """How it stood from `at` up to, not including, `until`."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="past_readings")
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["project", "-at"], name="rag_past")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.code} until {self.until}"
