"""Scorecards for machines: the same verbs, the same rows."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from changeoffice.core.doors.api.views import WorkSerializer, WorkViewSet, work_api
from demand import scoring
from demand.models import Scorecard
from demand.models.scorecard import BIRTH_INPUTS

TEXTS = ("code", "label", "hint", "low_means", "high_means")
CRITERION = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in TEXTS}
    | {name: {"type": "number"} for name in ("low", "high", "weight")}
    | {"inverted": {"type": "boolean"}},
}


class ScorecardSerializer(WorkSerializer):
    about = serializers.CharField()
    method = serializers.CharField()
    edition = serializers.IntegerField()
    succeeds = serializers.CharField(source="succeeds.reference", default=None, allow_null=True)
    criteria = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": CRITERION})
    def get_criteria(self, card) -> list[dict]:
        return card.criteria

    def get_missing(self, card) -> list[str]:
        """What keeps it from giving scores."""
        return scoring.problems(card.card)


@work_api
class ScorecardApi(WorkViewSet):
    work, area, serializer_class = Scorecard, "scorecards", ScorecardSerializer
    birth, birth_inputs = Scorecard.begin, BIRTH_INPUTS
    related = ("unit", "owner", "succeeds")
