"""Ideas for machines: the same verbs, the same rows."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.api.fields import PersonField, ReferenceField, body_of
from changeoffice.core.doors.api.idempotency import AnswersOnce
from changeoffice.core.doors.api.schema import WholeList
from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from changeoffice.core.doors.lists import need_known
from changeoffice.core.doors.perform import perform
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.core.record.models import NamedPerson
from ideation import keeping, vetting
from ideation.filters import CAMPAIGN_ORDERINGS, ORDERINGS, CampaignFilterSet, IdeaFilterSet
from ideation.inputs import CriterionSerializer, score_inputs
from ideation.models import Campaign, Idea, IdeaPolicy, Theme, VettingScore
from ideation.models.thanking import THANKS_INPUTS

MOST_SCORES = 500


class KeptCriterionSerializer(CriterionSerializer):
    code = serializers.CharField(help_text="The name of its mark in a score.")


class IdeaSerializer(WorkSerializer):
    problem = serializers.CharField()
    proposal = serializers.CharField()
    benefit = serializers.CharField()
    campaign = ReferenceField(allow_null=True)
    theme = serializers.CharField(source="theme.name", default=None, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    co_authors = PersonField(many=True)
    question = serializers.CharField()
    answer = serializers.CharField()
    revisit_on = serializers.DateField(allow_null=True)
    criteria = KeptCriterionSerializer(many=True)
    scores_wanted = serializers.IntegerField()
    merged_into = ReferenceField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    votes = serializers.IntegerField(source="vote_count")
    imported_votes = serializers.IntegerField()
    imported_against = serializers.IntegerField()
    author_name = serializers.CharField()
    comments = serializers.IntegerField(source="comment_count")
    first_answer_at = serializers.DateTimeField(allow_null=True)
    first_answer_in = serializers.IntegerField(allow_null=True, help_text="Working days.")
    voted = serializers.BooleanField(source="is_voted")


@work_api
class IdeaApi(WorkViewSet):
    work, area, serializer_class = Idea, "ideas", IdeaSerializer
    filterset_class, orderings, default_ordering = IdeaFilterSet, ORDERINGS, "newest"
    birth, birth_inputs = Idea.propose, Idea.profile
    related = ("unit", "owner", "theme", "merged_into", "campaign")

    def enrich(self, rows):
        return rows.with_my_vote(self.request.user)

    def gather(self, records) -> None:
        keys = [idea.pk for idea in records]
        named = NamedPerson.objects.filter(record_id__in=keys, part="co_author")
        of: dict[int, list] = {}
        for row in named.select_related("person").order_by("pk"):
            of.setdefault(row.record_id, []).append(row.person)
        for idea in records:
            idea.co_authors = of.get(idea.pk, [])

    @extend_schema(operation_id="ideas_vote", request=None, responses=IdeaSerializer)
    @action(detail=True, methods=["post"])
    def vote(self, request, id: str):
        """Give one's one vote; repeating it changes nothing."""
        idea = self.get_object()
        idea.vote(by=request.user)
        return self.one(idea)

    @extend_schema(
        operation_id="ideas_withdraw_vote", request=None, responses={200: IdeaSerializer}
    )
    @vote.mapping.delete
    def withdraw_vote(self, request, id: str):
        """Take the vote back."""
        idea = self.get_object()
        idea.withdraw_vote(by=request.user)
        return self.one(idea)

    @extend_schema(operation_id="ideas_thank", responses=IdeaSerializer,
                   request=shapes.serializer_for("IdeaThankIn", THANKS_INPUTS))  # fmt: skip
    @action(detail=True, methods=["post"])
    def thank(self, request, id: str):
        """Thank everybody along the trail of a delivered idea, once."""
        idea = self.get_object()
        idea.thank(by=request.user, **shapes.clean(THANKS_INPUTS, request.user, body_of(request)))
        return self.one(idea)


class CampaignSerializer(WorkSerializer):
    description = serializers.CharField()
    sponsor = PersonField()
    opens_on = serializers.DateField()
    closes_on = serializers.DateField()
    review_at_votes = serializers.IntegerField(allow_null=True)
    criteria = KeptCriterionSerializer(many=True)
    scores_wanted = serializers.IntegerField(allow_null=True)
    result = serializers.CharField()


@work_api
class CampaignApi(WorkViewSet):
    """Its ideas are at /ideas/?campaign=…"""

    work, area, serializer_class = Campaign, "campaigns", CampaignSerializer
    filterset_class, orderings = CampaignFilterSet, CAMPAIGN_ORDERINGS
    birth, birth_inputs = Campaign.set_up, Campaign.profile
    related = ("unit", "owner", "sponsor")


def _usual(code: str) -> serializers.IntegerField:
    return serializers.IntegerField(source=f"marks.{code}", default=None, allow_null=True)


class ScoreSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    idea = ReferenceField()
    reviewer = PersonField()
    value, feasibility, strategic_fit, effort = (_usual(one.code) for one in vetting.USUAL)
    marks = serializers.DictField(child=serializers.IntegerField(), help_text="By criterion.")
    rationale = serializers.CharField()
    at = serializers.DateTimeField()


SCORE_CREATE: shapes.Inputs = shapes.Varying(
    idea=shapes.Ref(label="Idea", key="reference", rows=lambda p: Idea.objects.visible_to(p)),
    **score_inputs(vetting.USUAL),
)


