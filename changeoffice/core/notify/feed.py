"""Everything that happened and the caller may see, in an order that never gains a row behind one.

Rows are ordered by the transaction that wrote them. Only transactions older than every one still
running are shown, so a reader who continues from the last row it saw misses nothing.
"""

from typing import Any

from django.db import connection
from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, viewsets
from rest_framework.response import Response

from changeoffice.core.doors.api.fields import PersonField
from changeoffice.core.doors.lists import need_known, size_from, whole
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import reason_told
from changeoffice.core.record.models import Event

MOST = 500
HUGE = 2**63 - 1


class RecordOfEvent(serializers.Serializer):
    kind = serializers.CharField()
    id = serializers.CharField(source="reference")
    title = serializers.CharField()
    url = serializers.CharField(source="get_absolute_url")


class EventSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    cursor = serializers.SerializerMethodField()
    at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    verb = serializers.CharField()
    words = serializers.CharField()
    actor = PersonField(allow_null=True)
    on_behalf_of = PersonField(allow_null=True)
    door = serializers.CharField()
    record = RecordOfEvent()
    state_before = serializers.CharField(source="before")
    state_after = serializers.CharField(source="after")
    reason = serializers.SerializerMethodField()

    def get_reason(self, event) -> str:
        return reason_told(event, event.record, self.context["person"])

    def get_cursor(self, event) -> str:
        return cursor_of(event)


@extend_schema_serializer(many=False)
class EventPage(serializers.Serializer):
    results = EventSerializer(many=True)
    next = serializers.CharField(help_text="Send it as `since` to go on from here.")
    more = serializers.BooleanField(help_text="True when another page is waiting already.")


class EventApi(viewsets.ViewSet):
    area = "events"

    @extend_schema(
        operation_id="events_list", responses=EventPage,
        parameters=[
            OpenApiParameter("since", str, description="The cursor of the last event seen."),
            OpenApiParameter("page_size", int), OpenApiParameter("kind", str),
        ],
    )  # fmt: skip
    def list(self, request) -> Response:
        """An ordered, gap-free feed of everything the caller may see."""
        params = request.query_params
        need_known(params, {"since", "page_size", "kind"})
        size, since = size_from(params.get("page_size", "100"), MOST), params.get("since", "")
        rows = settled().visible_to(request.user).told()
        if kind := params.get("kind"):
            rows = rows.filter(record__kind=kind)
        found = list(
            _after(rows, since).select_related("record", "actor", "on_behalf_of")[: size + 1]
        )
        shown = found[:size]
        body: dict[str, Any] = {
            "results": EventSerializer(shown, many=True, context={"person": request.user}).data,
            "next": cursor_of(shown[-1]) if shown else since, "more": len(found) > size,
        }  # fmt: skip
        return Response(body)


def settled():
    """Events of transactions that ended before every one that still runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + last_value"
            " FROM feed_offset"
        )
        oldest_running = cursor.fetchone()[0]
    return Event.objects.filter(transaction__lt=oldest_running).order_by("transaction", "id")


def cursor_of(event: Event) -> str:
    return f"{event.transaction}-{event.pk}"


def _after(rows, since: str):
    if not since:
        return rows
    transaction, _, pk = since.partition("-")
    at, last = whole(transaction, HUGE), whole(pk, HUGE)
    if at is None or last is None:
        raise Invalid(since="This cursor is not one of ours.")
    return rows.filter(Q(transaction__gt=at) | Q(transaction=at, id__gt=last))
