"""The organisation's one calendar: its weekdays, public holidays and own days off."""

from collections.abc import Iterable
from datetime import date
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
    return WorkingDays(weekdays, own | public_holidays(country).keys())


@lru_cache(maxsize=8)
def public_holidays(country: str, years: Iterable[int] = YEARS) -> dict[date, str]:
    """Days off by law and their names; none for a country the library does not know."""
    if not country:
        return {}
    name, _, part = country.partition("-")
    try:
        return dict(holidays.country_holidays(name, subdiv=part or None, years=years))
    except NotImplementedError:
        return {}
