"""What ideation asks of apps downstream; filled in their AppConfig.ready.

Each answers for many ideas in one round trip, and only what the person may see.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from changeoffice.core.people.models import Person


@dataclass(frozen=True)
class Gain:
    """By how much a business KPI was to move, and by how much it did."""

    kpi: str
    unit: str
    planned: Decimal
    realised: Decimal | None
    read_on: date | None
    state_label: str
    by: str = ""
    kpi_id: int | None = None

    @property
    def percent(self) -> int | None:
        if self.realised is None or not self.planned:
            return None
        return round(100 * self.realised / self.planned)


class Step(NamedTuple):
    """One thing that happened on the way, with who did it."""

    at: datetime
    text: str
    detail: str
    icon: str


@dataclass
class Delivery:
    """What became of an idea once it was a demand, as one person may know it."""

    demand: str
    demand_url: str
    completed_at: datetime
    made: str = ""  # what carried it out
    made_url: str = ""
    people: list[tuple[Person, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    gains: list[Gain] = field(default_factory=list)


class Onward(NamedTuple):
    """Where an idea that became a demand stands now."""

    reference: str
    url: str
    state_label: str
    since: datetime


# Ids of ideas whose demand is completed, for a person; deliveries of ideas; demands of ideas.
delivered: list[Callable[[Any], QuerySet]] = []
deliveries: list[Callable[[Collection[int], Any], dict[int, Delivery]]] = []
onward: list[Callable[[Collection[int], Any], dict[int, Onward]]] = []


def _of(answers: list[Callable], ids: Collection[int], person) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for answer in answers if ids else ():
        found |= answer(ids, person)
    return found


def deliveries_of(ids: Collection[int], person) -> dict[int, Delivery]:
    return _of(deliveries, ids, person)


def onward_of(ids: Collection[int], person) -> dict[int, Onward]:
    return _of(onward, ids, person)
