"""Milestones: what was promised, what is expected now, and when it happened."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from changeoffice.calendar.kept import working_days
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, LongText, Ref, Text
from changeoffice.core.record.models import WorkQuerySet
from changeoffice.core.record.workflow import ANY, State, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import staff
from portfolio import lifecycle
from portfolio.models.gate import Gate
from portfolio.models.parts import ProjectPart
from portfolio.models.project import Project, projects
from portfolio.rules import IMPORTS, KEEPS_OWN_PART, KEEPS_PART, STEERS_PART


class MilestoneQuerySet(WorkQuerySet):
    def with_expected(self) -> "MilestoneQuerySet":
        return self.select_related(
            "expectation", "expectation__because", "project", "owner", "gate"
        )

    def planned(self) -> "MilestoneQuerySet":
        return self.filter(state="planned")


@tracked
class Milestone(ProjectPart):
    kind, prefix, plural = "milestone", "MS", "milestones"
    states: ClassVar = {
        "planned": State("Planned", "info"),
        "met": State("Met", "good", closed=True),
        "dropped": State("Dropped", closed=True),
    }
    editors = KEEPS_OWN_PART

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="milestones")
    gate = models.ForeignKey(
        Gate, null=True, blank=True, on_delete=models.PROTECT, related_name="milestones"
    )
    baseline_on = models.DateField(verbose_name="baseline")
    forecast_on = models.DateField(verbose_name="forecast", db_index=True)
    actual_on = models.DateField(null=True, blank=True, verbose_name="met on")

    profile: ClassVar = {
        "title": Text(label="Name", min=3),
        "forecast_on": Date(label="Forecast", required=False),
        "owner": Ref(label="Owner", rows=staff, key="username", required=False),
    }

    objects = MilestoneQuerySet.as_manager()

    class Meta(ProjectPart.Meta):
        ordering = ["forecast_on", "record_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="met") ^ Q(actual_on=None), name="met_milestone_has_its_day"
            )
        ]

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def plan(cls, *, by, project, title, baseline_on, forecast_on=None, owner=None, gate=None):
        """Promise a day."""
        made = cls.begin(
            by=by, project=project, verb="plan", state="planned", words="planned", title=title,
            baseline_on=baseline_on, forecast_on=forecast_on or baseline_on, gate=gate,
            owner=owner or project.owner,
        )  # fmt: skip
        follow(made.pk, made.owner)
        return made

    @classmethod
    def take_over(cls, *, by, project, title, baseline_on, forecast_on=None, actual_on=None,
                  state="planned", owner=None):  # fmt: skip
        """A milestone another system keeps, as it stands there."""
        return cls.begin(
            by=by, project=project, verb="take_over", state=state, words="imported", who=IMPORTS,
            quiet=True, title=title, baseline_on=baseline_on, actual_on=actual_on,
            forecast_on=forecast_on or baseline_on, owner=owner or project.owner,
        )  # fmt: skip

    @transition(ANY, "?", who=IMPORTS, door=False, quiet=True, told="took over a report of")
    def take_report(self, *, by, state="", **reported):
        """What the source system now says of it."""
        if reported.get("forecast_on", self.forecast_on) is None:
            reported["forecast_on"] = reported.get("baseline_on") or self.baseline_on
        for name, value in reported.items():
            if value is not None or name in ("actual_on", "owner"):
                setattr(self, name, value)
        return state or self.state

    # questions -----------------------------------------------------------------------------------
    @property
    def is_gate(self) -> bool:
        return self.gate_id is not None

    @property
    def expected_on(self) -> date:
        """The later of the typed forecast and what its givers allow; the actual once met."""
        if self.actual_on:
            return self.actual_on
        held = getattr(self, "expectation", None)
        return max(held.expected_on, self.forecast_on) if held else self.forecast_on

    @property
    def expected_because(self):
        """The dependency that makes it later than its own forecast, or None."""
        held = getattr(self, "expectation", None)
        return held.because if held and self.state == "planned" else None

    @property
    def slip(self) -> int:
        """Working days from the baseline to the forecast, or to the actual once met."""
        return working_days().slip(self.baseline_on, self.actual_on or self.forecast_on)

    @property
    def expected_slip(self) -> int:
        return working_days().slip(self.baseline_on, self.expected_on)

    def moved(self) -> None:
        from portfolio import engine

        engine.milestone_moved(self)

    def _put(self, changes) -> None:
        if "forecast_on" in changes:
            changes["forecast_on"] = changes["forecast_on"] or self.forecast_on
        super()._put(changes)

    # verbs ---------------------------------------------------------------------------------------
    @transition("planned", None, who=KEEPS_OWN_PART, label="Change forecast", tone="primary",
                told="moved the forecast of",
                asks={"forecast_on": Date(label="New forecast"),
                      "reason": LongText(label="Why", lines=3, min=5)})  # fmt: skip
    def re_forecast(self, *, by, forecast_on, reason):
        """Say when it will be met as things stand."""
        self.forecast_on = forecast_on

    @transition("planned", "met", who=KEEPS_OWN_PART, told="met", label="Mark as met",
                asks={"actual_on": Date(label="Met on")})  # fmt: skip
    def meet(self, *, by, actual_on):
        """It has happened."""
        if actual_on > clock.today():
            raise Invalid(actual_on="Choose today or an earlier day.")
        self.actual_on = actual_on

    @transition("met", "planned", who=KEEPS_PART, told="reopened",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """It was not met after all."""
        self.actual_on = None

    @transition("planned", None, who=STEERS_PART, told="re-baselined", label="Re-baseline",
                asks={"baseline_on": Date(label="New baseline"),
                      "reason": LongText(label="Why", lines=3, min=10)},
                confirm="Slip counts from the new baseline; the old one stays in the history.")  # fmt: skip
    def re_baseline(self, *, by, baseline_on, reason):
        """Promise another day; the sponsor approves."""
        self.baseline_on = baseline_on

    @transition("planned", "dropped", who=KEEPS_PART, told="dropped",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def drop(self, *, by, reason):
        """It is no longer needed."""

    @transition("planned", "met", who=None, door=False, told="met")
    def pass_with_gate(self, *, by):
        """The gate it stands for was passed."""
        self.actual_on = clock.today()

    def meet_with_gate(self, by) -> None:
        """Written under the gate's decision, by whoever decided."""
        from changeoffice.core.record import acting

        with acting.through("job", f"gate decided by {by.username}" if by else "gate"):
            self.pass_with_gate(by=None)


