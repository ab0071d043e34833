"""The portfolio for machines: the same verbs, the same rows."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from changeoffice.core.doors.api.fields import PersonField, ReferenceField
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from portfolio import filters
from portfolio.api_backlog import EpicApi, ProductApi
from portfolio.api_projects import ProjectApi
from portfolio.models import (
    Action,
    Benefit,
    Dependency,
    Gate,
    Intervention,
    Issue,
    Milestone,
    Portfolio,
    Programme,
    RagPolicy,
    Risk,
)
from portfolio.models.benefit import BENEFIT_INPUTS
from portfolio.models.dependency import PROPOSE_INPUTS
from portfolio.models.milestone import PLAN_INPUTS
from portfolio.models.raid import ACTION_INPUTS, ISSUE_INPUTS, RISK_INPUTS

OF_PROJECT = ("unit", "owner", "project")


# What projects are gathered in ---------------------------------------------------------------------
class PortfolioSerializer(WorkSerializer):
    description = serializers.CharField()
    sponsor = PersonField(allow_null=True)


class ProgrammeSerializer(PortfolioSerializer):
    portfolio = ReferenceField(allow_null=True)


@work_api
class PortfolioApi(WorkViewSet):
    work, area, serializer_class = Portfolio, "portfolios", PortfolioSerializer
    birth, birth_inputs = Portfolio.set_up, Portfolio.profile
    related = ("unit", "owner", "sponsor")


@work_api
class ProgrammeApi(WorkViewSet):
    work, area, serializer_class = Programme, "programmes", ProgrammeSerializer
    birth, birth_inputs = Programme.set_up, Programme.profile
    related = ("unit", "owner", "sponsor", "portfolio")


# Gates and milestones ------------------------------------------------------------------------------
class CriterionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    practice = serializers.CharField()
    critical = serializers.BooleanField()
    state = serializers.CharField()
    evidence = serializers.CharField()
    by = PersonField(allow_null=True)
    at = serializers.DateTimeField()
    expires_on = serializers.DateField(allow_null=True)


class GateSerializer(WorkSerializer):
    project = ReferenceField()
    code = serializers.CharField()
    position = serializers.IntegerField()
    opens_stage = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    would_pass = serializers.BooleanField()
    would_hold_because = serializers.ListField(child=serializers.CharField())
    criteria = CriterionSerializer(many=True)
    decision = serializers.CharField()
    decided_on = serializers.DateField(allow_null=True)
    decided_by = PersonField(allow_null=True)
    rationale = serializers.CharField()
    evidence = serializers.ListField(child=serializers.DictField())


@work_api
class GateApi(WorkViewSet):
    work, area, serializer_class = Gate, "gates", GateSerializer
    filterset_class = filters.GateFilterSet
    related = (*OF_PROJECT, "decided_by")

    def enrich(self, rows):
        return rows.prefetch_related("criteria__by", "milestones")


class MilestoneSerializer(WorkSerializer):
    project = ReferenceField()
    gate = ReferenceField(allow_null=True)
    baseline_on = serializers.DateField()
    forecast_on = serializers.DateField()
    actual_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField()
    expected_because = serializers.SerializerMethodField()
    slip = serializers.IntegerField()
    expected_slip = serializers.IntegerField()

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_expected_because(self, mark) -> str | None:
        """The dependency that makes it late, where the caller may see it."""
        because = mark.expected_because
        if because is None:
            return None
        seen = because.pk in self.context["view"].seen_dependencies([because.pk])
        return because.reference if seen else "in progress"


@work_api
class MilestoneApi(WorkViewSet):
    work, area, serializer_class = Milestone, "milestones", MilestoneSerializer
    filterset_class, orderings = filters.MilestoneFilterSet, filters.MILESTONE_ORDERINGS
    birth, birth_inputs = Milestone.plan, PLAN_INPUTS
    related = (*OF_PROJECT, "gate", "expectation", "expectation__because")

    def seen_dependencies(self, ids: list[int]) -> set[int]:
        """Which late-makers the caller may see; asked once for the whole answer."""
        if not hasattr(self, "_seen"):
            rows = Dependency.objects.visible_to(self.request.user).filter(state="agreed")
            self._seen = set(rows.values_list("pk", flat=True))
        return self._seen & set(ids)


# Dependencies --------------------------------------------------------------------------------------
class DependencySerializer(WorkSerializer):
    giver = ReferenceField()
    getter = ReferenceField()
    giver_project = ReferenceField(source="giver.project")
    getter_project = ReferenceField(source="getter.project")
    acceptance = serializers.CharField()
    need_by = serializers.DateField(source="needed_on")
    link = serializers.CharField()
    lag = serializers.IntegerField()
    tolerance = serializers.IntegerField()
    giver_owner = PersonField(allow_null=True)
    getter_owner = PersonField(allow_null=True)
    giver_agreed_at = serializers.DateTimeField(allow_null=True)
    getter_agreed_at = serializers.DateTimeField(allow_null=True)
    slip = serializers.IntegerField()
    gap = serializers.IntegerField()
    tolerance_used = serializers.FloatField()
    breached = serializers.BooleanField(source="is_breached")


@work_api
class DependencyApi(WorkViewSet):
    work, area, serializer_class = Dependency, "dependencies", DependencySerializer
    filterset_class, orderings = filters.DependencyFilterSet, filters.DEPENDENCY_ORDERINGS
    birth, birth_inputs = Dependency.propose, PROPOSE_INPUTS
    related = (
        "unit", "owner", "giver__project", "getter__project", "giver__expectation", "giver_owner",
        "getter_owner",
    )  # fmt: skip


# Risks, issues, actions, benefits, interventions ---------------------------------------------------
class RiskSerializer(WorkSerializer):
    project = ReferenceField()
    description = serializers.CharField()
    probability = serializers.IntegerField()
    impact = serializers.IntegerField()
    exposure = serializers.IntegerField()
    above_appetite = serializers.BooleanField(source="is_above_appetite")
    proximity = serializers.CharField()
    response = serializers.CharField()
    response_plan = serializers.CharField()
    residual_probability = serializers.IntegerField(allow_null=True)
    residual_impact = serializers.IntegerField(allow_null=True)
    review_on = serializers.DateField(allow_null=True)


@work_api
class RiskApi(WorkViewSet):
    work, area, serializer_class = Risk, "risks", RiskSerializer
    filterset_class, orderings = filters.RiskFilterSet, filters.RISK_ORDERINGS
    birth, birth_inputs, related = Risk.note_down, RISK_INPUTS, OF_PROJECT


class IssueSerializer(WorkSerializer):
    project = ReferenceField()
    description = serializers.CharField()
    severity = serializers.IntegerField()
    target_on = serializers.DateField()
    resolution = serializers.CharField()


@work_api
class IssueApi(WorkViewSet):
    work, area, serializer_class = Issue, "issues", IssueSerializer
    filterset_class, orderings = filters.IssueFilterSet, filters.ISSUE_ORDERINGS
    birth, birth_inputs, related = Issue.note_down, ISSUE_INPUTS, OF_PROJECT


class ActionSerializer(WorkSerializer):
    project = ReferenceField()
    due_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField(source="is_overdue")


@work_api
class ActionApi(WorkViewSet):
    work, area, serializer_class = Action, "actions", ActionSerializer
    filterset_class, orderings = filters.ActionFilterSet, filters.DUE_ORDERINGS
    birth, birth_inputs, related = Action.assign, ACTION_INPUTS, OF_PROJECT


class BenefitSerializer(WorkSerializer):
    project = ReferenceField()
    kpi = ReferenceField()
    planned_change = serializers.DecimalField(14, 2)
    by_on = serializers.DateField()
    realised_change = serializers.DecimalField(14, 2, allow_null=True)
    read_on = serializers.DateField(allow_null=True)


@work_api
class BenefitApi(WorkViewSet):
    work, area, serializer_class = Benefit, "benefits", BenefitSerializer
    filterset_class = filters.BenefitFilterSet
    birth, birth_inputs = Benefit.expect, BENEFIT_INPUTS
    related = (*OF_PROJECT, "kpi")


class InterventionSerializer(WorkSerializer):
    project = ReferenceField()
    cause = serializers.CharField()
    cause_since = serializers.DateField()
    due_on = serializers.DateField()
    rung = serializers.CharField(source="get_rung_display")
    answer = serializers.CharField()
    decision = serializers.CharField()
    ended_on = serializers.DateField(allow_null=True)


@work_api
class InterventionApi(WorkViewSet):
    work, area, serializer_class = Intervention, "interventions", InterventionSerializer
    filterset_class, orderings = filters.InterventionFilterSet, filters.DUE_ORDERINGS
    related = OF_PROJECT


class RagPolicySerializer(WorkSerializer):
    schedule_amber = serializers.IntegerField()
    schedule_red = serializers.IntegerField()
    cost_amber = serializers.DecimalField(6, 2)
    cost_red = serializers.DecimalField(6, 2)
    risk_amber = serializers.IntegerField()
    risk_red = serializers.IntegerField()
    dependency_amber = serializers.IntegerField()
    dependency_red = serializers.IntegerField()
    overdue_amber = serializers.IntegerField()
    overdue_red = serializers.IntegerField()
    benefits_amber = serializers.IntegerField()
    benefits_red = serializers.IntegerField()
    return_to_green = serializers.IntegerField()


@work_api
class RagPolicyApi(WorkViewSet):
    work, area, serializer_class = RagPolicy, "rag-policies", RagPolicySerializer


APIS = [
    PortfolioApi, ProgrammeApi, ProjectApi, GateApi, MilestoneApi, DependencyApi, RiskApi, IssueApi,
    ActionApi, BenefitApi, InterventionApi, RagPolicyApi,
    ProductApi, EpicApi,
]  # fmt: skip
