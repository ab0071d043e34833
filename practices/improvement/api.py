"""The improvement register for machines."""

from rest_framework import serializers

from changeoffice.core.doors.api.fields import ReferenceField
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from practices.improvement.filters import ORDERINGS, ImprovementFilterSet
from practices.improvement.models import Improvement


class ImprovementSerializer(WorkSerializer):
    description = serializers.CharField()
    service = ReferenceField(allow_null=True)
    priority = serializers.IntegerField()
    measure = serializers.CharField()
    now = serializers.DecimalField(14, 2, allow_null=True)
    wanted = serializers.DecimalField(14, 2, allow_null=True)
    result = serializers.CharField()
    demand = serializers.SerializerMethodField()

    def get_demand(self, improvement) -> str | None:
        demand = improvement.demand
        seen = demand is not None and demand.is_visible_to(self.context["request"].user)
        return demand.reference if seen else None


@work_api
class ImprovementApi(WorkViewSet):
    work, area, serializer_class = Improvement, "improvements", ImprovementSerializer
    filterset_class, orderings, default_ordering = ImprovementFilterSet, ORDERINGS, "priority"
    birth, birth_inputs = Improvement.note_down, Improvement.profile
    related = ("unit", "owner", "service", "demand")
