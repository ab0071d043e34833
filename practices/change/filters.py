"""How changes are narrowed and sorted, for pages and API alike."""

from datetime import UTC, datetime

import django_filters

from changeoffice.core.doors.lists import NEWEST, Ordering, Orderings
from demand.handed import CarriesOutFilterSet
from practices.change.models import Category, Change, Outcome, Type

LAST = datetime(2999, 12, 31, tzinfo=UTC)


class ChangeFilterSet(CarriesOutFilterSet):
    category = django_filters.ChoiceFilter(choices=Category.choices, label="Category")
    type = django_filters.ChoiceFilter(choices=Type.choices, label="Type")
    outcome = django_filters.ChoiceFilter(choices=Outcome.choices, label="Outcome")
    window_start__gte = django_filters.IsoDateTimeFilter(
        field_name="window_start", lookup_expr="gte"
    )
    window_start__lt = django_filters.IsoDateTimeFilter(field_name="window_start", lookup_expr="lt")

    class Meta:
        model = Change
        fields: list[str] = []


ORDERINGS: Orderings = {
    "start": Ordering("Planned start", "window_start", False, LAST),
    "newest": NEWEST,
    "title": Ordering("Name", "title", False),
}