class ScoreApi(AnswersOnce, viewsets.GenericViewSet):
    """Scores of the vetting round of an idea: give one's own, read those one may see."""

    area: ClassVar[str] = "ideas"  # whose scopes a token needs
    serializer_class = ScoreSerializer
    queryset = VettingScore.objects.none()
    pagination_class = WholeList
    http_method_names = ("get", "post", "head", "options")

    @extend_schema(
        operation_id="scores_list", responses=ScoreSerializer(many=True),
        parameters=[OpenApiParameter("idea", OpenApiTypes.STR, required=True)],
    )  # fmt: skip
    def list(self, request) -> Response:
        """The scores of one idea: all of them with a role on it, else one's own."""
        idea = _idea(request.user, request.query_params.get("idea", ""))
        rows = idea.scores.select_related("idea", "reviewer")
        if not SEES_FIGURES.holds(request.user, idea):
            rows = rows.filter(reviewer=request.user)
        return Response({"results": ScoreSerializer(rows[:MOST_SCORES], many=True).data})

    @extend_schema(
        operation_id="scores_create", responses={201: ScoreSerializer},
        request=shapes.serializer_for("ScoreCreateIn", SCORE_CREATE),
    )  # fmt: skip
    def create(self, request) -> Response:
        """Give or change one's own scores while the round is open."""
        data = body_of(request)
        idea = _idea(request.user, data.pop("idea", ""))
        perform(idea, "score", by=request.user, data=data)
        made = idea.scores.select_related("idea", "reviewer").get(reviewer=request.user)
        return Response(ScoreSerializer(made).data, status=201)


def _idea(person, reference: object) -> Idea:
    if not isinstance(reference, str) or not reference:
        raise Invalid(idea="Name an idea, for example IDEA-0042.")
    found = Idea.objects.visible_to(person).by_reference(reference[:24]).first()
    if found is None:
        raise NotSeen("There is no such idea, or you may not see it.")
    return found


@extend_schema_serializer(many=False)
class PolicySerializer(serializers.Serializer):
    review_at_votes = serializers.IntegerField()
    scores_wanted = serializers.IntegerField()
    criteria = serializers.SerializerMethodField()

    @extend_schema_field(KeptCriterionSerializer(many=True))
    def get_criteria(self, policy) -> list[dict]:
        return vetting.kept(policy.criteria_in_force)


class PolicyApi(AnswersOnce, viewsets.GenericViewSet):
    """What the office asks of ideas, unless a theme or a campaign asks something else."""

    area: ClassVar[str] = "ideas"
    serializer_class = PolicySerializer
    queryset = IdeaPolicy.objects.none()
    pagination_class = None
    http_method_names = ("get", "post", "head", "options")

    @extend_schema(operation_id="idea_policy_read", responses=PolicySerializer)
    def list(self, request) -> Response:
        """The policy in force."""
        return Response(PolicySerializer(IdeaPolicy.current()).data)

    @extend_schema(
        operation_id="idea_policy_change", responses={200: PolicySerializer},
        request=shapes.serializer_for("IdeaPolicyIn", keeping.POLICY_INPUTS),
    )  # fmt: skip
    def create(self, request) -> Response:
        """Put another policy in force; rounds already open keep their criteria."""
        given = shapes.clean(keeping.POLICY_INPUTS, request.user, body_of(request))
        return Response(PolicySerializer(keeping.keep_policy(by=request.user, **given)).data)


class ThemeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Theme
        fields = ("id", "name", "review_at_votes", "is_active")


THEME_BIRTH = {name: keeping.THEME_INPUTS[name] for name in ("name", "review_at_votes")}


class ThemeApi(AnswersOnce, viewsets.GenericViewSet):
    """What ideas are about; the list an idea's theme is chosen from, kept by managers."""

    area: ClassVar[str] = "ideas"
    serializer_class = ThemeSerializer
    queryset = Theme.objects.all()
    pagination_class = WholeList
    http_method_names = ("get", "post", "patch", "head", "options")
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9]{1,12}"

    @extend_schema(operation_id="themes_list", responses=ThemeSerializer(many=True))
    def list(self, request) -> Response:
        """Every theme, by name."""
        need_known(request.query_params)
        return Response({"results": ThemeSerializer(self.get_queryset(), many=True).data})

    @extend_schema(operation_id="themes_create", responses={201: ThemeSerializer},
                   request=shapes.serializer_for("ThemeIn", THEME_BIRTH))  # fmt: skip
    def create(self, request) -> Response:
        """Add a theme; it is in use at once."""
        keeping.need_manager(request.user)
        given = shapes.clean(THEME_BIRTH, request.user, body_of(request))
        made = keeping.keep_theme(None, by=request.user, is_active=True, **given)
        return Response(ThemeSerializer(made).data, status=201)

    @extend_schema(operation_id="themes_change", responses=ThemeSerializer,
                   request=shapes.serializer_for("ThemeChangeIn", keeping.THEME_INPUTS, partial=True))  # fmt: skip
    def partial_update(self, request, id: str) -> Response:
        """Rename it, change its threshold, or take it out of use; its ideas keep it."""
        keeping.need_manager(request.user)
        theme = self.get_queryset().filter(pk=int(id)).first()
        if theme is None:
            raise NotSeen("There is no such theme.")
        given = shapes.clean(keeping.THEME_INPUTS, request.user, body_of(request), partial=True)
        now = {name: getattr(theme, name) for name in keeping.THEME_INPUTS}
        return Response(
            ThemeSerializer(keeping.keep_theme(theme, by=request.user, **now | given)).data
        )
