"""Insight for machines: the dashboard's numbers with their lists, and the stored facts."""

from datetime import date, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.doors.api.schema import WholeList
from changeoffice.core.doors.lists import count_of, need_known, whole
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.insight import quality, selectors
from changeoffice.insight.asking import PARAMETERS, day_of, read
from changeoffice.insight.dashboard import Dashboard, Number
from changeoffice.insight.kpis import reading
from changeoffice.insight.kpis.definitions import KPIS, Kpi
from changeoffice.insight.measures import measure
from changeoffice.insight.models import DailyFact, KpiTarget

MOST_DAYS = 400
AS_OF = OpenApiParameter(
    "as_of", date, description="The end of that office day; today if left out."
)
VERSUS = OpenApiParameter(
    "vs", date, description="A day to compare with; two weeks before if left out."
)
PORTFOLIO = OpenApiParameter("portfolio", str, description="Reference of a portfolio, or `none`.")
PROGRAMME = OpenApiParameter("programme", str, description="Reference of a programme.")


class NumberSerializer(serializers.Serializer):
    """One number, and the address of the list that adds up to it."""

    measure = serializers.CharField()
    label = serializers.CharField()
    value = serializers.CharField(help_text="A count, or an amount as a decimal string.")
    currency = serializers.CharField(allow_blank=True)
    change = serializers.IntegerField(allow_null=True, help_text="Against the day compared with.")
    items = serializers.CharField(help_text="The page that lists the items behind it.")


class RolledUpSerializer(serializers.Serializer):
    id = serializers.CharField()
    title = serializers.CharField()
    numbers = NumberSerializer(many=True)


class SummarySerializer(serializers.Serializer):
    as_of = serializers.DateField()
    compared_with = serializers.DateField()
    portfolio = serializers.CharField(allow_blank=True)
    answer = serializers.CharField()
    numbers = NumberSerializer(many=True)
    rolled_up = RolledUpSerializer(many=True)


class FactSerializer(serializers.Serializer):
    day = serializers.DateField()
    measure = serializers.CharField()
    label = serializers.CharField()
    currency = serializers.CharField(allow_blank=True)
    value = serializers.DecimalField(20, 2)
    n = serializers.IntegerField(help_text="How many items are behind it.")


class DefinitionSerializer(serializers.Serializer):
    id = serializers.CharField()
    label = serializers.CharField()
    definition = serializers.CharField()
    formula = serializers.CharField()
    unit = serializers.CharField()
    better = serializers.ChoiceField(["lower", "higher"])
    measures = serializers.ListField(child=serializers.CharField())
    target = serializers.DecimalField(10, 1)


class PointSerializer(serializers.Serializer):
    day = serializers.DateField()
    value = serializers.DecimalField(12, 1, allow_null=True)


class ReadingSerializer(DefinitionSerializer):
    value = serializers.DecimalField(12, 1, allow_null=True)
    is_met = serializers.BooleanField(allow_null=True)
    trend = PointSerializer(many=True)


class PortfolioSummaryApi(viewsets.ViewSet):
    area = "portfolio"
    serializer_class = SummarySerializer

    @extend_schema(operation_id="portfolio_summary", responses=SummarySerializer,
                   parameters=[AS_OF, VERSUS, PORTFOLIO, PROGRAMME])  # fmt: skip
    @action(detail=False, methods=["get"])
    def summary(self, request) -> Response:
        """The numbers of the leadership dashboard as of a day, each with its list."""
        params = request.query_params.dict()
        need_known(params, PARAMETERS)
        asked = read(params, request.user)
        board = Dashboard(request.user, asked.chosen, asked.day, asked.versus, asked.portfolios)
        return Response({
            "as_of": asked.day, "compared_with": asked.versus, "portfolio": asked.chosen.reference,
            "answer": board.answer, "numbers": [_number(n, board) for n in board.numbers()],
            "rolled_up": [
                {"id": row["reference"], "title": row["title"],
                 "numbers": [_number(n) for n in (row["total"], *row["doors_shown"])]}
                for row in board.rolled_up
            ],
        })  # fmt: skip


def _number(number: Number, board: Dashboard | None = None) -> dict[str, Any]:
    known = measure(number.measure)
    compared = board is not None and not number.currency and board.versus in board.facts.days
    before = board.facts.n(number.measure, board.versus) if compared and board else None
    return {
        "measure": number.measure, "label": known.label if known else number.label,
        "value": str(number.value), "currency": number.currency,
        "change": None if before is None or number.measure == "changes" else number.value - before,
        "items": number.url,
    }  # fmt: skip


