"""The stage clock: working days in the present stage, stopped while a question is open."""

from dataclasses import dataclass
from datetime import date, datetime

from changeoffice.calendar.office import office_days
from changeoffice.calendar.working_days import Pause, WorkingDays
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from demand.models.vocabulary import LIMITS

NEAR = 0.8  # of the limit: the first reminder


@dataclass(frozen=True)
class Age:
    days: int
    limit: int | None
    due_on: date | None
    is_paused: bool

    @property
    def late_by(self) -> int:
        return max(0, self.days - self.limit) if self.limit else 0

    @property
    def is_near(self) -> bool:
        return bool(self.limit and not self.late_by and self.days >= NEAR * self.limit)

    @property
    def words(self) -> str:
        if self.late_by:
            return f"{self.late_by} wd late"
        told = f"{self.days} of {self.limit} wd" if self.limit else f"{self.days} wd"
        return f"{told}, clock stopped" if self.is_paused else told


class StageClock:
    """Made once per page or job; then every demand's age costs no query."""

    def __init__(self, limits: dict[str, int] | None = None) -> None:
        self.days: WorkingDays = office_days()
        self.limits = LIMITS | (limits or {})
        self.zone = Office.current().zone
        self.today = clock.today(self.zone)

    def day_of(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def age(self, demand) -> Age:
        stage = demand.stage
        entered, pauses = self.day_of(demand.stage_since), pauses_of(demand)
        limit = self.limits.get(stage)
        return Age(
            days=self.days.elapsed(entered, self.today, pauses), limit=limit,
            due_on=self.due(demand, limit), is_paused=demand.state == "more_information",
        )  # fmt: skip

    def due(self, demand, limit: int | None) -> date | None:
        if not limit:
            return None
        entered = self.day_of(demand.stage_since)
        return self.days.deadline(entered, limit, self.today, pauses_of(demand))

    # what verbs keep ---------------------------------------------------------------------------
    def enter(self, demand, stage: str) -> None:
        """Start the clock of a stage the demand is about to be in."""
        demand.stage_since, demand.pauses = clock.now(), []
        demand.due_on = self.due(demand, self.limits.get(stage))

    def stop(self, demand) -> None:
        demand.pauses = [*demand.pauses, [self.today.isoformat(), None]]
        demand.due_on = None

    def go_on(self, demand, stage: str) -> None:
        """Close the running pause and move the due date by it."""
        begun = demand.pauses[-1][0] if demand.pauses else self.today.isoformat()
        demand.pauses = [*demand.pauses[:-1], [begun, self.today.isoformat()]]
        demand.due_on = self.due(demand, self.limits.get(stage))


def pauses_of(demand) -> list[Pause]:
    read = date.fromisoformat
    return [(read(begun), read(ended) if ended else None) for begun, ended in demand.pauses]
