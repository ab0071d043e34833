"""Interventions: one cause, one person, one day; unanswered, it climbs."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from changeoffice.calendar.kept import working_days
from changeoffice.core.access.rules import MANAGER, NOBODY, OWNER
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, LongText
from changeoffice.core.record.models import Record, WorkQuerySet
from changeoffice.core.record.workflow import State, transition
from changeoffice.core.talk.models import follow
from portfolio.models.parts import ProjectPart
from portfolio.models.project import Project
from portfolio.rules import PROJECT_SPONSOR

DAYS_TO_ANSWER = 3
OPEN = ("open", "answered")


class Rung(models.IntegerChoices):
    """Who it waits for: it climbs one rung each time its day passes without an answer."""

    MANAGER = 0, "Project manager"
    SPONSOR = 1, "Sponsor"
    BOARD = 2, "Portfolio board"


class InterventionQuerySet(WorkQuerySet):
    def open(self) -> "InterventionQuerySet":
        return self.filter(state__in=OPEN)

    def overdue(self) -> "InterventionQuerySet":
        return self.open().filter(due_on__lt=clock.today())


def _rung_of(person, project) -> int:
    """The sponsor only where nobody below can be asked; the giver of a broken promise is below."""
    alone = project.sponsor_id == person.pk != project.owner_id
    return Rung.SPONSOR if alone else Rung.MANAGER


@tracked
class Intervention(ProjectPart):
    kind, prefix, plural = "intervention", "INT", "interventions"
    states: ClassVar = {
        "open": State("Waits for an answer", "bad"),
        "answered": State("Answered", "warn"),
        "recovered": State("Recovered", "good", closed=True),
        "decided": State("Decided", "good", closed=True),
    }
    editors = NOBODY

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="interventions")
    cause = models.CharField(max_length=60, help_text="schedule:12, dependency:48, action:77")
    cause_since = models.DateField()
    about = models.ForeignKey(
        Record, null=True, on_delete=models.PROTECT, related_name="+",
        help_text="The milestone, dependency or action behind it.",
    )  # fmt: skip
    due_on = models.DateField()
    rung = models.PositiveSmallIntegerField(choices=Rung.choices, default=Rung.MANAGER)
    answer = models.TextField(blank=True, editable=False)
    decision = models.TextField(blank=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)

    objects = InterventionQuerySet.as_manager()

    class Meta(ProjectPart.Meta):
        ordering = ["due_on", "record_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], condition=Q(state__in=OPEN), name="one_open_per_cause"
            )
        ]

    @classmethod
    def raise_for(cls, project, *, cause: str, since, title: str, person, about_id=None):
        """Opened by the portal when a reading turns red, a dependency breaks, an action is late."""
        made = cls.begin(
            by=None, project=project, verb="raise", state="open", words="opened", cause=cause,
            cause_since=since, title=title[:200], owner=person, about_id=about_id,
            rung=_rung_of(person, project),
            due_on=working_days().add(clock.today(), DAYS_TO_ANSWER),
        )  # fmt: skip
        follow(made.pk, project.owner)
        return made

    def moved(self) -> None:
        """An intervention follows the reading; it never moves it."""

    def waits_for_after(self, event):
        return [self.owner] if self.state == "open" and self.owner else []

    @property
    def is_overdue(self) -> bool:
        return self.state in OPEN and self.due_on < clock.today()

    @transition("open", "answered", who=OWNER | PROJECT_SPONSOR | MANAGER, told="answered",
                tone="primary",
                asks={"answer": LongText(label="What is being done", lines=3, min=10),
                      "due_on": Date(label="It recovers by")})  # fmt: skip
    def respond(self, *, by, answer, due_on):
        """Say what is being done and by when it shows; past that day it climbs again."""
        if due_on < clock.today():
            raise Invalid(due_on="Choose today or later.")
        self.answer, self.due_on = answer, due_on

    @transition(OPEN, "decided", who=PROJECT_SPONSOR | MANAGER, told="decided on",
                label="Record a decision",
                asks={"decision": LongText(label="Decision and why", lines=3, min=10)})  # fmt: skip
    def decide(self, *, by, decision):
        """Close it by a decision; the same cause opens no other until it has recovered once."""
        self.decision, self.ended_on = decision, clock.today()

    @transition(OPEN, "recovered", who=NOBODY, door=False, told="noted the recovery of")
    def recover(self, *, by):
        """The reading has recovered."""
        self.ended_on = clock.today()

    @transition(OPEN, "open", who=NOBODY, door=False, told="passed on")
    def climb(self, *, by, to, rung):
        """Nobody answered in time: the next one up hears of it."""
        self.owner, self.rung, self.answer = to, rung, ""
        self.due_on = working_days().add(clock.today(), DAYS_TO_ANSWER)