class KpiApi(viewsets.ViewSet):
    area = "kpis"
    lookup_field = "id"
    serializer_class = FactSerializer
    pagination_class = WholeList

    @extend_schema(operation_id="kpis_list", responses=FactSerializer(many=True), parameters=[
        OpenApiParameter("measure", str, required=True, description="A code, or several with commas."),
        OpenApiParameter("day__gte", date, description="First day; 30 days before the last if left out."),
        OpenApiParameter("day__lte", date, description="Last day; today if left out."),
        PORTFOLIO, PROGRAMME,
    ])  # fmt: skip
    def list(self, request) -> Response:
        """Stored facts of some measures over a range of days, without confidential items."""
        params = request.query_params.dict()
        need_known(params, {"measure", "day__gte", "day__lte", "portfolio", "programme"})
        chosen = selectors.chosen_from(params, request.user)
        if chosen is None or not selectors.sees_totals(request.user):
            raise NotSeen("There is no such portfolio, or you may not see it.")
        codes = _codes(params.get("measure", ""), request.user)
        first, last = _range(params)
        rows = DailyFact.objects.filter(
            scope=chosen.scope, scope_id=chosen.scope_id, measure__in=codes,
            day__gte=first, day__lte=last,
        ).order_by("measure", "currency", "day")  # fmt: skip
        return Response({"results": [
            {"day": row.day, "measure": row.measure, "label": codes[row.measure].label,
             "currency": row.currency, "value": str(row.value), "n": row.n}
            for row in rows
        ]})  # fmt: skip

    @extend_schema(operation_id="kpis_definitions", responses=DefinitionSerializer(many=True))
    @action(detail=False, methods=["get"])
    def definitions(self, request) -> Response:
        """Every KPI: what it means, how it is reckoned and what it shall reach."""
        need_known(request.query_params.dict(), set())
        if not selectors.sees_totals(request.user):
            raise NotSeen("There are no KPIs you may see.")
        targets = dict(KpiTarget.objects.values_list("kpi", "target"))
        return Response(
            {"results": [_definition(kpi, targets.get(kpi.slug)) for kpi in KPIS.values()]}
        )

    @extend_schema(operation_id="kpis_retrieve", responses=ReadingSerializer, parameters=[
        OpenApiParameter("id", str, OpenApiParameter.PATH, description="For example time-to-decision."),
        OpenApiParameter("weeks", int, description="How far back the trend goes, 1 to 104; 52 if left out."),
    ])  # fmt: skip
    def retrieve(self, request, id: str) -> Response:
        """One KPI as of today, with its trend week by week."""
        params = request.query_params.dict()
        need_known(params, {"weeks"})
        if id not in KPIS or not selectors.sees_totals(request.user):
            raise NotSeen("There is no such KPI, or you may not see it.")
        (found,) = reading.read(
            request.user, clock.today(), _weeks(params.get("weeks", "52")), kpis=[KPIS[id]]
        )
        return Response(_definition(found.kpi, found.target) | {
            "value": _figure(found.value), "is_met": found.is_met,
            "trend": [{"day": day, "value": _figure(value)}
                      for day, value in zip(found.days, found.values, strict=True)],
        })  # fmt: skip


def _weeks(text: str) -> int:
    found = whole(text, 104)
    if not found:
        raise Invalid(weeks="Choose 1 to 104.")
    return found


def _figure(value: Any) -> str | None:
    return None if value is None else f"{value:.1f}"


def _definition(kpi: Kpi, target: Any) -> dict[str, Any]:
    return {
        "id": kpi.slug, "label": kpi.label, "definition": kpi.definition, "formula": kpi.formula,
        "unit": kpi.unit, "better": kpi.better, "measures": sorted(kpi.measures),
        "target": _figure(kpi.target if target is None else target),
    }  # fmt: skip


class CheckSerializer(serializers.Serializer):
    """One check with what fails it, as far as the caller may see."""

    id = serializers.CharField()
    title = serializers.CharField()
    mend = serializers.CharField(help_text="What to do about it.")
    count = serializers.IntegerField(help_text="At most 1,000 are counted.")
    items = serializers.CharField(help_text="The page that lists the items behind it.")


class DataQualityApi(viewsets.ViewSet):
    area = "data-quality"
    serializer_class = CheckSerializer

    @extend_schema(operation_id="data_quality_list", responses=CheckSerializer(many=True))
    def list(self, request) -> Response:
        """Data that cannot be right, or that nobody answers for."""
        need_known(request.query_params.dict(), set())
        return Response([
            {"id": check.slug, "title": check.title, "mend": check.mend,
             "count": count_of(check.rows(request.user))[0], "items": f"/data-quality?check={check.slug}"}
            for check in quality.CHECKS.values()
        ])  # fmt: skip


def _codes(text: str, person) -> dict[str, Any]:
    codes = [code.strip() for code in text.split(",") if code.strip()][:20]
    known = {code: measure(code) for code in codes}
    unknown = [code for code, found in known.items() if found is None]
    if unknown or not codes:
        raise Invalid(measure=f"Not known here: {', '.join(unknown)[:200]}." if unknown
                      else "Name at least one measure.")  # fmt: skip
    if any(found.is_figure for found in known.values()) and not selectors.sees_figures(person):
        raise NotSeen("There is no such measure, or you may not see it.")
    return known


def _range(params: dict[str, str]) -> tuple[date, date]:
    last = day_of(params, "day__lte") or clock.today()
    first = day_of(params, "day__gte") or last - timedelta(days=30)
    if (last - first).days > MOST_DAYS:
        raise Invalid(day__gte=f"Ask for at most {MOST_DAYS} days.")
    return first, last


APIS = {"portfolio": PortfolioSummaryApi, "kpis": KpiApi, "data-quality": DataQualityApi}
