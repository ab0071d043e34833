"""How ideas are narrowed and sorted, for the page and the API alike."""

import django_filters

from changeoffice.core.doors.lists import NEWEST, Ordering, WorkFilterSet
from ideation.models import HALF_LIFE_DAYS, Idea

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

    def by_service(self, rows, name, reference):
        return rows.filter(services__reference=reference.upper())

    class Meta:
        model = Idea
        fields: list[str] = []
