"""The story of any record through the API: what was done to it, and what people say about it."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.doors.api.fields import body_of
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import about_told, changes_of, reason_told
from changeoffice.core.record.models import Event, Work
from changeoffice.core.talk import editing
from changeoffice.core.talk.models import Comment, as_read_by, comment

COMMENT_INPUTS = {
    "body": shapes.LongText(label="Comment"),
    "reply_to": shapes.Number(required=False, least=1),
}
WORDS = {"body": COMMENT_INPUTS["body"]}
MOST_COMMENTS = 500
ONE = r"comments/(?P<number>[0-9]{1,18})"


@extend_schema_field({"type": ["string", "number", "boolean", "null", "object", "array"]})
class Said(serializers.ReadOnlyField):
    """A field's value as history tells it."""


class ChangeSerializer(serializers.Serializer):
    field = serializers.CharField()
    label = serializers.CharField()
    old = Said(help_text="As it was: words, a number, yes or no, several of these, or nothing.")
    new = Said(help_text="As it is now.")


class HappeningSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    verb = serializers.CharField()
    words = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    on_behalf_of = serializers.CharField(allow_null=True)
    door = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    about = serializers.CharField(help_text="Such as the skill estimated, for who sees figures.")
    changes = ChangeSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        # `from` cannot be the name of a class attribute.
        return super().get_fields() | {
            "from": serializers.CharField(source="before"),
            "to": serializers.CharField(source="after"),
        }


class HistorySerializer(serializers.Serializer):
    results = HappeningSerializer(many=True)


class CommentSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    author = serializers.SerializerMethodField()
    body = serializers.CharField()
    at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    reply_to = serializers.IntegerField(source="reply_to_id", allow_null=True)
    hidden = serializers.SerializerMethodField(
        help_text="By the change office; its words are kept."
    )

    def get_hidden(self, row: Comment) -> bool:
        return row.hidden_at is not None

    def get_author(self, row: Comment) -> str:
        return row.author.name if row.author else row.author_name


class CommentsSerializer(serializers.Serializer):
    results = CommentSerializer(many=True)


class EarlierSerializer(serializers.Serializer):
    body = serializers.CharField()
    at = serializers.DateTimeField(help_text="Since when it said so.")


class EarlierWordsSerializer(serializers.Serializer):
    results = EarlierSerializer(many=True)


class Telling:
    """View mixin: the history and the comments of one record."""

    @extend_schema(responses=HistorySerializer)
    @action(detail=True, methods=["get"])
    def history(self, request, id: str) -> Response:
        """Every verb done on it with the fields it changed, oldest first."""
        return Response({"results": history_for(self.get_object(), request.user)})

    @extend_schema(responses=CommentsSerializer)
    @action(detail=True, methods=["get"])
    def comments(self, request, id: str) -> Response:
        """What people say about it, oldest first."""
        record = self.get_object()
        rows = Comment.objects.filter(record_id=record.pk).select_related("author")
        shown = as_read_by(request.user, rows.order_by("at", "id")[:MOST_COMMENTS], record)
        return Response(CommentsSerializer({"results": shown}).data)

    @extend_schema(request=shapes.serializer_for("CommentIn", COMMENT_INPUTS),
                   responses={201: CommentSerializer})  # fmt: skip
    @comments.mapping.post
    def say(self, request, id: str) -> Response:
        """Add to the thread; people named with @ hear of it."""
        record = self.get_object()
        given = shapes.clean(COMMENT_INPUTS, request.user, body_of(request))
        above = None
        if given["reply_to"]:
            above = Comment.objects.filter(pk=given["reply_to"], record_id=record.pk).first()
            if above is None:
                raise Invalid(reply_to="There is no such comment on this item.")
        made = comment(record, by=request.user, body=given["body"], reply_to=above)
        return Response(CommentSerializer(made).data, status=201)

    @extend_schema(
        request=shapes.serializer_for("CommentWordsIn", WORDS), responses=CommentSerializer
    )
    @action(detail=True, methods=["patch"], url_path=ONE, url_name="comment")
    def reword(self, request, id: str, number: str) -> Response:
        """Change one's own comment within a day; people newly named with @ hear of it."""
        record = self.get_object()
        said = editing.found(record, int(number), request.user)
        editing.need_editable(said, record, request.user)
        given = shapes.clean(WORDS, request.user, body_of(request))
        return Response(
            CommentSerializer(editing.edit(record, said, by=request.user, **given)).data
        )

    @extend_schema(responses=EarlierWordsSerializer)
    @action(detail=True, methods=["get"], url_path=f"{ONE}/earlier", url_name="comment-earlier")
    def earlier(self, request, id: str, number: str) -> Response:
        """What a comment said before it was changed, for its author and those who keep watch."""
        record = self.get_object()
        said = editing.found(record, int(number), request.user)
        rows = editing.earlier(said, record, request.user)
        return Response(EarlierWordsSerializer({"results": rows}).data)


def history_for(record: Work, person) -> list[dict[str, Any]]:
    """Events joined with field changes; figures are left out for those who may not see them."""
    changed = changes_of(record, person)
    rows = Event.objects.told().filter(record_id=record.pk)
    rows = rows.select_related("actor", "on_behalf_of")
    return [
        {
            "id": row.pk, "verb": row.verb, "words": row.words, "by": row.actor and row.actor.name,
            "on_behalf_of": row.on_behalf_of and row.on_behalf_of.name, "door": row.door,
            "at": row.at, "from": row.before, "to": row.after,
            "reason": reason_told(row, record, person), "about": about_told(row, record, person),
            "changes": [
                {k: item[k] for k in ("field", "label", "old", "new")}
                for item in changed.get(row.context_id, [])
            ],
        }
        for row in rows.order_by("at", "id")
    ]  # fmt: skip
