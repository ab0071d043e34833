"""One demand under way: how far it is to come, and when its next step is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from changeoffice.core.people.models import Person
from changeoffice.demo.content.demands import DemandSpec
from changeoffice.demo.play import Play
from demand.models import Demand

# The stages a demand passes on its way, and the state each is left in.
WAY = ("draft", "submitted", "screening", "assessment", "approval", "approved", "scheduled",
       "in_delivery", "completed")  # fmt: skip
# Where a side exit leaves the way.
LEAVES = {"more_information": "screening", "deferred": "assessment", "rejected": "screening",
          "withdrawn": "submitted", "merged": "screening"}  # fmt: skip
DAYS = {"XS": 14, "S": 45, "M": 130, "L": 330, "XL": 820}
STAYS = {"submitted": (1, 3), "screening": (2, 5), "assessment": (2, 4), "approval": (1, 4),
         "approved": (3, 9), "scheduled": (3, 8)}  # fmt: skip


@dataclass
class Course:
    """One demand under way."""

    play: Play
    spec: DemandSpec
    dice: Random
    analyst_name: str
    delivers: Callable[[Course], None]
    made: Demand | None = field(default=None, repr=False)

    @property
    def analyst(self) -> Person:
        return self.play.who(self.analyst_name)

    @property
    def stops_at(self) -> str:
        return LEAVES.get(self.spec.ends, self.spec.ends)

    def stays(self, stage: str) -> bool:
        """This is where it is today."""
        return self.stops_at == stage

    def made_again(self) -> Demand:
        """As the database has it, after somebody else's verb has changed it."""
        self.made.refresh_from_db()
        return self.made

    def later(self, act: Callable[..., Any], *args: Any, within: tuple[int, int] = (1, 3)) -> None:
        self.play.at(self.play.working(self.play.day_now, self.dice.randint(*within)), act, *args)

    def step(self, stage: str, act: Callable[[], None]) -> None:
        """Do the next step after a usual stay; the last stage was entered `late` days ago."""
        usual = self.dice.randint(*STAYS[stage])
        day = self.play.working(self.play.day_now, usual)
        following = WAY[WAY.index(stage) + 1]
        if self.spec.late and self.stops_at == following:
            day = max(self.play.working(self.play.today, -self.spec.late), self.play.day_now)
        self.play.at(day, act)