PLAN_INPUTS = {
    "project": Ref(label="Project", rows=projects, key="reference"),
    "title": Text(label="Name", min=3),
    "baseline_on": Date(label="Baseline"),
    "forecast_on": Date(label="Forecast", required=False, hint="The baseline when left empty."),
    "owner": Ref(label="Owner", rows=staff, key="username", required=False),
}


class Expectation(models.Model):
    """What the network makes of a milestone's date; computed, so not part of its row."""

    milestone = models.OneToOneField(
        Milestone, primary_key=True, on_delete=models.PROTECT, related_name="expectation"
    )
    expected_on = models.DateField()
    because = models.ForeignKey(
        "portfolio.Dependency", null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.milestone_id} by {self.expected_on}"


def lay_gate_milestones(project: Project, gates: list[Gate], by) -> None:
    """A milestone for each gate, spread over the planned time as the template says."""
    if not (project.planned_start and project.planned_finish):
        return
    calendar = working_days()
    length = calendar.slip(project.planned_start, project.planned_finish)
    for gate, plan in zip(gates, lifecycle.GATES[project.template], strict=True):
        day = calendar.add(project.planned_start, length * plan.at // 100)
        Milestone.begin(
            by=None, project=project, verb="plan", state="planned", words="planned", quiet=True,
            title=plan.title, baseline_on=day, forecast_on=day, gate=gate, owner=project.owner,
        )  # fmt: skip
