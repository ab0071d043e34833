"""Who decides for somebody away, for machines: the same commands as their page."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.administration import delegates as commands
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.models import Delegation
from changeoffice.core.doors.api.fields import PersonField, body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.schema import WholeList
from changeoffice.core.doors.lists import need_known
from changeoffice.core.people.models import Person
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import NotAllowed, NotSeen


def _staff(person):
    return Person.objects.staff()


INPUTS: shapes.Inputs = {
    "person": shapes.Ref(label="For whom", rows=_staff, key="username", required=False,
                         hint="You, when left empty; an administrator for somebody who cannot."),
    "delegate": shapes.Ref(label="Who decides", rows=_staff, key="username"),
    "from_on": shapes.Date(label="First day"), "until_on": shapes.Date(label="Last day"),
    "kinds": shapes.Choice(label="Only as", choices=Kind.choices, many=True, required=False,
                           hint="Without a choice, every kind of approval."),
    "reason": shapes.Text(label="Why", max=200, min=3, hint="It stands in the history."),
}  # fmt: skip


class DelegateSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    person = PersonField()
    delegate = PersonField()
    from_on = serializers.DateField()
    until_on = serializers.DateField()
    kinds = serializers.ListField(child=serializers.CharField(), help_text="None: every kind.")
    reason = serializers.CharField()
    set_by = PersonField()
    ended_at = serializers.DateTimeField(allow_null=True)


class DelegateApi(AnswersOnce, viewsets.GenericViewSet):
    """Delegations in force now or later: one's own, and of others for an administrator of their unit."""

    area: ClassVar[str] = "approvals"
    serializer_class = DelegateSerializer
    queryset = Delegation.objects.none()
    pagination_class = WholeList
    http_method_names = ("get", "post", "head", "options")
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,12}"

    def initial(self, request, *args, **kwargs) -> None:
        super().initial(request, *args, **kwargs)
        if request.user.is_outside:
            raise NotAllowed("Approvals are decided by members of staff.")

    @extend_schema(operation_id="delegates_list", responses=DelegateSerializer(many=True),
                   parameters=[OpenApiParameter("person", str, description="You, when left out.")])  # fmt: skip
    def list(self, request) -> Response:
        """Who decides for this person, and for whom this person decides."""
        need_known(request.query_params, {"person"})
        rows = _rows().to_come().of(_person(request))
        return Response({"results": DelegateSerializer(rows, many=True).data})

    @extend_schema(operation_id="delegates_create", responses={201: DelegateSerializer},
                   request=shapes.serializer_for("DelegateIn", INPUTS))  # fmt: skip
    def create(self, request) -> Response:
        """Name who decides from a first day to a last."""
        given = shapes.clean(INPUTS, request.user, body_of(request))
        person = given.pop("person") or request.user
        made = commands.set_delegate(by=request.user, person=person, **given)
        return Response(DelegateSerializer(made).data, status=201)

    @extend_schema(operation_id="delegates_end", request=None, responses={200: DelegateSerializer})
    @action(detail=True, methods=["post"])
    def end(self, request, id: str) -> Response:
        """It ends now; what was decided under it stays."""
        found = _rows().filter(pk=int(id)).first()
        if found is None or not commands.may_end(request.user, found):
            raise NotSeen("There is no such delegate.")
        return Response(DelegateSerializer(commands.end(found, by=request.user)).data)


def _rows():
    return Delegation.objects.select_related("person", "delegate", "set_by")


def _person(request) -> Person:
    name = request.query_params.get("person", "")
    if not name or name == request.user.username:
        return request.user
    found = Person.objects.filter(username=name.replace("\x00", "")).first()
    if found is None:
        raise NotSeen("There is no such person.")
    commands.need_right(request.user, found)
    return found
