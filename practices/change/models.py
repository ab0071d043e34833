"""Enhancements of services and changes to them: planned, done, and how it turned out."""

from datetime import date, datetime, time, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changeoffice.core.access.rules import MANAGER, OWNER, IsPerson, role
from changeoffice.core.people.models import Office
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, LongText, Moment, Ref, Text
from changeoffice.core.record.workflow import State, guard, transition
from changeoffice.organisation.models import staff
from demand import delivery
from demand.models.handed import COSTS, PEOPLE, REASON, REQUIREMENTS, CarriesOut, PlannedEffect

KEEPS = OWNER | role("practice_owner:change") | MANAGER
PROGRESS = {"planned": 0, "in_progress": 50, "done": 100}


class Category(models.TextChoices):
    ENHANCEMENT = "enhancement", "Enhancement"
    CHANGE = "change", "Change"


class Type(models.TextChoices):
    STANDARD = "standard", "Standard"
    NORMAL = "normal", "Normal"
    EMERGENCY = "emergency", "Emergency"


class Outcome(models.TextChoices):
    SUCCESSFUL = "successful", "Successful"
    PARTLY = "partly", "Partly successful"
    FAILED = "failed", "Failed"


@guard("Somebody has to be named who implements it.")
def has_an_implementer(change) -> bool:
    return change.owner_id is not None


@tracked
class Change(CarriesOut):
    kind, prefix, plural = "change", "CHG", "changes"
    states: ClassVar = {
        "planned": State("Planned", "info"),
        "in_progress": State("In progress", "info"),
        "done": State("Done", "good", closed=True),
        "cancelled": State("Cancelled", closed=True),
    }
    editors = KEEPS
    given_up = Q(state="cancelled") | Q(outcome=Outcome.FAILED)
    begins = ("analyst", "manager", "project_manager", "service_owner", "practice_owner:change")

    category = models.CharField(max_length=11, choices=Category.choices, default=Category.CHANGE)
    type = models.CharField(max_length=9, choices=Type.choices, default=Type.NORMAL)
    window_start = models.DateTimeField(null=True, blank=True, verbose_name="planned start")
    window_end = models.DateTimeField(null=True, blank=True, verbose_name="planned end")
    implementation_plan = models.TextField(blank=True)
    back_out_plan = models.TextField(blank=True, verbose_name="back-out plan")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, editable=False)
    outcome_words = models.TextField(blank=True, editable=False, verbose_name="how it turned out")

    profile: ClassVar = {
        "title": Text(label="Name", min=3),
        "category": Choice(label="Category", choices=Category.choices, initial="change"),
        "type": Choice(label="Type", choices=Type.choices, initial="normal"),
        "description": LongText(label="What is changed, and why", required=False),
        "owner": Ref(label="Implementer", rows=staff, key="username", required=False),
        **PEOPLE,
        "window_start": Moment(label="Planned start", required=False,
                               hint="In the office's time."),
        "window_end": Moment(label="Planned end", required=False),
        "implementation_plan": LongText(label="Implementation plan", required=False),
        "back_out_plan": LongText(label="Back-out plan", required=False,
                                  hint="How things are put back if it goes wrong."),
        **COSTS, **REQUIREMENTS,
    }  # fmt: skip

    class Meta(CarriesOut.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["demand"], condition=~Q(state="cancelled") & ~Q(outcome="failed"),
                name="one_change_per_demand",
            ),
            models.CheckConstraint(
                condition=Q(window_start=None) | Q(window_end=None)
                | Q(window_end__gt=F("window_start")),
                name="change_ends_after_start",
                violation_error_message="The planned end must be after the planned start.",
            ),
            models.CheckConstraint(
                condition=(Q(state="done") & ~Q(outcome="")) | (~Q(state="done") & Q(outcome="")),
                name="done_change_has_outcome",
            ),
        ]  # fmt: skip

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def plan(cls, *, by, **profile) -> "Change":
        """Write down a change that is to be made."""
        return cls.begin(by=by, verb="plan", words="planned", **profile)

    @classmethod
    def take_on(cls, demand, *, by, owner, change_type, window_start=None, window_end=None,
                category=Category.CHANGE) -> "Change":  # fmt: skip
        """A demand becomes a change; without a window of its own it has the demand's days."""
        return cls.begin(
            by=by, verb="take_on", words="took on", owner=owner, category=category,
            type=change_type, window_start=window_start or _first_of(demand.starts_on),
            window_end=window_end or _first_of(demand.finishes_on + timedelta(days=1)),
            **delivery.facts_of(demand), **delivery.requirements_of(demand),
        )  # fmt: skip

    @classmethod
    def take_on_enhancement(cls, demand, **given) -> "Change":
        return cls.take_on(demand, category=Category.ENHANCEMENT, **given)

    # questions -----------------------------------------------------------------------------------
    @property
    def progress(self) -> int:
        return PROGRESS.get(self.state, 0)

    @property
    def ends_on(self) -> date | None:
        return self.window_end and self.window_end.astimezone(Office.current().zone).date()

    @property
    def window(self) -> tuple[str, str]:
        """Its planned start and end as the office's clocks show them."""
        zone = Office.current().zone
        start, end = (at and f"{at.astimezone(zone):%-d %B %Y, %H:%M}"
                      for at in (self.window_start, self.window_end))  # fmt: skip
        return start or "", end or ""

    # verbs ---------------------------------------------------------------------------------------
    @transition("planned", "in_progress", who=KEEPS, guards=[has_an_implementer], told="started",
                tone="primary")  # fmt: skip
    def start(self, *, by):
        """It is being made."""
        delivery.progressed(self, PROGRESS["in_progress"])

    @transition("in_progress", "done", who=KEEPS, told="finished", tone="primary",
                asks={"outcome": Choice(label="Outcome", choices=Outcome.choices),
                      "outcome_words": LongText(label="How it turned out", lines=3, required=False,
                                                hint="Needed unless all went well.")},
                confirm="A finished change takes no more edits.")  # fmt: skip
    def finish(self, *, by, outcome, outcome_words=""):
        """Say how it turned out. It completes its demand, unless it failed: then the demand is
        scheduled again."""
        if outcome != Outcome.SUCCESSFUL and not outcome_words.strip():
            raise Invalid(outcome_words="Say what did not work.")
        self.outcome, self.outcome_words = outcome, outcome_words
        if outcome == Outcome.FAILED:
            delivery.given_back(self, by=by, reason=outcome_words)
        else:
            delivery.delivered(self)

    @transition(("planned", "in_progress"), "cancelled", who=KEEPS | IsPerson("sponsor"),
                told="cancelled", tone="danger", asks=REASON,
                confirm="A cancelled change does not start again. Its demand is scheduled again.")  # fmt: skip
    def cancel(self, *, by, reason):
        """It is not made after all; the demand it came from waits to be handed over again."""
        delivery.given_back(self, by=by, reason=reason)


def _first_of(day: date) -> datetime:
    return datetime.combine(day, time(), Office.current().zone)


@tracked
class ChangeEffect(PlannedEffect):
    of = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="effects")

    class Meta(PlannedEffect.Meta):
        constraints = [models.UniqueConstraint(fields=["of", "kpi"], name="change_moves_kpi_once")]


INTO_CHANGE = {
    "change_type": Choice(label="Type", choices=Type.choices),
    "window_start": Moment(label="Planned start", required=False, hint="In the office's time."),
    "window_end": Moment(label="Planned end", required=False),
}
CHANGE_INPUTS = {name: asked for name, asked in Change.profile.items() if name not in REQUIREMENTS}
