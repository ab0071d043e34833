"""The demands that ask for a change to a service and are not yet delivered."""

from collections.abc import Callable

from django.db.models import F

from changeoffice.organisation.ports import Touch
from demand.models import Demand

MOST = 50
ENDED = ("draft", "in_delivery", "deferred", *Demand.closed_states())


def demands(service, person) -> list[Touch]:
    rows = Demand.objects.visible_to(person).filter(services=service).exclude(state__in=ENDED)
    rows = rows.order_by(F("mandatory_on").asc(nulls_last=True), "-pk")
    return [
        Touch("demand", row.reference, row.title, row.get_absolute_url(), row.state_label,
              row.mandatory_on)
        for row in rows[:MOST]
    ]  # fmt: skip


def carriers_of(kind) -> Callable[..., list[Touch]]:
    """The epics, or the changes, that are about to change a service."""

    def touching(service, person) -> list[Touch]:
        rows = kind.objects.visible_to(person).open().filter(services=service).order_by("-pk")
        return [
            Touch(row.kind, row.reference, row.title, row.get_absolute_url(), row.state_label,
                  row.ends_on)
            for row in rows[:MOST]
        ]  # fmt: skip

    return touching
