"""Projects for machines: with their RAG explained, and with what one date would do to others."""

from datetime import date
from typing import Any

from django.db import connection, transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.doors.api.fields import PersonField, ReferenceField, body_of
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from changeoffice.core.record import at_once, clock
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.models import Alias
from portfolio import commands, explain, filters, selectors
from portfolio.knock_on import knock_on
from portfolio.models import Milestone, Project
from portfolio.models.project import START_INPUTS

EXTERNAL_INPUTS = Project.profile | {
    "currency": shapes.Text(label="Currency", max=3, min=3, required=False),
    "reported_on": shapes.Date(label="Reported on", required=False),
    "reported_slip_days": shapes.Number(label="Delay in working days", required=False),
    "reported_cost_percent": shapes.Decimal(label="Over budget, per cent", required=False),
}
KNOCK_ON_INPUTS = {
    "milestone": shapes.Ref(label="Milestone", key="reference",
                            rows=lambda person: Milestone.objects.visible_to(person)),
    "forecast_on": shapes.Date(label="Forecast"),
}  # fmt: skip


class RagField(serializers.Field):
    """Overall colour, colour by dimension and since when; rendered from the stored codes."""

    def __init__(self, **options) -> None:
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, project) -> dict[str, Any]:
        reading = project.rag
        if reading is None:
            return {"overall": "not_rated", "since": None, "dimensions": {}}
        return {
            "overall": reading.code, "since": reading.overall_since.isoformat(),
            "dimensions": reading.dimensions,
        }  # fmt: skip


class JudgementSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    value = serializers.CharField()
    label = serializers.CharField(source="get_value_display")
    scale = serializers.CharField()
    not_rated_because = serializers.CharField()
    rationale = serializers.CharField()
    source = serializers.CharField()
    by = PersonField(allow_null=True)


class ProjectSerializer(WorkSerializer):
    figures = Project.figures

    description = serializers.CharField()
    programme = ReferenceField(allow_null=True)
    portfolio = ReferenceField(allow_null=True)
    sponsor = PersonField(allow_null=True)
    services = serializers.SerializerMethodField()
    demand = serializers.SerializerMethodField()
    lifecycle = serializers.CharField(source="template")
    stage = serializers.CharField()
    stage_label = serializers.CharField(source="get_stage_display")
    rag = extend_schema_field(OpenApiTypes.OBJECT)(RagField)()
    own_colour = serializers.CharField()
    confidence = serializers.CharField(
        source="confidence.value", default=None, allow_null=True, read_only=True
    )
    confidence_as_of = serializers.DateField(
        source="confidence.as_of", default=None, allow_null=True, read_only=True
    )
    confidence_gap = serializers.CharField()
    status_summary = serializers.CharField()
    confirmed_on = serializers.DateField(allow_null=True)
    planned_start = serializers.DateField(allow_null=True)
    planned_finish = serializers.DateField(allow_null=True)
    forecast_finish = serializers.DateField(allow_null=True)
    actual_start = serializers.DateField(allow_null=True)
    actual_finish = serializers.DateField(allow_null=True)
    planned_cost = serializers.DecimalField(16, 2, allow_null=True)
    forecast_cost = serializers.DecimalField(16, 2, allow_null=True)
    currency = serializers.CharField()
    reported_on = serializers.DateField(allow_null=True)
    reported_slip_days = serializers.IntegerField(allow_null=True)
    reported_cost_percent = serializers.DecimalField(9, 2, allow_null=True)

    def get_services(self, project) -> list[str]:
        return [service.reference for service in project.services.all()]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_demand(self, project) -> str | None:
        demand = project.demand
        seen = demand and demand.is_visible_to(self.context["request"].user)
        return demand.reference if seen else None


class DimensionSerializer(serializers.Serializer):
    dimension = serializers.CharField()
    label = serializers.CharField()
    colour = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    rule = serializers.CharField()
    reading = serializers.CharField()
    limits = serializers.DictField()
    turns_green = serializers.CharField()
    who = serializers.CharField()
    by_when = serializers.DateField(allow_null=True)


class RagSerializer(serializers.Serializer):
    overall = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    policy_version = serializers.IntegerField(allow_null=True)
    own_colour = serializers.CharField()
    watermelon = serializers.BooleanField()
    dimensions = DimensionSerializer(many=True)


