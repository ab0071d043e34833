"""Budgets for machines: totals and lines; nothing of it without a role on the project or its unit."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from changeoffice.core.doors.api.fields import ReferenceField
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from practices.finance.filters import BudgetFilterSet
from practices.finance.models import BUDGET_INPUTS, Budget


class BudgetLineSerializer(serializers.Serializer):
    month = serializers.DateField()
    cost_kind = serializers.CharField()
    category = serializers.CharField()
    budget = serializers.DecimalField(14, 2)
    actual = serializers.DecimalField(14, 2, allow_null=True)
    forecast = serializers.DecimalField(14, 2, allow_null=True)


class BudgetTotalsSerializer(serializers.Serializer):
    budget = serializers.DecimalField(18, 2)
    spent = serializers.DecimalField(18, 2)
    forecast = serializers.DecimalField(18, 2)
    over_percent = serializers.DecimalField(9, 2, allow_null=True)


class BudgetSerializer(WorkSerializer):
    figures = ("totals", "lines")

    project = ReferenceField()
    currency = serializers.CharField()
    totals = serializers.SerializerMethodField()
    lines = BudgetLineSerializer(many=True)

    @extend_schema_field(BudgetTotalsSerializer)
    def get_totals(self, budget) -> dict:
        return BudgetTotalsSerializer(budget.totals()).data


@work_api
class BudgetApi(WorkViewSet):
    work, area, serializer_class = Budget, "budgets", BudgetSerializer
    filterset_class = BudgetFilterSet
    birth, birth_inputs = Budget.open_for, BUDGET_INPUTS
    related = ("unit", "owner", "project")

    def enrich(self, rows):
        return rows.prefetch_related("lines")
