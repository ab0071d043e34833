"""What carries a demand out beside projects: an epic, a change. It takes over what the demand knows."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from changeoffice.core.access.rules import NOBODY
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.record.inputs import Decimal, LongText, Ref
from changeoffice.core.record.models import NamedPerson, Work, WorkQuerySet
from changeoffice.core.record.workflow import ANY, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import BusinessKpi, Service, staff, units
from demand.inputs import PROFILE
from demand.models.vocabulary import DESIGN, FRAMEWORKS


class CarriesOutQuerySet(WorkQuerySet):
    def carrying(self) -> CarriesOutQuerySet:
        """Those that stand for a demand now; what was given up has given its demand back."""
        return self.exclude(demand=None).exclude(self.model.given_up)


class CarriesOut(Work):
    """Born from a demand at hand-over, or set up by hand; figures as the demand's estimate had them."""

    searched = ("description",)
    responsible = ("owner", "sponsor")
    figures = ("planned_cost", "forecast_cost")
    given_up: ClassVar[Q]
    begins: ClassVar[tuple[str, ...]]  # roles that may set one up by hand

    description = models.TextField(blank=True)
    demand = models.ForeignKey(
        "demand.Demand", null=True, blank=True, editable=False, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    sponsor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    planned_cost = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    forecast_cost = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, editable=False, db_default="GBP")
    availability = models.TextField(blank=True, db_default="")
    capacity = models.TextField(blank=True, db_default="")
    continuity = models.TextField(blank=True, db_default="")
    security = models.TextField(blank=True, db_default="")
    support = models.TextField(blank=True, db_default="")
    compliance_flags = ArrayField(models.CharField(max_length=20), default=list, db_default=[],
                                  blank=True)  # fmt: skip

    objects = CarriesOutQuerySet.as_manager()

    class Meta(Work.Meta):
        abstract = True
        ordering = ["-record_id"]

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def begin(cls, *, by, verb: str, words: str, services=(), effects=(), **fields) -> Self:
        """Whoever may set one up does; the demand's effects on KPIs become its planned ones."""
        _may_begin(cls, by)
        given = {name: value for name, value in fields.items() if value not in (None, "")}
        given.setdefault("owner", by)
        given.setdefault("currency", Office.current().currency)
        made = cls.bear(by=by, verb=verb, state="planned", words=words, **given)
        made.services.set(services)
        for effect in effects:
            made.effects.create(kpi=effect.kpi, change=effect.change, by_on=effect.by_on)
        follow(made.pk, by, made.owner, made.sponsor)
        return made

    # questions -----------------------------------------------------------------------------------
    @property
    def progress(self) -> int:
        """How far it has come, in per cent."""
        raise NotImplementedError

    @property
    def ends_on(self) -> date | None:
        """The day it is planned to be there."""
        raise NotImplementedError

    @property
    def design_requirements(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in DESIGN if getattr(self, name)}

    @property
    def frameworks(self) -> list[str]:
        return [dict(FRAMEWORKS).get(code, code) for code in self.compliance_flags]

    # verbs ---------------------------------------------------------------------------------------
    @transition(
        ANY, None, who=NOBODY, door=False, noted=False, told="made as confidential as its demand"
    )
    def follow_demand(self, *, by, confidential, people):
        """Its demand was made confidential, or opened: this is seen by those who see the demand."""
        self.confidential = confidential
        if confidential:
            NamedPerson.put(self.pk, *people)

    # inner ---------------------------------------------------------------------------------------
    def _put(self, changes) -> None:
        super()._put(changes)
        if "owner" in changes or "sponsor" in changes:
            follow(self.pk, self.owner, self.sponsor)


def _may_begin(kind: type[CarriesOut], by) -> None:
    from changeoffice.core.access.grants import grants_of

    if by is not None and not grants_of(by).has(*kind.begins):
        said = " or ".join(name.replace("_", " ").replace(":", ", ") for name in kind.begins)
        raise NotAllowed(f"Setting up this needs {said}.")


class PlannedEffect(models.Model):
    """By how much it is expected to move a business KPI, in the KPI's own unit."""

    kpi = models.ForeignKey(BusinessKpi, on_delete=models.PROTECT, related_name="+")
    change = models.DecimalField(max_digits=14, decimal_places=2)
    by_on = models.DateField()

    class Meta:
        abstract = True
        ordering = ["by_on", "id"]

    def __str__(self) -> str:
        return f"{self.change:+} on {self.kpi_id}"


def services_in_use(person):
    return Service.objects.visible_to(person).open()


PEOPLE = {
    "sponsor": Ref(label="Sponsor", rows=staff, key="username", required=False),
    "unit": Ref(label="Business unit", rows=units, key="code", required=False),
    "services": Ref(label="Services it changes", rows=services_in_use, key="reference", many=True,
                    required=False),
}  # fmt: skip
COSTS = {
    "planned_cost": Decimal(label="Planned cost", least=0, required=False),
    "forecast_cost": Decimal(label="Forecast cost", least=0, required=False),
}
REQUIREMENTS = {name: PROFILE[name] for name in (*DESIGN, "compliance_flags")}
REASON = {"reason": LongText(label="Why", lines=3, min=10, max=2000)}