@work_api
class ProjectApi(WorkViewSet):
    work, area, serializer_class = Project, "projects", ProjectSerializer
    filterset_class, orderings = filters.ProjectFilterSet, filters.ORDERINGS
    birth, birth_inputs = Project.start_up, START_INPUTS
    related = ("unit", "owner", "sponsor", "programme", "programme__portfolio", "reading", "demand")
    http_method_names = ("get", "post", "patch", "put", "delete", "head", "options")

    def gather(self, records):
        # The gates tell which verbs are open, which a list does not say.
        more = {} if self.action == "list" else {"gates": ()}
        at_once.gather(records, {"services": (), "judgements": ()} | more)

    @extend_schema(
        operation_id="projects_rag", responses=RagSerializer,
        parameters=[OpenApiParameter("as_of", date, description="End of that office day.")],
    )  # fmt: skip
    @action(detail=True, methods=["get"])
    def rag(self, request, id: str) -> Response:
        """Overall and each dimension: rule, reading, limits, what turns it green, who acts by when."""
        project, day = self.get_object(), _day(request)
        if day is None:
            reading = project.rag
        else:
            reading = selectors.rag_as_of(day, [project.pk]).get(project.pk)
        return Response(RagSerializer({
            "overall": reading.code if reading else "not_rated",
            "since": reading.overall_since if reading else None,
            "at": reading.at if reading else None,
            "policy_version": reading.limit_set.policy_version if reading else None,
            "own_colour": project.own_colour, "watermelon": project.is_watermelon,
            "dimensions": explain.explain(project, request.user, reading),
        }).data)  # fmt: skip

    @extend_schema(operation_id="projects_confidence", responses=JudgementSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def confidence(self, request, id: str) -> Response:
        """Every judgement of its delivery confidence by reviewers, oldest first."""
        rows = self.get_object().judgements.select_related("by")
        return Response(JudgementSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="projects_knock_on", responses=OpenApiTypes.OBJECT,
        parameters=[OpenApiParameter("milestone", str, required=True),
                    OpenApiParameter("forecast_on", date, required=True)],
    )  # fmt: skip
    @action(detail=True, methods=["get"], url_path="knock-on")
    def knock_on(self, request, id: str) -> Response:
        """Every effect of one other forecast on dates, dependencies and RAG; nothing is saved."""
        project = self.get_object()
        given = shapes.clean(KNOCK_ON_INPUTS, request.user, request.query_params.dict())
        if given["milestone"].project_id != project.pk:
            raise Invalid(milestone=f"It is not a milestone of {project.reference}.")
        return Response(knock_on(given["milestone"], given["forecast_on"], request.user).as_data())

    @extend_schema(
        operation_id="projects_put_by_external_id",
        responses={200: ProjectSerializer, 201: ProjectSerializer},
        request=shapes.serializer_for("ProjectByExternalIdIn", EXTERNAL_INPUTS),
    )  # fmt: skip
    @action(detail=False, methods=["put"],
            url_path=r"by-external-id/(?P<source>[^/]{1,60})/(?P<external_id>[^/]{1,200})")  # fmt: skip
    def by_external_id(self, request, source: str, external_id: str) -> Response:
        """Create or update the project another system knows by this id; twice is once.

        An id that names a project hidden from the caller is answered 404, as any hidden item is:
        never with what it is, and never with a second project under the same id. Without a title
        the answer is the same as for a free id, so nobody can ask quietly which ids are taken.
        """
        given = shapes.clean(EXTERNAL_INPUTS, request.user, body_of(request), partial=True)
        with transaction.atomic():
            project, made = _put_external(request.user, source, external_id, given)
        return self.one(project, 201 if made else 200)


def _put_external(by, source: str, external_id: str, given: dict) -> tuple[Project, bool]:
    commands.may_import(by)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{source}\n{external_id}"])
    alias = Alias.objects.filter(source=source, external_id=external_id).first()
    project = Project.objects.visible_to(by).filter(pk=alias.record_id).first() if alias else None
    if project is None and not given.get("title"):
        raise Invalid(title="A new project needs a name.")
    if alias is None:
        return _take_over(by, source, external_id, given), True
    if project is None:
        raise NotSeen("There is no such item, or you may not see it.")
    services = given.pop("services", None)
    changed = {name: value for name, value in given.items() if getattr(project, name) != value}
    if changed:
        project.take_report(by=by, **changed)
    if services is not None:
        project.services.set(services)
    return project, False


def _take_over(by, source: str, external_id: str, given: dict) -> Project:
    services = given.pop("services", ())
    given.setdefault("confirmed_on", given.get("reported_on") or clock.today())
    made = Project.take_over(by=by, **given)
    made.services.set(services or ())
    Alias.objects.create(record_id=made.pk, source=source, external_id=external_id)
    return made


def _day(request) -> date | None:
    if "as_of" not in request.query_params:
        return None
    given = shapes.clean({"as_of": shapes.Date()}, request.user,
                         {"as_of": request.query_params["as_of"]})  # fmt: skip
    return given["as_of"]
