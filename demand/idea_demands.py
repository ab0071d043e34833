"""What ideas are told of the demands they became."""

from collections.abc import Collection

from django.db.models import QuerySet

from demand.models import Demand
from ideation.ports import Onward


def delivered(person) -> QuerySet:
    """Ids of ideas whose demand is completed; one this person may not see is in progress to them."""
    rows = Demand.objects.visible_to(person).filter(state="completed", idea__isnull=False)
    return rows.order_by().values("idea_id")


def onward(ids: Collection[int], person) -> dict[int, Onward]:
    rows = Demand.objects.visible_to(person).filter(idea__in=list(ids))
    return {
        row.idea_id: Onward(row.reference, row.get_absolute_url(), row.state_label, row.state_since)
        for row in rows.order_by("pk")
    }


def lineage(ids: Collection[int], person) -> QuerySet:
    """The idea each of these demands came from."""
    rows = Demand.objects.visible_to(person).filter(pk__in=ids, idea__isnull=False)
    return rows.order_by().values_list("pk", "idea_id")
