"""How the registers are narrowed and sorted, for the pages and the API alike."""

import django_filters

from changeoffice.core.doors.lists import NEWEST, Ordering, WorkFilterSet
from changeoffice.organisation.models import BusinessKpi, ConfigurationItem, Objective, Service

ORDERINGS = {"title": Ordering("Name", "title", descending=False), "newest": NEWEST}


class ServiceFilterSet(WorkFilterSet):
    criticality = django_filters.NumberFilter(min_value=1, max_value=4, label="Criticality")

    class Meta:
        model = Service
        fields: list[str] = []


class ConfigurationItemFilterSet(WorkFilterSet):
    type = django_filters.CharFilter(label="Type")
    environment = django_filters.CharFilter(label="Environment")
    supports = django_filters.CharFilter(method="by_service", label="Supports service")

    def by_service(self, rows, name, reference):
        return rows.filter(supports__reference=reference.upper()).distinct()

    class Meta:
        model = ConfigurationItem
        fields: list[str] = []


class ObjectiveFilterSet(WorkFilterSet):
    class Meta:
        model = Objective
        fields: list[str] = []


class BusinessKpiFilterSet(WorkFilterSet):
    objective = django_filters.CharFilter(method="by_objective", label="Objective")

    def by_objective(self, rows, name, reference):
        return rows.filter(objective__reference=reference.upper())

    class Meta:
        model = BusinessKpi
        fields: list[str] = []
