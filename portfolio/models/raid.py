"""Risks, issues and actions of a project."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changeoffice.core.access.rules import OWNER, Not
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Date, LongText, Number, Ref, Text
from changeoffice.core.record.models import Reach, Record, WorkQuerySet
from changeoffice.core.record.workflow import State, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import staff
from portfolio.models.parts import ProjectPart
from portfolio.models.project import Project, projects
from portfolio.rules import KEEPS_OWN_PART, KEEPS_PART

APPETITE = 12


def _level(label: str, hint: str) -> Number:
    return Number(label=label, hint=hint, least=1, most=5)


PROBABILITY = _level("Probability", "1 is rare, 5 is almost certain")
IMPACT = _level("Impact", "1 is minor, 5 is severe")
PROJECT = Ref(label="Project", rows=projects, key="reference")
OWNER_INPUT = Ref(label="Owner", rows=staff, key="username", required=False)


class RiskQuerySet(WorkQuerySet):
    def scored(self) -> "RiskQuerySet":
        return self.annotate(score=F("probability") * F("impact"))

    def above_appetite(self) -> "RiskQuerySet":
        return self.scored().filter(state="open", score__gt=APPETITE)


@tracked
class Risk(ProjectPart):
    kind, prefix, plural = "risk", "RSK", "risks"
    digits = 3
    searched = ("description", "response_plan")
    reach_of_part = Reach.ROLES
    states: ClassVar = {
        "open": State("Open", "warn"),
        "closed": State("Closed", "good", closed=True),
        "occurred": State("Became an issue", "bad", closed=True),
    }
    editors = KEEPS_OWN_PART

    class Proximity(models.TextChoices):
        MONTH = "month", "Within a month"
        QUARTER = "quarter", "Within three months"
        LATER = "later", "Later"

    class Response(models.TextChoices):
        AVOID = "avoid", "Avoid"
        REDUCE = "reduce", "Reduce"
        TRANSFER = "transfer", "Transfer"
        ACCEPT = "accept", "Accept"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="risks")
    description = models.TextField(blank=True)
    probability = models.PositiveSmallIntegerField()
    impact = models.PositiveSmallIntegerField()
    proximity = models.CharField(max_length=8, choices=Proximity.choices, default="quarter")
    response = models.CharField(max_length=8, choices=Response.choices, default="reduce")
    response_plan = models.TextField(blank=True)
    residual_probability = models.PositiveSmallIntegerField(null=True, blank=True)
    residual_impact = models.PositiveSmallIntegerField(null=True, blank=True)
    review_on = models.DateField(null=True, blank=True)

    profile: ClassVar = {
        "title": Text(label="What may happen", min=5),
        "description": LongText(label="Cause and consequence", lines=3, required=False),
        "probability": PROBABILITY,
        "impact": IMPACT,
        "proximity": Choice(label="Proximity", choices=Proximity.choices, initial="quarter"),
        "response": Choice(label="Response", choices=Response.choices, initial="reduce"),
        "response_plan": LongText(label="What is done about it", lines=3, required=False),
        "residual_probability": Number(label="Residual probability", least=1, most=5,
                                       required=False),
        "residual_impact": Number(label="Residual impact", least=1, most=5, required=False),
        "owner": OWNER_INPUT,
        "review_on": Date(label="Next review", required=False),
    }  # fmt: skip

    objects = RiskQuerySet.as_manager()

    class Meta(ProjectPart.Meta):
        ordering = ["-record_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__range=(1, 5), impact__range=(1, 5)), name="risk_1_to_5"
            )
        ]

    @classmethod
    def note_down(cls, *, by, project, title, owner=None, **profile) -> "Risk":
        """Put a risk on the project's register."""
        given = {name: value for name, value in profile.items() if value not in (None, "")}
        made = cls.begin(by=by, project=project, verb="note_down", state="open", words="raised",
                         title=title, owner=owner or project.owner, **given)  # fmt: skip
        follow(made.pk, made.owner)
        return made

    @property
    def exposure(self) -> int:
        return self.probability * self.impact

    @property
    def residual(self) -> int | None:
        if self.residual_probability and self.residual_impact:
            return self.residual_probability * self.residual_impact
        return None

    @property
    def is_above_appetite(self) -> bool:
        return self.state == "open" and self.exposure > APPETITE

    @transition("open", None, who=KEEPS_OWN_PART, told="reviewed", label="Review", tone="primary",
                asks={"probability": PROBABILITY, "impact": IMPACT,
                      "review_on": Date(label="Next review"),
                      "reason": LongText(label="What has changed", lines=3)})  # fmt: skip
    def review(self, *, by, probability, impact, review_on, reason):
        """Judge it again and say when next."""
        if review_on <= clock.today():
            raise Invalid(review_on="Choose a day after today.")
        self.probability, self.impact, self.review_on = probability, impact, review_on

    @transition("open", "closed", who=KEEPS_OWN_PART, told="closed",
                asks={"reason": LongText(label="Why it can no longer happen", lines=3)})  # fmt: skip
    def close(self, *, by, reason):
        """It can no longer happen, or no longer matters."""

    @transition("open", "occurred", who=KEEPS_OWN_PART, told="saw happen", label="It has happened",
                asks={"severity": Number(label="Severity", hint="1 is most severe", least=1, most=4),
                      "target_on": Date(label="To be solved by")})  # fmt: skip
    def occur(self, *, by, severity, target_on):
        """It has happened: an issue takes its place."""
        Issue.begin(by=None, project=self.project, verb="note_down", state="open", words="raised",
                    title=self.title, description=self.description, owner=self.owner,
                    severity=severity, target_on=target_on)  # fmt: skip

    @transition("closed", "open", who=KEEPS_OWN_PART, told="reopened",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """It may happen after all."""


RISK_INPUTS = {"project": PROJECT, **Risk.profile}


@tracked
class Issue(ProjectPart):
    kind, prefix, plural = "issue", "ISS", "issues"
    searched = ("description",)
    reach_of_part = Reach.ROLES
    states: ClassVar = {
        "open": State("Open", "warn"), "resolved": State("Resolved", "good", closed=True)
    }  # fmt: skip
    editors = KEEPS_OWN_PART

    class Severity(models.IntegerChoices):
        CRITICAL = 1, "1, stops the project"
        HIGH = 2, "2, delays it"
        MEDIUM = 3, "3, costs effort"
        LOW = 4, "4, a nuisance"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="issues")
    description = models.TextField(blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=3)
    target_on = models.DateField()
    resolution = models.TextField(blank=True)

    profile: ClassVar = {
        "title": Text(label="What is wrong", min=5),
        "description": LongText(label="What it leads to", lines=3, required=False),
        "severity": Choice(label="Severity", choices=Severity.choices, initial=3),
        "target_on": Date(label="To be solved by"),
        "owner": OWNER_INPUT,
    }

    class Meta(ProjectPart.Meta):
        ordering = ["severity", "target_on", "record_id"]
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="issue_1_to_4")
        ]

    @classmethod
    def note_down(cls, *, by, project, title, owner=None, **profile) -> "Issue":
        """Put an issue on the project's register."""
        made = cls.begin(by=by, project=project, verb="note_down", state="open", words="raised",
                         title=title, owner=owner or project.owner, **profile)  # fmt: skip
        follow(made.pk, made.owner)
        return made

    @property
    def is_overdue(self) -> bool:
        return self.state == "open" and self.target_on < clock.today()

    @transition("open", "resolved", who=KEEPS_OWN_PART, told="resolved", tone="primary",
                asks={"resolution": LongText(label="How it was solved", lines=3)})  # fmt: skip
    def resolve(self, *, by, resolution):
        """It is solved."""
        self.resolution = resolution

    @transition("resolved", "open", who=KEEPS_OWN_PART, told="reopened",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """It is not solved after all."""


ISSUE_INPUTS = {"project": PROJECT, **Issue.profile}


@tracked
class Action(ProjectPart):
    """Something one person does by a day: from a gate's condition, a risk, or a talk."""

    kind, prefix, plural = "action", "ACT", "actions"
    states: ClassVar = {
        "open": State("To do", "info"),
        "done": State("Done", "good", closed=True),
        "dropped": State("Dropped", closed=True),
    }
    editors = KEEPS_PART

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="actions")
    due_on = models.DateField()
    source = models.ForeignKey(
        Record, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_on = models.DateField(null=True, editable=False)

    profile: ClassVar = {
        "title": Text(label="What is to be done", min=5),
        "due_on": Date(label="By"),
        "owner": Ref(label="By whom", rows=staff, key="username"),
    }

    class Meta(ProjectPart.Meta):
        ordering = ["due_on", "record_id"]

    @classmethod
    def assign(cls, *, by, project, title, due_on, owner) -> "Action":
        """Ask one person to do something by a day."""
        made = cls.begin(by=by, project=project, verb="assign", state="open", words="assigned",
                         title=title, due_on=due_on, owner=owner)  # fmt: skip
        follow(made.pk, by)
        return made

    @property
    def is_overdue(self) -> bool:
        return self.state == "open" and self.due_on < clock.today()

    @transition("open", "done", who=KEEPS_OWN_PART, told="finished", label="Done", tone="primary")
    def finish(self, *, by):
        """It is done."""
        self.done_on = clock.today()

    @transition("open", None, who=KEEPS_PART & Not(OWNER), bumps=False, told="asked for news of",
                label="Ask for news")  # fmt: skip
    def ask_for_news(self, *, by):
        """Its owner is told that you would like to hear how it stands."""

    def waits_for_after(self, event) -> list:
        return [self.owner] if event.verb == "ask_for_news" else []

    @transition("open", "dropped", who=KEEPS_PART, told="dropped",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def drop(self, *, by, reason):
        """It is no longer needed."""

    @transition(("done", "dropped"), "open", who=KEEPS_PART, told="reopened",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """It has to be done after all."""
        self.done_on = None


ACTION_INPUTS = {"project": PROJECT, **Action.profile}
