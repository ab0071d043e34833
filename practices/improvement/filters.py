"""How the register is narrowed and sorted, for the page and the API alike."""

import django_filters

from changeoffice.core.doors.lists import NEWEST, Ordering, WorkFilterSet
from practices.improvement.models import Improvement, Priority

ORDERINGS = {
    "priority": Ordering("Priority", "priority", descending=False),
    "title": Ordering("Name", "title", descending=False),
    "newest": NEWEST,
}


class ImprovementFilterSet(WorkFilterSet):
    priority = django_filters.ChoiceFilter(choices=Priority.choices, label="Priority")
    service = django_filters.CharFilter(method="by_service", label="Service")

    def by_service(self, rows, name, reference):
        return rows.filter(service__reference=reference.upper())

    class Meta:
        model = Improvement
        fields: list[str] = []
