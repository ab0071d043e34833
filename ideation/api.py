"""Ideas for machines: the same verbs, the same rows."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action

from changeoffice.core.doors.api.views import ReferenceField, WorkSerializer, WorkViewSet, work_api
from ideation.filters import ORDERINGS, IdeaFilterSet
from ideation.models import Idea


class IdeaSerializer(WorkSerializer):
    problem = serializers.CharField()
    proposal = serializers.CharField()
    benefit = serializers.CharField()
    theme = serializers.CharField(source="theme.name", default=None)
    question = serializers.CharField()
    answer = serializers.CharField()
    revisit_on = serializers.DateField(allow_null=True)
    merged_into = ReferenceField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    votes = serializers.IntegerField(source="vote_count")
    imported_votes = serializers.IntegerField()
    comments = serializers.IntegerField(source="comment_count")
    voted = serializers.BooleanField(source="is_voted")


@work_api
class IdeaApi(WorkViewSet):
    work, area, serializer_class = Idea, "ideas", IdeaSerializer
    filterset_class, orderings, default_ordering = IdeaFilterSet, ORDERINGS, "newest"
    birth, birth_inputs = Idea.propose, Idea.profile
    related = ("unit", "owner", "theme", "merged_into")

    def enrich(self, rows):
        return rows.with_my_vote(self.request.user)

    @extend_schema(operation_id="ideas_vote", request=None, responses=IdeaSerializer)
    @action(detail=True, methods=["post"])
    def vote(self, request, id: str):
        """Give one's one vote; repeating it changes nothing."""
        idea = self.get_object()
        idea.vote(by=request.user)
        return self.one(idea)

    @extend_schema(operation_id="ideas_withdraw_vote", request=None, responses=IdeaSerializer)
    @vote.mapping.delete
    def withdraw_vote(self, request, id: str):
        """Take the vote back."""
        idea = self.get_object()
        idea.withdraw_vote(by=request.user)
        return self.one(idea)
