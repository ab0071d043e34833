"""How approvals are narrowed and sorted."""

from datetime import UTC, date, datetime

import django_filters

from changeoffice.core.approvals.models import Approval
from changeoffice.core.doors.lists import NEWEST, InFilter, Ordering

ORDERINGS = {
    "due": Ordering("Due first", "due_on", descending=False, empty=date(9999, 12, 31)),
    "newest": NEWEST,
    "asked": Ordering("Asked last", "asked_at", empty=datetime(1, 1, 2, tzinfo=UTC)),
}


class ApprovalFilterSet(django_filters.FilterSet):
    record = django_filters.CharFilter(method="by_reference", label="Record")
    demand = django_filters.CharFilter(method="by_reference", label="Demand")
    kind = django_filters.ChoiceFilter(choices=Approval._meta.get_field("kind").choices)
    state = django_filters.ChoiceFilter(choices=Approval.State.choices)
    state__in = InFilter(field_name="state", lookup_expr="in")
    approver = django_filters.CharFilter(field_name="approver__username")
    due_on__lt = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")

    def by_reference(self, rows, name, reference):
        return rows.filter(record__reference=reference.upper())

    class Meta:
        model = Approval
        fields: list[str] = []
