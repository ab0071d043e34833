"""Services, configuration items, objectives and KPIs for machines."""

from rest_framework import serializers

from changeoffice.core.doors.api.fields import ReferenceField
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from changeoffice.organisation.directory import DIRECTORIES
from changeoffice.organisation.filters import (
    ORDERINGS,
    BusinessKpiFilterSet,
    ConfigurationItemFilterSet,
    ObjectiveFilterSet,
    ServiceFilterSet,
)
from changeoffice.organisation.models import BusinessKpi, ConfigurationItem, Objective, Service


class ServiceSerializer(WorkSerializer):
    description = serializers.CharField()
    criticality = serializers.IntegerField()
    users = serializers.IntegerField(allow_null=True)
    support_hours = serializers.CharField()
    peak_times = serializers.CharField()


class ConfigurationItemSerializer(WorkSerializer):
    type = serializers.CharField()
    environment = serializers.CharField()
    supports = serializers.SerializerMethodField()
    depends_on = serializers.SerializerMethodField()

    def get_supports(self, item) -> list[str]:
        return [service.reference for service in item.supports.all()]

    def get_depends_on(self, item) -> list[str]:
        return [other.reference for other in item.depends_on.all()]


class ObjectiveSerializer(WorkSerializer):
    description = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class BusinessKpiSerializer(WorkSerializer):
    objective = ReferenceField(allow_null=True)
    measure = serializers.CharField()
    baseline = serializers.DecimalField(14, 2)
    target = serializers.DecimalField(14, 2)


@work_api
class ServiceApi(WorkViewSet):
    work, area, serializer_class = Service, "services", ServiceSerializer
    filterset_class, orderings, default_ordering = ServiceFilterSet, ORDERINGS, "title"
    birth, birth_inputs = Service.add, Service.profile


@work_api
class ConfigurationItemApi(WorkViewSet):
    work, area = ConfigurationItem, "configuration-items"
    serializer_class = ConfigurationItemSerializer
    filterset_class, orderings = ConfigurationItemFilterSet, ORDERINGS
    default_ordering = "title"
    birth, birth_inputs = ConfigurationItem.add, ConfigurationItem.profile

    def enrich(self, rows):
        return rows.prefetch_related("supports", "depends_on")


@work_api
class ObjectiveApi(WorkViewSet):
    work, area, serializer_class = Objective, "objectives", ObjectiveSerializer
    filterset_class, orderings, default_ordering = ObjectiveFilterSet, ORDERINGS, "title"
    birth, birth_inputs = Objective.add, Objective.profile


@work_api
class BusinessKpiApi(WorkViewSet):
    work, area, serializer_class = BusinessKpi, "business-kpis", BusinessKpiSerializer
    filterset_class, orderings, default_ordering = BusinessKpiFilterSet, ORDERINGS, "title"
    birth, birth_inputs = BusinessKpi.add, BusinessKpi.profile
    related = ("unit", "owner", "objective")


APIS = [ServiceApi, ConfigurationItemApi, ObjectiveApi, BusinessKpiApi, *DIRECTORIES]
