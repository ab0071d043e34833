"""Proposals of duplicates for machines: the same rows, the same two decisions."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.doors.api.fields import body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.schema import WholeList
from changeoffice.core.doors.lists import need_known, whole
from changeoffice.core.record import inputs as shapes
from ideation import duplicates
from ideation.models import Duplicates, Idea
from ideation.moderation_api import DoneSerializer

MERGE = {"into": shapes.Ref(label="The idea that stays", key="reference",
                            rows=lambda p: Idea.objects.visible_to(p))}  # fmt: skip
NUMBER = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)


class DuplicatesSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="row.pk")
    closeness = serializers.FloatField(source="row.closeness")
    ideas = serializers.SerializerMethodField()
    at = serializers.DateTimeField(source="row.at")

    def get_ideas(self, one) -> list[str]:
        return [idea.reference for idea in one.ideas]


class DuplicatesApi(AnswersOnce, viewsets.GenericViewSet):
    """Ideas that look the same, proposed by the portal."""

    area: ClassVar[str] = "ideas"
    serializer_class = DuplicatesSerializer
    queryset = Duplicates.objects.none()
    pagination_class = WholeList
    lookup_url_kwarg = "id"
    http_method_names = ("get", "post", "head", "options")

    @extend_schema(operation_id="idea_duplicates_list", responses=DuplicatesSerializer(many=True))
    def list(self, request) -> Response:
        """Open proposals, closest first; the idea with most votes stands first."""
        duplicates.need_analyst(request.user)
        need_known(request.query_params)
        found = duplicates.open_to(request.user)
        return Response({"results": DuplicatesSerializer(found, many=True).data})

    @extend_schema(operation_id="idea_duplicates_merge", parameters=[NUMBER],
                   request=shapes.serializer_for("IdeaDuplicatesMergeIn", MERGE),
                   responses={200: DoneSerializer})  # fmt: skip
    @action(detail=True, methods=["post"])
    def merge(self, request, id: str) -> Response:
        """Merge the others into the idea that stays."""
        given = shapes.clean(MERGE, request.user, body_of(request))
        duplicates.merge(_number(id), by=request.user, into=given["into"])
        return Response({"done": "merged"})

    @extend_schema(operation_id="idea_duplicates_dismiss", parameters=[NUMBER], request=None,
                   responses={200: DoneSerializer})  # fmt: skip
    @action(detail=True, methods=["post"])
    def dismiss(self, request, id: str) -> Response:
        """They are not the same."""
        duplicates.dismiss(_number(id), by=request.user)
        return Response({"done": "dismissed"})


def _number(text: str) -> int:
    return whole(text, 2**62) or 0
