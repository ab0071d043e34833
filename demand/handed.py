"""What pages and the API show of everything a demand may become beside a project."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.api.fields import PersonField, ReferenceField
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet
from changeoffice.core.doors.lists import WorkFilterSet
from changeoffice.core.doors.pages.work import WorkPage
from changeoffice.core.doors.templatetags.formats import full_money
from changeoffice.core.record import at_once
from changeoffice.core.talk.models import Attachment
from changeoffice.organisation.models import BusinessKpi
from demand import story
from demand.models.handed import CarriesOut

RELATED = ("unit", "owner", "sponsor", "demand")


class CarriesOutFilterSet(WorkFilterSet):
    service = django_filters.CharFilter(
        field_name="services__reference", lookup_expr="iexact", label="Service"
    )
    demand = django_filters.CharFilter(
        field_name="demand__reference", lookup_expr="iexact", label="Demand"
    )


class PlannedEffectSerializer(serializers.Serializer):
    kpi = ReferenceField()
    change = serializers.DecimalField(14, 2)
    by_on = serializers.DateField()


class CarriesOutSerializer(WorkSerializer):
    figures = CarriesOut.figures

    description = serializers.CharField()
    demand = ReferenceField(allow_null=True)
    sponsor = PersonField(allow_null=True)
    services = serializers.SerializerMethodField()
    progress = serializers.IntegerField(help_text="In per cent.")
    planned_cost = serializers.DecimalField(16, 2, allow_null=True)
    forecast_cost = serializers.DecimalField(16, 2, allow_null=True)
    currency = serializers.CharField()
    availability = serializers.CharField()
    capacity = serializers.CharField()
    continuity = serializers.CharField()
    security = serializers.CharField()
    support = serializers.CharField()
    compliance_flags = serializers.ListField(child=serializers.CharField())
    effects = PlannedEffectSerializer(many=True, source="effects.all")

    def get_services(self, made) -> list[str]:
        return [service.reference for service in made.services.all()]


class CarriesOutApi(WorkViewSet):
    related: tuple[str, ...] = RELATED

    def gather(self, records):
        at_once.gather(records, {"services": (), "effects": ("kpi",)})


def files_of_demand(made) -> QuerySet:
    """Files stay on the demand; what it became links to them."""
    return Attachment.objects.filter(record_id=made.demand_id)


def source_of(made, person, files) -> dict[str, Any]:
    """The demand it came from with its files, for those who may see it."""
    seen = made.demand is not None and made.demand.is_visible_to(person)
    return {"source": made.demand, "files": files} if seen else {"source": None, "files": []}


def design_of(record) -> list[tuple[str, str]]:
    return [(name.capitalize(), words) for name, words in record.design_requirements.items()]


class CarriesOutPage(WorkPage):
    """Where it came from, how far it is, what it asks and is meant to move."""

    related: tuple[str, ...] = RELATED
    template = "demand/carries_out.html"
    text_names: ClassVar[tuple[str, ...]] = ()
    owner_label: ClassVar[str] = "Owner"

    def around(self, record) -> dict[str, Any]:
        person = self.request.user
        kpis = BusinessKpi.objects.select_related("objective").prefetch_related("readings")
        return {
            "services": record.services.visible_to(person).order_by("title"),
            "effects": record.effects.prefetch_related(Prefetch("kpi", kpis)),
            "files": files_of_demand(record),
        }  # fmt: skip

    def read(self, record) -> None:
        super().read(record)
        at_once.hold(record, effects=self.found["effects"])

    def facts(self, record: CarriesOut) -> list[tuple[str, Any]]:
        """What the kind has beside people, services and money."""
        return []

    def answer(self, record: CarriesOut) -> str:
        return ""

    def extra(self, record) -> dict[str, Any]:
        person = self.request.user
        texts = [(record._meta.get_field(name).verbose_name.capitalize(), getattr(record, name))
                 for name in self.text_names]  # fmt: skip
        return {
            **source_of(record, person, self.found["files"]), "design": design_of(record),
            "answer": self.answer(record), "owner_label": self.owner_label,
            "facts": [*self.facts(record), *self._money(record, person)],
            "services": self.found["services"],
            "texts": [(label, words) for label, words in texts if words],
            "effects": story.effects(self.found["effects"]),
        }  # fmt: skip

    def _money(self, record: CarriesOut, person) -> list[tuple[str, str]]:
        if not SEES_FIGURES.holds(person, record):
            return []
        costs = (("Planned cost", record.planned_cost), ("Forecast cost", record.forecast_cost))
        return [(label, full_money(cost, record.currency)) for label, cost in costs
                if cost is not None]  # fmt: skip
