"""How ideas are narrowed and sorted, for the page and the API alike."""

import django_filters
from django.db.models import Exists, OuterRef

from changeoffice.core.doors.lists import NEWEST, Ordering, WorkFilterSet
from changeoffice.core.record.errors import Invalid
from ideation.models import HALF_LIFE_DAYS, Campaign, Idea, Vote
from ideation.models.voting import SMALLEST_GROUP, tells_apart
from ideation.tags import normalised

ORDERINGS = {
    "trending": Ordering("Trending", "trending"),
    "votes": Ordering("Most voted", "vote_count"),
    "newest": NEWEST,
    "discussed": Ordering("Most discussed", "comment_count"),
}
TRENDING_WORDS = (
    "Trending adds up votes and comments; each one counts half as much "
    f"every {HALF_LIFE_DAYS} days."
)


class IdeaFilterSet(WorkFilterSet):
    theme = django_filters.CharFilter(field_name="theme__name", label="Theme")
    service = django_filters.CharFilter(method="by_service", label="Service")
    campaign = django_filters.CharFilter(method="by_campaign", label="Campaign")
    submitted_at__gte = django_filters.IsoDateTimeFilter(
        field_name="submitted_at", lookup_expr="gte"
    )
    answered = django_filters.BooleanFilter(
        field_name="first_answer_at", lookup_expr="isnull", exclude=True, label="Answered"
    )
    voted_from = django_filters.CharFilter(method="by_voters", label="Votes from unit")
    tag = django_filters.CharFilter(method="by_tag", label="Tag")

    def by_service(self, rows, name, reference):
        return rows.filter(services__reference=reference.upper())

    def by_voters(self, rows, name, code):
        if not tells_apart(code):
            raise Invalid(voted_from=f"Fewer than {SMALLEST_GROUP} people of this unit have voted, so a "
                                     "list would tell whose votes they are.")  # fmt: skip
        votes = Vote.objects.filter(person__unit__code=code, idea=OuterRef("pk"))
        return rows.filter(Exists(votes))

    def by_tag(self, rows, name, words):
        return rows.filter(tags__contains=[normalised(words)])

    def by_campaign(self, rows, name, reference):
        return rows.filter(campaign__reference=reference.upper())

    class Meta:
        model = Idea
        fields: list[str] = []


CAMPAIGN_ORDERINGS = {
    "newest": NEWEST,
    "closing": Ordering("Closing first", "closes_on", descending=False),
}


class CampaignFilterSet(WorkFilterSet):
    sponsor = django_filters.CharFilter(field_name="sponsor__username", label="Sponsor")

    class Meta:
        model = Campaign
        fields: list[str] = []
