"""Working days of one organisation calendar, by table look-up.

The rule (domain, "Working day"): a day off counts as the next working day, and the day
something starts is day 0. One table gives both: `ordinal[day]` is the number of working
days before that day, so a day off carries the ordinal of the working day after it, and
the distance of two days is a subtraction in either direction. NumPy's own busday_count
disagrees with this rule when it counts backward.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]
Pause = tuple[date, date | None]

EPOCH = date(1970, 1, 1)
MONDAY_TO_FRIDAY = frozenset(range(5))
EARLIEST = (date.min - EPOCH).days
LATEST = (date.max - EPOCH).days
# Extending in large steps keeps a wide import from rebuilding the table row by row.
STEP = 4 * 366


def day_number(day: date) -> int:
    """Days since 1970-01-01. A datetime is refused: its day depends on a time zone."""
    if isinstance(day, datetime):
        raise TypeError("a working day is a date; convert the instant in the office's time zone")
    return (day - EPOCH).days


def day_date(number: int) -> date:
    """The date that lies `number` days after 1970-01-01."""
    return EPOCH + timedelta(days=int(number))


class _Table(NamedTuple):
    first: int
    last: int
    zero: int
    working: npt.NDArray[np.bool_]
    ordinal: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]


class WorkingDays:
    """Working-day arithmetic over a table that grows when a day falls outside it.

    `weekdays`: days of the week that are worked, Monday is 0. `days_off`: holidays and own
    days off. `first`, `last`: the range built at once; days outside it work as well, at
    the price of one rebuild. Ordinals count from `first` and stay the same as it grows.
    The table is replaced as a whole, so threads may share one calendar.
    Raises ValueError without a single working weekday or when `last` precedes `first`.
    """

    def __init__(
        self,
        weekdays: Collection[int] = MONDAY_TO_FRIDAY,
        days_off: Iterable[date] = (),
        first: date = date(2010, 1, 1),
        last: date = date(2036, 12, 31),
    ) -> None:
        self.weekdays = frozenset(weekdays)
        if not self.weekdays or not self.weekdays <= frozenset(range(7)):
            raise ValueError("weekdays are numbers from 0 (Monday) to 6, at least one of them")
        if last < first:
            raise ValueError(f"the calendar ends {last} before it begins {first}")
        self.days_off = frozenset(days_off)
        self._off = np.array(sorted(day_number(day) for day in self.days_off), dtype=np.int64)
        self._week = np.array([day in self.weekdays for day in range(7)])
        self._anchor = day_number(first)
        self._table = self._build(self._anchor, day_number(last))

    # One day at a time

    def is_working(self, day: date) -> bool:
        """True when `day` is neither a free weekday nor a day off."""
        number = day_number(day)
        table = self._covering(number, number)
        return bool(table.working[number - table.first])

    def next_working(self, day: date) -> date:
        """`day` itself when it is worked, otherwise the first working day after it."""
        return self.add(day, 0)

    def slip(self, frm: date, to: date) -> int:
        """Working days from `frm` to `to`; negative when `to` is earlier, 0 on one day."""
        start, end = day_number(frm), day_number(to)
        table = self._covering(min(start, end), max(start, end))
        return int(table.ordinal[end - table.first]) - int(table.ordinal[start - table.first])

    def add(self, day: date, n: int) -> date:
        """The working day `n` working days after `day` (before it when `n` is negative)."""
        return day_date(int(self.adds(np.array([day_number(day)]), n)[0]))

    def between(self, start: date, end: date) -> list[date]:
        """The working days in the half-open range from `start` up to, not including, `end`."""
        if end <= start:
            return []
        first, last = day_number(start), day_number(end)
        table = self._covering(first, last)
        worked = np.flatnonzero(table.working[first - table.first : last - table.first])
        return [day_date(first + int(offset)) for offset in worked]

    # Stage clocks

    def elapsed(self, entered: date, left: date, pauses: Sequence[Pause] = ()) -> int:
        """Working days a stage took: the entry day is day 0 and pauses do not count.

        `left` is the day it ended, or today for a stage still open. A pause is (from, to),
        half-open, with None for one still running; overlapping pauses count once and
        anything outside the stage is ignored. Never negative.
        """
        return max(0, self.slip(entered, left)) - self.paused(entered, left, pauses)

    def paused(self, entered: date, left: date, pauses: Sequence[Pause]) -> int:
        """Working days between `entered` and `left` that fall inside any of the pauses."""
        total, reached = 0, entered
        for start, end in sorted(pauses, key=lambda pause: pause[0]):
            begin = max(start, reached)
            stop = left if end is None else min(end, left)
            if stop > begin:
                total += self.slip(begin, stop)
                reached = stop
        return total

    def deadline(
        self, entered: date, limit: int, today: date, pauses: Sequence[Pause] = ()
    ) -> date:
        """Last day on which the stage is within `limit` working days, pauses so far added."""
        return self.add(entered, limit + self.paused(entered, max(entered, today), pauses))

    # Whole columns, in days since 1970-01-01

    def ordinals(self, days: npt.ArrayLike) -> Days:
        """Working days before each of `days` (any shape), counted from the calendar's first."""
        numbers = np.asarray(days, dtype=np.int64)
        if numbers.size == 0:
            return numbers.copy()
        table = self._covering(int(numbers.min()), int(numbers.max()))
        return table.ordinal[numbers - table.first].astype(np.int64)

    def days_of(self, ordinals: npt.ArrayLike) -> Days:
        """The working day of each ordinal: the inverse of `ordinals` on working days."""
        wanted = np.asarray(ordinals, dtype=np.int64)
        if wanted.size == 0:
            return wanted.copy()
        table = self._reaching(int(wanted.min()), int(wanted.max()))
        return table.days[wanted + table.zero].astype(np.int64)

    def slips(self, frm: npt.ArrayLike, to: npt.ArrayLike) -> Days:
        """`slip` for two columns of day numbers that broadcast against each other."""
        return self.ordinals(to) - self.ordinals(frm)

    def adds(self, days: npt.ArrayLike, n: npt.ArrayLike) -> Days:
        """`add` for a column of day numbers and a number, or a column, of working days."""
        return self.days_of(self.ordinals(days) + np.asarray(n, dtype=np.int64))

    # The table

    def _build(self, first: int, last: int) -> _Table:
        numbers = np.arange(first, last + 1)
        # 1970-01-01 was a Thursday, weekday 3.
        working = self._week[(numbers + 3) % 7]
        inside = self._off[(self._off >= first) & (self._off <= last)]
        working[inside - first] = False
        before = np.cumsum(working) - working
        zero = int(before[self._anchor - first])
        ordinal = (before - zero).astype(np.int32)
        return _Table(first, last, zero, working, ordinal, numbers[working].astype(np.int32))

    def _covering(self, low: int, high: int) -> _Table:
        table = self._table
        if table.first <= low and high <= table.last:
            return table
        if low < EARLIEST or high > LATEST:
            raise ValueError(f"day numbers {low} to {high} are not dates (years 1 to 9999)")
        first = table.first if low >= table.first else max(EARLIEST, low - STEP)
        last = table.last if high <= table.last else min(LATEST, high + STEP)
        self._table = self._build(first, last)
        return self._table

    def _reaching(self, low: int, high: int) -> _Table:
        table = self._table
        while low + table.zero < 0 or high + table.zero >= len(table.days):
            missing_before = max(0, -(low + table.zero))
            missing_after = max(0, high + table.zero - len(table.days) + 1)
            first = max(EARLIEST, table.first - 7 * missing_before)
            last = min(LATEST, table.last + 7 * missing_after)
            if (first, last) == (table.first, table.last):
                raise OverflowError("no working day is left that far away")
            table = self._covering(first, last)
        return table
