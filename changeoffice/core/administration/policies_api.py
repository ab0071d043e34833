"""The policies of approval for machines: the same commands as their pages, the same people."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db.models import OuterRef, Subquery
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from changeoffice.core.administration import policies as commands
from changeoffice.core.administration.policy_forms import LISTS, ExampleForm
from changeoffice.core.administration.trying import tried
from changeoffice.core.approvals import describing
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.models import ApprovalPolicy, Patience
from changeoffice.core.approvals.picking import lanes
from changeoffice.core.doors.api.fields import PersonField, ReferenceField, body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.schema import WholeList
from changeoffice.core.doors.lists import need_known
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotAllowed, NotSeen
from changeoffice.core.record.history import history_of

COSTS = ("cost_above", "cost_up_to")
EFFECTS_LISTED = 200


# What is sent ------------------------------------------------------------------------------------
class StepsField(forms.Field):
    """Steps in order; whoever shares one is asked together."""

    def clean(self, value) -> list[dict[str, Any]]:
        steps = value if isinstance(value, list) else []
        plain = all(isinstance(step, list) and step for step in steps)
        if not steps or not plain or any(one not in Kind.values for step in steps for one in step):
            raise forms.ValidationError("Send a list of steps, each a list of kinds of approver.")
        return [{"kinds": step, "parallel": True} for step in steps]


@dataclass(frozen=True, kw_only=True)
class StepsInput(shapes.Input):
    nested: bool = True

    def form_field(self, person) -> forms.Field:
        return StepsField(**self.common())

    def serializer_field(self) -> serializers.Field:
        step = serializers.ListField(child=serializers.ChoiceField(Kind.choices), min_length=1)
        return serializers.ListField(child=step, min_length=1, **self.schema())


class CodesField(forms.Field):
    def clean(self, value) -> list[str]:
        return [str(one) for one in value or []]


@dataclass(frozen=True, kw_only=True)
class CodesInput(shapes.Input):
    """Codes the kind of record knows; checked where the policy is written."""

    many: bool = True
    required: bool = False

    def form_field(self, person) -> forms.Field:
        return CodesField(**self.common())

    def serializer_field(self) -> serializers.Field:
        code = serializers.CharField(max_length=24)
        return serializers.ListField(child=code, max_length=50, **self.schema())


def _cost(label: str) -> shapes.Number:
    return shapes.Number(label=label, least=0, most=commands.MOST_COST, required=False,
                         hint="In the organisation's currency.")  # fmt: skip


DRAFT: dict[str, shapes.Input] = {
    "name": shapes.Text(label="Name", max=80),
    "cost_above": _cost("Cost above"), "cost_up_to": _cost("Cost up to"),
    "types": CodesInput(label="Types"), "risks": CodesInput(label="Risks"),
    "flags": CodesInput(label="Touches one of"),
    "steps": StepsInput(label="Who is asked"),
}  # fmt: skip
REASON: dict[str, shapes.Input] = {"reason": shapes.Text(label="Why", max=500, min=3)}
KIND: dict[str, shapes.Input] = {
    "kind": shapes.Text(label="Kind of record", max=24, required=False,
                        hint="Of what is approved; the first kind when left empty.")
}  # fmt: skip
SEEN: dict[str, shapes.Input] = {
    "seen": shapes.Number(label="Edition seen", least=0, most=2**62, required=False,
                          hint="As you read it: refused when somebody changed it since.")
}  # fmt: skip
SWITCH: dict[str, shapes.Input] = {"on": shapes.Flag(label="On")} | REASON
MOVE: dict[str, shapes.Input] = {
    "to": shapes.Choice(label="To", choices=[("up", "Up"), ("down", "Down")])
}
WAIT: dict[str, shapes.Input] = {
    "working_days": shapes.Number(label="Working days past the limit", least=1, most=60)
} | REASON


# What is answered --------------------------------------------------------------------------------
class ApprovalPolicySerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    kind = serializers.CharField(help_text="Of record.")
    name = serializers.CharField()
    order = serializers.IntegerField()
    is_active = serializers.BooleanField()
    cost_above = serializers.IntegerField(
        source="conditions.cost_above", default=None, allow_null=True
    )
    cost_up_to = serializers.IntegerField(
        source="conditions.cost_up_to", default=None, allow_null=True
    )
    types, risks, flags = (
        serializers.ListField(
            source=f"conditions.{name}", child=serializers.CharField(), default=[]
        )
        for name in LISTS
    )
    steps = serializers.SerializerMethodField()
    when = serializers.SerializerMethodField(help_text="Its conditions in words.")
    who = serializers.SerializerMethodField(help_text="Its steps in words.")
    seen = serializers.IntegerField(help_text="Its edition; send it with a change.")

    def get_steps(self, policy) -> list[list[str]]:
        return lanes([policy.steps])

    def get_when(self, policy) -> str:
        return describing.when(policy.kind, policy.conditions)

    def get_who(self, policy) -> str:
        return describing.steps(policy.steps)


class DifferentlySerializer(serializers.Serializer):
    record = ReferenceField(source="work")
    before = serializers.CharField()
    after = serializers.CharField()


@extend_schema_serializer(many=False)
class EffectSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    results = DifferentlySerializer(many=True)


class SeatSerializer(serializers.Serializer):
    kind = serializers.CharField()
    label = serializers.CharField()
    person = PersonField(allow_null=True)
    missing = serializers.CharField(help_text="What stands in the way where nobody is found.")
    instead = serializers.CharField(help_text="Why it is somebody else than the kind names.")


@extend_schema_serializer(many=False)
class WhoSerializer(serializers.Serializer):
    policies = serializers.ListField(source="plan.policies", child=serializers.CharField())
    steps = serializers.ListField(
        source="plan.lanes", child=serializers.ListField(child=SeatSerializer())
    )
    left_out = PersonField(many=True, source="people")
    missing = serializers.ListField(source="plan.missing", child=serializers.CharField())


@extend_schema_serializer(many=False)
class PatienceSerializer(serializers.Serializer):
    working_days = serializers.IntegerField()


def _body(name: str, inputs: shapes.Inputs):
    return shapes.serializer_for(name, inputs)


WHO_ASKS = [OpenApiParameter(name, str) for name in (
    "kind", "reference", "cost", "type", "risk", "unit", "sponsor", "requester", "asker")] + [
    OpenApiParameter("flags", str, many=True)]  # fmt: skip


class ApprovalPolicyApi(AnswersOnce, viewsets.GenericViewSet):
    """Whom the office asks for approval, and when; written by managers of the whole office."""

    area: ClassVar[str] = "approvals"
    serializer_class = ApprovalPolicySerializer
    queryset = ApprovalPolicy.objects.none()
    pagination_class = WholeList
    http_method_names = ("get", "post", "patch", "head", "options")
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,12}"

    def initial(self, request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        if not commands.reads_policies(request.user):
            raise NotAllowed("Policies are read by managers, auditors and administrators.")
        if request.method not in SAFE_METHODS:
            commands.need_keeper(request.user)

    @extend_schema(operation_id="approval_policies_list", parameters=[OpenApiParameter("kind", str)],
                   responses=ApprovalPolicySerializer(many=True))  # fmt: skip
    def list(self, request) -> Response:
        """Every policy of one kind of record, in the order they are held against it."""
        need_known(request.query_params, {"kind"})
        rows = _rows().filter(kind=_kind(request.query_params.get("kind", "")))
        return Response({"results": ApprovalPolicySerializer(rows, many=True).data})

    @extend_schema(operation_id="approval_policies_retrieve")
    def retrieve(self, request, id: str) -> Response:
        """One policy."""
        return _told(_policy(id))

    @extend_schema(operation_id="approval_policies_create", responses={201: ApprovalPolicySerializer},
                   request=_body("ApprovalPolicyIn", KIND | DRAFT | REASON))  # fmt: skip
    def create(self, request) -> Response:
        """Add a policy; whatever is asked from now on follows it as well."""
        given = _given(KIND | DRAFT | REASON, request)
        made = commands.add(by=request.user, kind=_kind(given["kind"]), name=given["name"],
                            reason=given["reason"], **_rules(given))  # fmt: skip
        return _told(made, 201)

    @extend_schema(operation_id="approval_policies_change", responses=ApprovalPolicySerializer,
                   request=_body("ApprovalPolicyChangeIn", DRAFT | REASON | SEEN))  # fmt: skip
    def partial_update(self, request, id: str) -> Response:
        """Write it anew, all of it; rounds asked already go on as they are."""
        found, given = _policy(id), _given(DRAFT | REASON | SEEN, request)
        made = commands.edit(found, by=request.user, name=given["name"], reason=given["reason"],
                             seen=given["seen"], **_rules(given))  # fmt: skip
        return _told(made)

    @extend_schema(operation_id="approval_policies_switch", responses=ApprovalPolicySerializer,
                   request=_body("ApprovalPolicySwitchIn", SWITCH))  # fmt: skip
    @action(detail=True, methods=["post"])
    def switch(self, request, id: str) -> Response:
        """Switch it on or off; off it asks nobody and keeps its place."""
        return _told(commands.switch(_policy(id), by=request.user, **_given(SWITCH, request)))

    @extend_schema(operation_id="approval_policies_move", responses=ApprovalPolicySerializer,
                   request=_body("ApprovalPolicyMoveIn", MOVE))  # fmt: skip
    @action(detail=True, methods=["post"])
    def move(self, request, id: str) -> Response:
        """One place up or down."""
        found, given = _policy(id), _given(MOVE, request)
        commands.move(found, by=request.user, down=given["to"] == "down")
        return _told(found)

    @extend_schema(operation_id="approval_policies_effect", responses=EffectSerializer,
                   request=_body("ApprovalPolicyEffectIn", KIND | DRAFT))  # fmt: skip
    @action(detail=False, methods=["post"])
    def effect(self, request) -> Response:
        """Of which open records a new policy would ask other people; nothing is saved."""
        given = _given(KIND | DRAFT, request)
        last = ApprovalPolicy(kind=_kind(given["kind"]), order=2**15 - 1)
        return _effect(request, last, given)

    @extend_schema(operation_id="approval_policies_effect_of_change", responses=EffectSerializer,
                   request=_body("ApprovalPolicyEffectOfChangeIn", DRAFT))  # fmt: skip
    @action(detail=True, methods=["post"], url_path="effect")
    def effect_of_change(self, request, id: str) -> Response:
        """The same of a change of this policy."""
        return _effect(request, _policy(id), _given(DRAFT, request))

    @extend_schema(
        operation_id="approval_policies_who", responses=WhoSerializer, parameters=WHO_ASKS
    )
    @action(detail=False, methods=["get"])
    def who(self, request) -> Response:
        """Who would approve this? A real record by its reference, or the facts of one that might come."""
        kind = _kind(request.query_params.get("kind", ""))
        need_known(request.query_params, {*ExampleForm.base_fields, "kind"})
        form = ExampleForm(kind, request.user, request.query_params)
        if not form.is_valid():
            raise Invalid(**{name: [str(e) for e in found] for name, found in form.errors.items()})
        return Response(WhoSerializer(tried(kind, form.cleaned_data)).data)

    @extend_schema(operation_id="approval_patience_read", responses=PatienceSerializer)
    @action(detail=False, methods=["get"])
    def patience(self, request) -> Response:
        """How long past its limit an approval waits before somebody else is asked."""
        return Response(PatienceSerializer(Patience.current()).data)

    @extend_schema(operation_id="approval_patience_change", responses={200: PatienceSerializer},
                   request=_body("ApprovalPatienceIn", WAIT))  # fmt: skip
    @patience.mapping.post
    def set_patience(self, request) -> Response:
        """Let late approvals wait longer or shorter."""
        made = commands.set_patience(by=request.user, **_given(WAIT, request))
        return Response(PatienceSerializer(made).data)


def _rows():
    states = history_of(ApprovalPolicy).objects.filter(pgh_obj_id=OuterRef("pk"))
    latest = states.order_by("-pgh_id").values("pgh_id")[:1]
    return ApprovalPolicy.objects.annotate(seen=Subquery(latest))


def _policy(pk: str) -> ApprovalPolicy:
    found = _rows().filter(pk=int(pk)).first()
    if found is None:
        raise NotSeen("There is no such policy.")
    return found


def _told(policy: ApprovalPolicy, status: int = 200) -> Response:
    return Response(ApprovalPolicySerializer(_policy(str(policy.pk))).data, status=status)


def _given(inputs: shapes.Inputs, request) -> dict[str, Any]:
    return shapes.clean(inputs, request.user, body_of(request))


def _kind(wanted: str) -> str:
    kinds = describing.kinds()
    if wanted and wanted not in kinds:
        raise Invalid(kind="Nothing of this kind is approved by policy.")
    return wanted or kinds[0]


def _rules(given: dict[str, Any]) -> dict[str, Any]:
    """Conditions and steps as a policy keeps them."""
    costs = {name: given[name] for name in COSTS if given[name] is not None}
    lists = {name: given[name] for name in LISTS if given[name]}
    return {"conditions": costs | lists, "steps": given["steps"]}


def _effect(request, found: ApprovalPolicy, given: dict[str, Any]) -> Response:
    draft = ApprovalPolicy(pk=found.pk, kind=found.kind, order=found.order, name=given["name"],
                           is_active=found.is_active, **_rules(given))  # fmt: skip
    commands.check(draft.kind, draft.conditions, draft.steps)
    rows = commands.effect(draft.kind, draft, request.user)
    return Response(EffectSerializer({"count": len(rows), "results": rows[:EFFECTS_LISTED]}).data)
