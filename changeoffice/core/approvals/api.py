"""Approvals for machines: what is asked of whom, and the two answers."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.approvals.filters import ORDERINGS, ApprovalFilterSet
from changeoffice.core.approvals.models import Approval
from changeoffice.core.doors.api.cursors import cursor_page
from changeoffice.core.doors.api.fields import PersonField, ReferenceField, body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.schema import CursorPages
from changeoffice.core.doors.lists import narrowed
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import NotSeen

OWN_PARAMETERS = {"page_size", "cursor", "ordering", "count", "mine", "format"}
COMMENT = {"comment": shapes.LongText(label="Comment", lines=3, max=4000, required=False)}
REFUSAL = {"comment": shapes.LongText(label="Why not", lines=3, max=4000)}


class ApprovalSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    record = ReferenceField()
    kind = serializers.CharField()
    kind_label = serializers.CharField(source="get_kind_display")
    order = serializers.IntegerField()
    state = serializers.CharField()
    approver = PersonField()
    requested_by = PersonField()
    decided_by = PersonField(allow_null=True)
    on_behalf_of = PersonField(allow_null=True)
    comment = serializers.CharField()
    amount = serializers.DecimalField(14, 2, source="round.amount", allow_null=True, required=False)
    ceiling = serializers.DecimalField(
        14, 2, source="round.ceiling", allow_null=True, required=False
    )
    because = serializers.CharField(source="round.because", required=False)
    currency = serializers.CharField(source="round.currency")
    policies = serializers.ListField(
        source="round.basis.policies", child=serializers.CharField(), required=False
    )
    asked_at = serializers.DateTimeField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    may_decide = serializers.SerializerMethodField()

    def get_may_decide(self, approval) -> bool:
        return approval.may_decide(self.context["request"].user)

    def to_representation(self, approval) -> dict[str, Any]:
        found = super().to_representation(approval)
        if not SEES_FIGURES.holds(self.context["request"].user, approval.record):
            for name in ("amount", "ceiling", "because", "policies"):
                found.pop(name)
        return found


class ApprovalApi(AnswersOnce, viewsets.GenericViewSet):
    area = "approvals"
    serializer_class = ApprovalSerializer
    filterset_class = ApprovalFilterSet
    pagination_class = CursorPages
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,12}"

    def get_queryset(self):
        if getattr(self, "swagger_fake_view", False):
            return Approval.objects.none()
        people = ("approver", "requested_by", "decided_by", "on_behalf_of")
        rows = Approval.objects.visible_to(self.request.user)
        return rows.select_related("record", "round", *people)

    def get_object(self) -> Approval:
        found = self.get_queryset().filter(pk=int(self.kwargs["id"])).first()
        if found is None:
            raise NotSeen("There is no such approval, or you may not see it.")
        return found

    @extend_schema(
        operation_id="approvals_list",
        parameters=[
            OpenApiParameter("mine", bool, description="Only those asked of you now."),
            OpenApiParameter("ordering", str, enum=list(ORDERINGS)),
        ],
    )
    def list(self, request) -> Response:
        """Every step asked or answered on records the caller may see."""
        params = {name: request.query_params[name] for name in request.query_params}
        rows = narrowed(
            self.filterset_class, params, self.get_queryset(), request.user, OWN_PARAMETERS
        )
        if params.get("mine") == "true":
            rows = rows & Approval.objects.asked_of(request.user)
        filters = {k: v for k, v in params.items() if k not in OWN_PARAMETERS - {"mine"}}
        return cursor_page(request, rows, ORDERINGS, ordering="due", filters=filters,
                           draw=lambda page: self.get_serializer(page, many=True).data)  # fmt: skip

    @extend_schema(operation_id="approvals_retrieve")
    def retrieve(self, request, id: str) -> Response:
        """One step: what is asked of whom, and the answer."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(operation_id="approvals_approve",
                   request=shapes.serializer_for("ApprovalApproveIn", COMMENT))  # fmt: skip
    @action(detail=True, methods=["post"])
    def approve(self, request, id: str) -> Response:
        """Say yes, in your own right or as a delegate; who decides comes from token or session."""
        approval = self.get_object()
        approval.approve(by=request.user, **_given(COMMENT, request))
        return self.retrieve(request, id)

    @extend_schema(operation_id="approvals_refuse",
                   request=shapes.serializer_for("ApprovalRefuseIn", REFUSAL))  # fmt: skip
    @action(detail=True, methods=["post"])
    def refuse(self, request, id: str) -> Response:
        """Say no, and why; the record goes back with the comment."""
        approval = self.get_object()
        approval.refuse(by=request.user, **_given(REFUSAL, request))
        return self.retrieve(request, id)


def _given(inputs: shapes.Inputs, request) -> dict[str, Any]:
    return shapes.clean(inputs, request.user, body_of(request))
