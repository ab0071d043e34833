"""Moderation for machines: the same acts, the same rows."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.doors.api.fields import PersonField, ReferenceField, body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.schema import WholeList
from changeoffice.core.doors.lists import need_known
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotAllowed, NotSeen
from changeoffice.core.record.models import Record, Work, work_model
from changeoffice.core.talk.models import Comment
from ideation import moderation
from ideation.models import Idea, Report
from ideation.models.moderation import WHY, CommentsModerated

ABOUT = {
    "idea": shapes.Ref(label="Idea", key="reference", rows=lambda p: Idea.objects.visible_to(p),
                       required=False, hint="Left out where the comment stands on another record."),
    "comment": shapes.Number(label="Comment", required=False, least=1, most=2**62,
                             hint="Its number, where it is about a comment."),
}  # fmt: skip
REPORT = ABOUT | moderation.REPORT_INPUTS
ONE_COMMENT = ABOUT | {"comment": shapes.Number(label="Comment", least=1, most=2**62)}
HIDE = ONE_COMMENT | {"reason": WHY}


class DoneSerializer(serializers.Serializer):
    done = serializers.CharField(help_text="What was done.")


class ReportSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    idea = ReferenceField(allow_null=True)
    about = serializers.CharField(source="about.reference", help_text="What it stands on.")
    comment = serializers.IntegerField(source="comment_id", allow_null=True)
    person = PersonField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ReportApi(AnswersOnce, viewsets.GenericViewSet):
    """Reports of ideas and comments that should not stand here, and what is decided of them."""

    area: ClassVar[str] = "ideas"
    serializer_class = ReportSerializer
    queryset = Report.objects.none()
    pagination_class = WholeList
    http_method_names = ("get", "post", "head", "options")

    @extend_schema(operation_id="idea_reports_list", responses=ReportSerializer(many=True))
    def list(self, request) -> Response:
        """The open reports, for analysts and auditors, oldest first."""
        if not moderation.keeps_watch(request.user):
            raise NotAllowed("Reports are read by analysts and auditors.")
        need_known(request.query_params)
        rows = moderation.open_reports(request.user)[: moderation.LISTED]
        return Response({"results": ReportSerializer(rows, many=True).data})

    @extend_schema(operation_id="idea_reports_create", responses={201: ReportSerializer},
                   request=shapes.serializer_for("IdeaReportIn", REPORT))  # fmt: skip
    def create(self, request) -> Response:
        """Report an idea, or a comment on an idea or demand; a second report changes nothing."""
        given = shapes.clean(REPORT, request.user, body_of(request))
        work, said = _about(given, request.user)
        made = moderation.report(work, by=request.user, reason=given["reason"], comment=said)
        return Response(ReportSerializer(made).data, status=201)

    @extend_schema(operation_id="idea_reports_leave", responses={200: DoneSerializer},
                   request=shapes.serializer_for("IdeaReportsLeaveIn", ABOUT))  # fmt: skip
    @action(detail=False, methods=["post"])
    def leave(self, request) -> Response:
        """Answer the open reports of an idea or a comment: it stays as it is."""
        work, said = _about(shapes.clean(ABOUT, request.user, body_of(request)), request.user)
        work.leave_shown(by=request.user, comment=said)
        return Response({"done": "left"})

    @extend_schema(operation_id="idea_comments_hide", responses={200: DoneSerializer},
                   request=shapes.serializer_for("IdeaCommentHideIn", HIDE))  # fmt: skip
    @action(detail=False, methods=["post"], url_path="hide-comment")
    def hide_comment(self, request) -> Response:
        """Hide a comment; its author hears why."""
        given = shapes.clean(HIDE, request.user, body_of(request))
        work, said = _about(given, request.user)
        work.hide_comment(by=request.user, comment=said, reason=given["reason"])
        return Response({"done": "comment hidden"})

    @extend_schema(operation_id="idea_comments_restore", responses={200: DoneSerializer},
                   request=shapes.serializer_for("IdeaCommentRestoreIn", ONE_COMMENT))  # fmt: skip
    @action(detail=False, methods=["post"], url_path="restore-comment")
    def restore_comment(self, request) -> Response:
        """Let everybody read a hidden comment again."""
        work, said = _about(shapes.clean(ONE_COMMENT, request.user, body_of(request)), request.user)
        work.restore_comment(by=request.user, comment=said)
        return Response({"done": "comment shown again"})


def _about(given: dict, person) -> tuple[Work, Comment | None]:
    idea, number = given["idea"], given["comment"]
    if number is None:
        if idea is None:
            raise Invalid(idea="Name an idea or a comment.")
        return idea, None
    said = Comment.objects.filter(pk=number).select_related("record").first()
    if said is None or (idea and said.record_id != idea.pk):
        raise NotSeen("There is no such comment.")
    return idea or _moderated(said.record, person), said


def _moderated(record: Record, person) -> Work:
    """What a comment stands on, of the kinds whose comments are kept watch over."""
    work = work_model(record.kind)
    found = work.objects.visible_to(person).filter(pk=record.pk).first()
    if found is None or not issubclass(work, CommentsModerated):
        raise NotSeen("There is no such comment.")
    return found
