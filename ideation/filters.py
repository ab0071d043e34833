"""How ideas are narrowed and sorted, for the page and the API alike."""

import django_filters

from changeoffice.core.doors.lists import NEWEST, Ordering, WorkFilterSet
from ideation.models import Idea

ORDERINGS = {
    "trending": Ordering("Trending", "trending"),
    "votes": Ordering("Most voted", "vote_count"),
    "newest": NEWEST,
    "discussed": Ordering("Most discussed", "comment_count"),
}


class IdeaFilterSet(WorkFilterSet):
    theme = django_filters.CharFilter(field_name="theme__name", label="Theme")
    service = django_filters.CharFilter(method="by_service", label="Service")

    def by_service(self, rows, name, reference):
        return rows.filter(services__reference=reference.upper())

    class Meta:
        model = Idea
        fields: list[str] = []
