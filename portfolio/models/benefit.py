"""Benefits: the movement of a business KPI a project is meant to bring."""

from typing import ClassVar

from django.db import models

from changeoffice.core.access.rules import MANAGER, role
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, Decimal, Ref, Text
from changeoffice.core.record.workflow import State, transition
from changeoffice.organisation.models import BusinessKpi, staff
from portfolio.models.parts import ProjectPart
from portfolio.models.project import Project, projects
from portfolio.rules import KEEPS_OWN_PART, KEEPS_PART

KEEPS_BENEFIT = KEEPS_OWN_PART | MANAGER | role("service_owner")


def kpis(person):
    return BusinessKpi.objects.visible_to(person).open()


@tracked
class Benefit(ProjectPart):
    """Numbered with the KPI effect at hand-over; followed after the project has closed."""

    kind, prefix, plural = "benefit", "BEN", "benefits"
    digits = 3
    states: ClassVar = {
        "expected": State("Expected", "info"),
        "realised": State("Realised", "good", closed=True),
        "missed": State("Missed", "bad", closed=True),
        "dropped": State("Dropped", closed=True),
    }
    editors = KEEPS_OWN_PART

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="benefits")
    kpi = models.ForeignKey(BusinessKpi, on_delete=models.PROTECT, related_name="+")
    planned_change = models.DecimalField(max_digits=14, decimal_places=2)
    by_on = models.DateField()
    realised_change = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    read_on = models.DateField(null=True, blank=True)

    profile: ClassVar = {
        "title": Text(label="Benefit", min=3),
        "planned_change": Decimal(label="Movement it is meant to bring"),
        "by_on": Date(label="First reading by"),
        "owner": Ref(label="Owner", rows=staff, key="username", required=False),
    }

    class Meta(ProjectPart.Meta):
        ordering = ["by_on", "record_id"]

    @property
    def percent(self) -> int | None:
        """Of its plan, as last read."""
        if self.realised_change is None or not self.planned_change:
            return None
        return round(100 * self.realised_change / self.planned_change)

    @classmethod
    def expect(cls, *, by, project, kpi, planned_change, by_on, title="", owner=None):
        """Name a business KPI and by how much it is to move, in the KPI's own unit."""
        return cls.begin(
            by=by, project=project, verb="expect", state="expected", words="expected",
            title=title or kpi.title, kpi=kpi, planned_change=planned_change, by_on=by_on,
            owner=owner or (project.owner if project.confidential else kpi.owner),
        )  # fmt: skip

    @transition(("expected",), "?", who=KEEPS_BENEFIT, told="read", label="Record what came",
                tone="primary",
                asks={"realised_change": Decimal(label="Movement so far"),
                      "read_on": Date(label="Read on")})  # fmt: skip
    def read(self, *, by, realised_change, read_on):
        """Say by how much the KPI has moved because of it; reached means realised."""
        self.realised_change, self.read_on = realised_change, read_on
        reached = abs(realised_change) >= abs(self.planned_change)
        same_way = realised_change * self.planned_change >= 0
        return "realised" if reached and same_way else "expected"

    @transition("expected", "missed", who=KEEPS_BENEFIT, told="gave up", label="Missed",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def miss(self, *, by, reason):
        """It will not come."""

    @transition("expected", "dropped", who=KEEPS_PART, told="dropped",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def drop(self, *, by, reason):
        """The project no longer aims at it."""


BENEFIT_INPUTS = {
    "project": Ref(label="Project", rows=projects, key="reference"),
    "kpi": Ref(label="Business KPI", rows=kpis, key="reference"),
    "planned_change": Decimal(label="Movement it is meant to bring", hint="In the KPI's own unit."),
    "by_on": Date(label="First reading by"),
    "title": Text(label="Name", required=False),
    "owner": Ref(label="Owner", rows=staff, key="username", required=False),
}
