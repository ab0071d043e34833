"""What ideation asks of apps downstream; filled in their AppConfig.ready.

Each answers for many ideas in one round trip, and only what the person may see.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from changeoffice.core.doors.templatetags.formats import plain
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
    def planned_words(self) -> str:
        return figure(self.planned)

    @property
    def realised_words(self) -> str:
        return "" if self.realised is None else figure(self.realised)

    @property
    def percent(self) -> int | None:
        if self.realised is None or not self.planned:
            return None
        return round(100 * self.realised / self.planned)


def figure(value: Decimal) -> str:
    """With as many places as it needs."""
    return plain(value, max(0, -int(value.normalize().as_tuple().exponent)))


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

    @property
    def is_measured(self) -> bool:
        return any(gain.realised is not None for gain in self.gains)


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


def deliveries_of(ids: Collection[int], person) -> dict[int, Delivery]:
    """Each kind is asked only for what none before it has carried out."""
    found: dict[int, Delivery] = {}
    for answer in deliveries:
        if rest := [pk for pk in ids if pk not in found or not found[pk].made]:
            found |= answer(rest, person)
    return found


def onward_of(ids: Collection[int], person) -> dict[int, Onward]:
    found: dict[int, Onward] = {}
    for answer in onward if ids else ():
        found |= answer(ids, person)
    return found
