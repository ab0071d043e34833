"""The organisation's one calendar: its weekdays, public holidays and own days off."""

from functools import lru_cache

import holidays

from changeoffice.calendar.models import DayOff
from changeoffice.calendar.working_days import WorkingDays
from changeoffice.core.people.models import Office

YEARS = range(2005, 2046)


def office_days() -> WorkingDays:
    """Two small queries, then a look-up: the table is kept for as long as the calendar stays."""
    office = Office.current()
    own = frozenset(DayOff.objects.values_list("on", flat=True))
    return _calendar(frozenset(office.weekdays), office.holidays_country, own)


@lru_cache(maxsize=4)
def _calendar(weekdays: frozenset[int], country: str, own: frozenset) -> WorkingDays:
    return WorkingDays(weekdays, own | _public(country))


@lru_cache(maxsize=4)
def _public(country: str) -> frozenset:
    if not country:
        return frozenset()
    name, _, part = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(name, subdiv=part or None, years=YEARS))
    except NotImplementedError:
        return frozenset()
