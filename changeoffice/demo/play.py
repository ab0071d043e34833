"""The demo's year as a play: acts at their instants, performed one after the other in order of time.

Every act is a verb called by a person of the cast, through the demo's door, with the office clock set
to its instant. What a worker would have carried out because of it is carried out at once, so that
readings, alerts and ranks are those of that day. All of it is one transaction: a run that is stopped
leaves nothing behind, and the next one begins anew.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db import connection

from changeoffice.calendar.office import office_days
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import acting, clock
from changeoffice.demo import worker

YEAR = 365
OPENS, CLOSES = time(8, 20), time(17, 40)


class Play:
    def __init__(self, today: date, seed: str, tell: Callable[[str], None]) -> None:
        self.today, self.seed, self.tell = today, seed, tell
        self.zone = Office.current().zone
        self.days = office_days()
        self.people: dict[str, Person] = {}
        self.things: dict[str, Any] = {}
        # Nothing happens on the day itself, so that every run of a day makes the same office.
        self.curtain = datetime.combine(today, time(), self.zone)
        self.told_from = self.curtain - timedelta(days=10)
        self.now = self.curtain
        self.acts = 0
        self._queue: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._serial = itertools.count()
        self._clock = self.dice("clock")

    # chance and time -----------------------------------------------------------------------------
    def dice(self, name: str) -> Random:
        """Chance of its own for each name: a new scene does not change the others."""
        return Random(f"{self.seed}:{name}")

    def day(self, ago: float) -> date:
        """The working day so many days ago; never a day that is still to come."""
        found = self.days.next_working(self.today - timedelta(days=round(ago)))
        return found if found < self.today else self.days.add(self.today, -1)

    def working(self, start: date, n: int) -> date:
        return self.days.add(start, n)

    def moment(self, day: date) -> datetime:
        """Some minute of the working hours of a day."""
        first = OPENS.hour * 60 + OPENS.minute
        last = CLOSES.hour * 60 + CLOSES.minute
        minute = self._clock.randint(first, last)
        at = datetime.combine(day, time(minute // 60, minute % 60, self._clock.randint(0, 59)))
        return at.replace(tzinfo=self.zone)

    @property
    def day_now(self) -> date:
        return self.now.date()

    def opening(self, minutes: int) -> datetime:
        """Before the year's first working day begins, so many minutes after seven."""
        first = self.days.next_working(self.today - timedelta(days=YEAR))
        return datetime.combine(first, time(7), self.zone) + timedelta(minutes=minutes)

    # acts ----------------------------------------------------------------------------------------
    def at(self, when: date | datetime, act: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Put an act on the programme; what would lie in the future is left for the future."""
        instant = when if isinstance(when, datetime) else self.moment(when)
        if instant < self.now and self.acts:
            instant = self.now + timedelta(minutes=7)
        if instant < self.curtain:
            call = lambda: act(*args, **kwargs)  # noqa: E731
            heapq.heappush(self._queue, (instant, next(self._serial), call))

    def soon(self, minutes: int, act: Callable[..., Any], *args: Any) -> None:
        self.at(self.now + timedelta(minutes=minutes), act, *args)

    def perform(self) -> None:
        month = None
        while self._queue:
            self.now, _, act = heapq.heappop(self._queue)
            if month != (month := (self.now.year, self.now.month)):
                self.tell(f"{self.now:%B %Y}, {self.acts} acts")
                if month[1] % 3 == 0:
                    _refresh_statistics()
            with acting.through("demo"), clock.set_clock(self.now):
                act()
                if self.now >= self.told_from:
                    worker.carry(tells=True)
            self.acts += 1

    def who(self, username: str) -> Person:
        return self.people[username]


def _refresh_statistics() -> None:
    """Rows of an open transaction are unknown to autovacuum; without this the plans get slow."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
