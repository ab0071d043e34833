"""The continual improvement register: what could be better about a service, measured, and what came
of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from changeoffice.core.access.rules import ANALYST, OWNER, role
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Decimal, LongText, Ref, Text
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import State, need_staff, transition
from changeoffice.core.talk.models import Follower, follow
from changeoffice.organisation.models import Service, staff, units
from demand.models import Demand, DemandType, Source

KEEPS = OWNER | ANALYST | role("service_owner")
TOGETHER = "Say what is measured, what it is now and what it should be, or none of them."


class Priority(models.IntegerChoices):
    HIGH = 1, "High"
    MEDIUM = 2, "Medium"
    LOW = 3, "Low"


@tracked
class Improvement(Work):
    kind, prefix, plural = "improvement", "CSI", "improvements"
    searched = ("description",)
    results: ClassVar = frozenset({"finish"})
    states: ClassVar = {
        "noted": State("Noted", "info"),
        "adopted": State("Became a demand", "good", closed=True),
        "done": State("Done", "good", closed=True),
        "dropped": State("Dropped", closed=True),
    }
    editors = KEEPS

    description = models.TextField()
    service = models.ForeignKey(
        Service, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.MEDIUM)
    measure = models.CharField(max_length=80, blank=True)
    now = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    wanted = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    result = models.TextField(blank=True, editable=False)
    demand = models.OneToOneField(
        Demand, null=True, editable=False, on_delete=models.PROTECT, related_name="improvement"
    )

    profile: ClassVar = {
        "title": Text(label="What could be better", min=8, max=120),
        "description": LongText(label="What is seen today, and what it costs", min=20, max=8000),
        "service": Ref(label="Service", key="reference", required=False,
                       rows=lambda p: Service.objects.visible_to(p).open()),
        "priority": Choice(label="Priority", choices=Priority.choices, initial=Priority.MEDIUM),
        "measure": Text(label="Measured by", max=80, required=False,
                        hint="For example: minutes per application."),
        "now": Decimal(label="Now", required=False),
        "wanted": Decimal(label="Wanted", required=False),
        "owner": Ref(label="Owner", rows=staff, key="username", required=False,
                     hint="You, when left empty."),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False),
    }  # fmt: skip

    class Meta(Work.Meta):
        ordering = ["priority", "-record_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(measure="", now=None, wanted=None)
                | (~Q(measure="") & Q(now__isnull=False, wanted__isnull=False)),
                name="improvement_measured_whole", violation_error_message=TOGETHER,
            ),
            models.CheckConstraint(
                condition=~Q(state="adopted") | Q(demand__isnull=False),
                name="adopted_improvement_names_its_demand",
            ),
        ]  # fmt: skip

    @classmethod
    def note_down(cls, *, by: Person, owner=None, unit=None, **profile) -> "Improvement":
        """Put it on the register; anybody of the staff may."""
        need_staff(by, "Noting improvements")
        given = {name: value for name, value in profile.items() if value is not None}
        made = cls.bear(by=by, verb="note_down", state="noted", words="noted", owner=owner or by,
                        unit=unit or by.unit, **given)  # fmt: skip
        follow(made.pk, by, made.owner)
        return made

    @property
    def measured(self) -> str:
        return (
            f"{self.measure}: {_plain(self.now)} now, {_plain(self.wanted)} wanted"
            if self.measure
            else ""
        )

    @transition("noted", "adopted", who=OWNER | ANALYST, told="raised a demand for", tone="primary",
                label="Raise a demand")  # fmt: skip
    def raise_demand(self, *, by):
        """Hand it to the change office as a demand, with what is measured; its followers go along."""
        parts = [self.description.strip(), f"Measured by {self.measured}." if self.measure else ""]
        self.demand = Demand.begin(
            by=by, requester=self.owner or by, title=self.title, need="\n\n".join(filter(None, parts)),
            source=Source.IMPROVEMENT, source_reference=self.reference, type=DemandType.IMPROVEMENT,
            unit=self.unit, services=[self.service] if self.service else [],
        )  # fmt: skip
        followers = Follower.objects.filter(record_id=self.pk).values("person_id")
        follow(self.demand.pk, *Person.objects.filter(pk__in=followers))
        self.demand.submit(by=by)

    @transition("noted", "done", who=KEEPS, told="finished",
                asks={"result": LongText(label="What was done, and what it brought", min=10, max=4000)})  # fmt: skip
    def finish(self, *, by, result):
        """Small enough to be done without a demand."""
        self.result = result

    @transition("noted", "dropped", who=KEEPS, told="dropped", tone="danger",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def drop(self, *, by, reason):
        """It is not worth it."""
        self.result = reason

    @transition(("done", "dropped"), "noted", who=KEEPS, told="reopened",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def reopen(self, *, by, reason):
        """There is something to be done after all."""
        self.result = ""

    def _put(self, changes) -> None:
        super()._put({name: "" if value is None and name == "measure" else value
                      for name, value in changes.items()})  # fmt: skip
        if len({bool(self.measure), self.now is not None, self.wanted is not None}) > 1:
            raise Invalid(measure=TOGETHER)


def _plain(value) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
