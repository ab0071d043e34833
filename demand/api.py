"""Demands for machines: the same verbs, the same rows; scores and estimates below them."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.api.fields import PersonField, ReferenceField, body_of
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from changeoffice.core.doors.perform import perform
from changeoffice.core.record import at_once
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import NotAllowed
from demand import story, waiting
from demand.filters import ORDERINGS, DemandFilterSet
from demand.inputs import ACTUAL_INPUTS, LINE_INPUTS
from demand.models import Demand, StageLimit
from demand.stages import StageClock

# Of the card all offices begin with; null where another gave the score.
MEANS = ("mean_value", "mean_time_criticality", "mean_risk_reduction", "job_size")
REFERENCE = {"type": "object", "nullable": True,
             "properties": {"id": {"type": "string"}, "title": {"type": "string"}}}  # fmt: skip


class KpiEffectSerializer(serializers.Serializer):
    kpi = ReferenceField()
    change = serializers.DecimalField(14, 2)
    measure = serializers.CharField(source="kpi.measure")
    by_on = serializers.DateField()


class EstimateLineSerializer(serializers.Serializer):
    skill = serializers.CharField(source="skill.name")
    low_days = serializers.DecimalField(8, 1)
    likely_days = serializers.DecimalField(8, 1)
    high_days = serializers.DecimalField(8, 1)
    day_rate = serializers.DecimalField(9, 2)


class ActualSerializer(serializers.Serializer):
    skill = serializers.CharField(source="skill.name", default=None, allow_null=True)
    month = serializers.DateField()
    days = serializers.DecimalField(8, 1)
    cost = serializers.DecimalField(14, 2)


class ActualsSerializer(serializers.Serializer):
    """Ratios are actual over estimated: 1.3 is 30 % more."""

    currency = serializers.CharField()
    actual_days = serializers.DecimalField(10, 1, allow_null=True)
    actual_cost = serializers.DecimalField(14, 2, allow_null=True)
    effort_ratio = serializers.DecimalField(7, 3, allow_null=True)
    cost_ratio = serializers.DecimalField(7, 3, allow_null=True)
    results = ActualSerializer(many=True)


class AssessmentScoreSerializer(serializers.Serializer):
    """Marks by criterion; those of the card all offices begin with also under their own names."""

    assessor = PersonField()
    round = serializers.IntegerField()
    marks = serializers.DictField(child=serializers.FloatField())
    value = serializers.IntegerField(allow_null=True)
    time_criticality = serializers.IntegerField(allow_null=True)
    risk_reduction = serializers.IntegerField(allow_null=True)
    job_size = serializers.IntegerField(allow_null=True)
    rationale = serializers.CharField()
    at = serializers.DateTimeField()


class ScoresSerializer(serializers.Serializer):
    round = serializers.IntegerField()
    is_open = serializers.BooleanField()
    scorecard = serializers.CharField(allow_null=True)
    method = serializers.CharField()
    wanted = serializers.IntegerField()
    given = serializers.IntegerField()
    results = AssessmentScoreSerializer(many=True)


class EstimatesSerializer(serializers.Serializer):
    currency = serializers.CharField()
    cost_mean = serializers.DecimalField(14, 2)
    cost_p50 = serializers.DecimalField(14, 2)
    cost_p80 = serializers.DecimalField(14, 2)
    days_mean = serializers.DecimalField(10, 1)
    days_p50 = serializers.DecimalField(10, 1)
    days_p80 = serializers.DecimalField(10, 1)
    results = EstimateLineSerializer(many=True)


class StakeholderSerializer(serializers.Serializer):
    person = PersonField()
    interest = serializers.CharField()
    note = serializers.CharField()


class DemandSerializer(WorkSerializer):
    figures = tuple({"raw_score": "score"}.get(name, name) for name in Demand.figures) + MEANS

    need = serializers.CharField()
    source = serializers.CharField()
    source_reference = serializers.CharField()
    objective = ReferenceField(allow_null=True)
    split_from = serializers.SerializerMethodField()
    stakeholders = StakeholderSerializer(many=True, source="stakeholders.all")
    type = serializers.CharField()
    requester = PersonField(allow_null=True)
    sponsor = PersonField(allow_null=True)
    idea = serializers.SerializerMethodField()
    services = serializers.SerializerMethodField()
    mandatory_on = serializers.DateField(allow_null=True)
    availability = serializers.CharField()
    capacity = serializers.CharField()
    continuity = serializers.CharField()
    security = serializers.CharField()
    support = serializers.CharField()
    compliance_flags = serializers.ListField(child=serializers.CharField())
    risk = serializers.CharField()
    size = serializers.CharField()
    currency = serializers.CharField()
    cost_low = serializers.DecimalField(14, 2, allow_null=True)
    cost_likely = serializers.DecimalField(14, 2, allow_null=True)
    cost_high = serializers.DecimalField(14, 2, allow_null=True)
    confidence = serializers.IntegerField(allow_null=True)
    score = serializers.DecimalField(18, 2, source="raw_score", allow_null=True)
    score_index = serializers.DecimalField(7, 4, allow_null=True)
    wsjf = serializers.DecimalField(6, 2, allow_null=True)
    scorecard = serializers.CharField(source="scorecard.reference", default=None, allow_null=True)
    means = serializers.DictField(child=serializers.FloatField())
    mean_value = serializers.DecimalField(4, 2, allow_null=True)
    mean_time_criticality = serializers.DecimalField(4, 2, allow_null=True)
    mean_risk_reduction = serializers.DecimalField(4, 2, allow_null=True)
    job_size = serializers.DecimalField(4, 2, allow_null=True)
    round_closed_at = serializers.DateTimeField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    rank_because = serializers.CharField(
        allow_null=True, help_text="mandatory, score, needed or hand"
    )
    needs_first = serializers.SerializerMethodField()
    moved_to = serializers.IntegerField(allow_null=True)
    moved_because = serializers.CharField()
    waiting_cost = serializers.DecimalField(14, 2, allow_null=True)
    waiting_profile = serializers.CharField()
    waiting_on = serializers.DateField(allow_null=True)
    less_without = serializers.CharField(help_text="What a smaller version would leave out.")
    less_cost = serializers.DecimalField(14, 2, allow_null=True)
    less_effect = serializers.CharField()
    actual_days = serializers.DecimalField(10, 1, allow_null=True)
    actual_cost = serializers.DecimalField(14, 2, allow_null=True)
    effort_ratio = serializers.DecimalField(7, 3, allow_null=True)
    cost_ratio = serializers.DecimalField(7, 3, allow_null=True)
    kpi_effects = KpiEffectSerializer(many=True, source="effects.all")
    stage = serializers.CharField()
    stage_since = serializers.DateTimeField()
    stage_days = serializers.SerializerMethodField()
    stage_limit = serializers.SerializerMethodField()
    due_on = serializers.DateField(allow_null=True)
    overdue = serializers.SerializerMethodField()
    waits_for = serializers.SerializerMethodField()
    question = serializers.CharField()
    answer = serializers.CharField()
    revisit_on = serializers.DateField(allow_null=True)
    merged_into = serializers.SerializerMethodField()
    starts_on = serializers.DateField(allow_null=True)
    finishes_on = serializers.DateField(allow_null=True)
    progress = serializers.IntegerField()

    def get_services(self, demand) -> list[str]:
        return [service.reference for service in demand.services.all()]

    @extend_schema_field(REFERENCE)
    def get_idea(self, demand) -> dict[str, str] | None:
        return self._seen(demand.idea)

    @extend_schema_field({"type": "array", "items": REFERENCE})
    def get_needs_first(self, demand) -> list[dict[str, str]]:
        """Demands that have to come before it."""
        seen = (self._seen(row.needs) for row in demand.prerequisites.all())
        return [found for found in seen if found]

    @extend_schema_field(REFERENCE)
    def get_split_from(self, demand) -> dict[str, str] | None:
        return self._seen(demand.split_from)

    def get_merged_into(self, demand) -> dict[str, str] | None:
        return self._seen(demand.merged_into)

    def _seen(self, work) -> dict[str, str] | None:
        if work is None or not work.is_visible_to(self.context["request"].user):
            return None
        return {"id": work.reference, "title": work.title}

    def get_stage_days(self, demand) -> int:
        """Working days in the present stage; stopped while a question is open."""
        return self.context["stage_clock"].age(demand).days

    def get_stage_limit(self, demand) -> int | None:
        return self.context["stage_clock"].limits.get(demand.stage)

    def get_overdue(self, demand) -> bool:
        return bool(demand.due_on and demand.due_on < self.context["stage_clock"].today)

    def get_waits_for(self, demand) -> list[str]:
        """User names of those it waits for now."""
        known = self.context["waits"]
        if demand.pk not in known:
            known |= waiting.for_demands([demand])
        return [person.username for person in known[demand.pk].people]


@work_api
class DemandApi(WorkViewSet):
    work, area, serializer_class = Demand, "demands", DemandSerializer
    filterset_class, orderings, default_ordering = DemandFilterSet, ORDERINGS, "newest"
    birth, birth_inputs = Demand.raise_new, Demand.profile
    related = (
        "unit",
        "owner",
        "requester",
        "sponsor",
        "objective",
        "split_from",
        "idea",
        "merged_into",
        "standing",
        "scorecard",
    )

    def gather(self, records):
        joined: dict[str, tuple[str, ...]] = {"services": (), "effects": ("kpi",), "prerequisites": ("needs",),
                  "stakeholders": ("person",)}  # fmt: skip
        if len(records) == 1:  # its verbs ask whether any skill is estimated
            joined["estimate_lines"] = ()
        limits, steps = at_once.gather(
            records, joined, StageLimit.rows(), waiting.steps_of(records)
        )
        self._stage_clock, self._waits = StageClock(dict(limits)), waiting.told(records, steps)

    def get_serializer_context(self) -> dict[str, Any]:
        found = super().get_serializer_context()
        if not getattr(self, "swagger_fake_view", False):
            found |= {"stage_clock": self._clock(), "waits": getattr(self, "_waits", {})}
        return found

    def _clock(self) -> StageClock:
        held = getattr(self, "_stage_clock", None)
        if held is None:
            held = self._stage_clock = StageClock(StageLimit.of_all())
        return held

    @extend_schema(operation_id="demands_scores", responses=ScoresSerializer)
    @action(detail=True, methods=["get"])
    def scores(self, request, id: str) -> Response:
        """The scores of the present round: only one's own until it closes, then all."""
        demand = self.get_object()
        seen = demand.scores_seen_by(request.user, is_scored=demand.is_scored)
        if demand.round_closed_at and not SEES_FIGURES.holds(request.user, demand):
            seen = seen.filter(assessor=request.user)
        card = demand.round_card
        body = {"round": demand.round, "scorecard": card and card.reference,
                "method": demand.card_of_round.method, "is_open": demand.round_closed_at is None,
                "wanted": demand.scores_wanted, "given": demand.scores_of_round().count(),
                "results": seen}  # fmt: skip
        return Response(ScoresSerializer(body).data)

    @extend_schema(operation_id="demands_scores_create", responses={201: ScoresSerializer},
                   request=shapes.serializer_for("DemandScoresIn", Demand.score.asks))  # fmt: skip
    @scores.mapping.post
    def give_score(self, request, id: str) -> Response:
        """Give or change one's own scores; the same as the verb `score`. The fields are the criteria
        of the round's scorecard, here those of the card all offices begin with."""
        perform(self.get_object(), "score", by=request.user, data=body_of(request))
        answer = self.scores(request, id)
        answer.status_code = 201
        return answer

    @extend_schema(operation_id="demands_estimates", responses=EstimatesSerializer)
    @action(detail=True, methods=["get"])
    def estimates(self, request, id: str) -> Response:
        """Days and day rate of each skill, low, likely and high."""
        demand = self.get_object()
        if not SEES_FIGURES.holds(request.user, demand):
            raise NotAllowed(f"Seeing estimates needs {SEES_FIGURES.words}.")
        lines = list(demand.estimate_lines.select_related("skill"))
        cost, days = story.cost_outlook(lines), story.days_outlook(lines)
        body = {"currency": demand.currency, "cost_mean": Decimal(cost.mean),
                "cost_p50": Decimal(cost.p50), "cost_p80": Decimal(cost.p80),
                "days_mean": Decimal(days.mean), "days_p50": Decimal(days.p50),
                "days_p80": Decimal(days.p80), "results": lines}  # fmt: skip
        return Response(EstimatesSerializer(body).data)

    @extend_schema(operation_id="demands_estimates_create", responses={201: EstimatesSerializer},
                   request=shapes.serializer_for("DemandLineIn", LINE_INPUTS))  # fmt: skip
    @estimates.mapping.post
    def put_estimate(self, request, id: str) -> Response:
        """Put or change one skill's days; the same as the verb `estimate`."""
        perform(self.get_object(), "estimate", by=request.user, data=body_of(request))
        answer = self.estimates(request, id)
        answer.status_code = 201
        return answer

    @extend_schema(operation_id="demands_actuals", responses=ActualsSerializer)
    @action(detail=True, methods=["get"])
    def actuals(self, request, id: str) -> Response:
        """Person-days and cost by skill and month, and how they compare with the estimate."""
        demand = self.get_object()
        if not SEES_FIGURES.holds(request.user, demand):
            raise NotAllowed(f"Seeing actuals needs {SEES_FIGURES.words}.")
        names = ("currency", "actual_days", "actual_cost", "effort_ratio", "cost_ratio")
        body: dict[str, Any] = {name: getattr(demand, name) for name in names}
        body["results"] = list(demand.actuals.select_related("skill"))
        return Response(ActualsSerializer(body).data)

    @extend_schema(operation_id="demands_actuals_create", responses={201: ActualsSerializer},
                   request=shapes.serializer_for("DemandActualIn", ACTUAL_INPUTS))  # fmt: skip
    @actuals.mapping.post
    def put_actual(self, request, id: str) -> Response:
        """Put or correct one skill's month; the same as the verb `record-actuals`."""
        perform(self.get_object(), "record_actuals", by=request.user, data=body_of(request))
        answer = self.actuals(request, id)
        answer.status_code = 201
        return answer
