"""A month as the working-days step draws it, and the sentence that makes it plain."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from changeoffice.calendar.models import DayOff
from changeoffice.calendar.office import public_holidays
from changeoffice.calendar.working_days import WorkingDays

TOLERANCE = 10


@dataclass(frozen=True)
class Day:
    on: date
    kind: str  # work | weekend | holiday | own
    name: str = ""
    in_month: bool = True


@dataclass(frozen=True)
class Preview:
    month: date
    weeks: list[list[Day]]
    working: int
    in_year: int
    left: int
    start: date
    end: date
    off: int


def preview(weekdays: set[int], country: str, today: date) -> Preview:
    """The month with most days off from here to the year's end, drawn with these settings."""
    public = public_holidays(country, (today.year, today.year + 1))
    own = dict(DayOff.objects.values_list("on", "name"))
    days = WorkingDays(frozenset(weekdays), frozenset(public) | frozenset(own))
    off = [day for day in (*public, *own) if day >= today and day.weekday() in weekdays]
    month = max((day.replace(day=1) for day in off if day.year == today.year), default=today,
                key=lambda first: (sum(day.replace(day=1) == first for day in off), first)).replace(day=1)  # fmt: skip
    drawn = calendar.Calendar().monthdatescalendar(month.year, month.month)
    weeks = [[_day(day, month, weekdays, public, own) for day in week] for week in drawn]
    start = days.next_working(max(today, month + timedelta(days=9)))
    end = days.add(start, TOLERANCE)
    return Preview(
        month, weeks, _count(days, month, _next_month(month)),
        _count(days, date(today.year, 1, 1), date(today.year + 1, 1, 1)),
        _count(days, today, date(today.year + 1, 1, 1)), start, end,
        (end - start).days - TOLERANCE,
    )  # fmt: skip


def _day(on: date, month: date, weekdays: set[int], public: dict, own: dict) -> Day:
    here = (on.month, on.year) == (month.month, month.year)
    if on in own:
        return Day(on, "own", own[on], here)
    if on in public:
        return Day(on, "holiday", public[on], here)
    return Day(on, "work" if on.weekday() in weekdays else "weekend", "", here)


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _count(days: WorkingDays, start: date, end: date) -> int:
    return sum(days.is_working(start + timedelta(days=n)) for n in range((end - start).days))
