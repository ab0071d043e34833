"""How demands are narrowed and sorted, for the page and the API alike."""

from datetime import date
from decimal import Decimal

import django_filters

from changeoffice.core.doors.lists import (
    NEWEST,
    FigureChoiceFilter,
    InFilter,
    Ordering,
    WorkFilterSet,
)
from changeoffice.core.record import clock
from demand.models import Demand, DemandType, Size, Source

LAST = date(9999, 12, 31)
ORDERINGS = {
    "rank": Ordering("Rank", "standing__rank", descending=False, empty=10**9),
    "-rank": Ordering("Rank, last first", "standing__rank", empty=0),
    "-score": Ordering("Score", "score_index", empty=Decimal(-1), figure=True),
    "score": Ordering(
        "Score, lowest first", "score_index", descending=False, empty=Decimal(1000), figure=True
    ),
    "-age": Ordering("Longest in its stage", "stage_since", descending=False),
    "age": Ordering("Shortest in its stage", "stage_since"),
    "due": Ordering("Stage limit", "due_on", descending=False, empty=LAST),
    "mandatory": Ordering("Needed by", "mandatory_on", descending=False, empty=LAST),
    "newest": NEWEST,
}


class DemandFilterSet(WorkFilterSet):
    source = django_filters.ChoiceFilter(choices=Source.choices, label="Source")
    source__in = InFilter(field_name="source", lookup_expr="in", label="Sources")
    type = django_filters.ChoiceFilter(choices=DemandType.choices, label="Type")
    type__in = InFilter(field_name="type", lookup_expr="in", label="Types")
    size = FigureChoiceFilter(choices=Size.choices, label="Size")
    sponsor = django_filters.CharFilter(field_name="sponsor__username", label="Sponsor")
    requester = django_filters.CharFilter(field_name="requester__username", label="Requester")
    service = django_filters.CharFilter(method="by_service", label="Service")
    idea = django_filters.CharFilter(method="by_idea", label="Idea")
    mandatory_on__lt = django_filters.DateFilter(field_name="mandatory_on", lookup_expr="lt")
    mandatory_on__gte = django_filters.DateFilter(field_name="mandatory_on", lookup_expr="gte")
    mandatory_on__isnull = django_filters.BooleanFilter(
        field_name="mandatory_on", lookup_expr="isnull"
    )
    due_on__lt = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")
    overdue = django_filters.BooleanFilter(method="by_overdue", label="Past its limit")

    def by_service(self, rows, name, reference):
        return rows.filter(services__reference=reference.upper())

    def by_idea(self, rows, name, reference):
        return rows.filter(idea__reference=reference.upper())

    def by_overdue(self, rows, name, wanted):
        late = {"due_on__lt": clock.today()}
        return rows.filter(**late) if wanted else rows.exclude(**late)

    class Meta:
        model = Demand
        fields: list[str] = []
