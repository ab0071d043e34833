"""Enhancements and changes for machines."""

from rest_framework import serializers

from changeoffice.core.doors.api.views import work_api
from demand.handed import CarriesOutApi, CarriesOutSerializer
from practices.change.filters import ORDERINGS, ChangeFilterSet
from practices.change.models import CHANGE_INPUTS, Change


class PlannedChangeSerializer(CarriesOutSerializer):
    category = serializers.CharField()
    type = serializers.CharField()
    window_start = serializers.DateTimeField(allow_null=True)
    window_end = serializers.DateTimeField(allow_null=True)
    implementation_plan = serializers.CharField()
    back_out_plan = serializers.CharField()
    outcome = serializers.CharField()
    outcome_words = serializers.CharField()


@work_api
class ChangeApi(CarriesOutApi):
    work, area, serializer_class = Change, "changes", PlannedChangeSerializer
    filterset_class, orderings = ChangeFilterSet, ORDERINGS
    birth, birth_inputs = Change.plan, CHANGE_INPUTS
