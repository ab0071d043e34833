"""How old the open demands of each stage are against its limit; one query for any number."""

from dataclasses import dataclass
from math import ceil

from django.db.models import Case, Count, F, Q, QuerySet, When

from changeoffice.core.record import at_once
from demand.models import Demand, StageLimit
from demand.stages import NEAR, Age, StageClock


@dataclass(frozen=True)
class StageAge:
    """Open demands of one stage: within its limit, near it, past it, and the oldest of them."""

    state: str
    label: str
    within: int
    near: int
    late: int
    oldest: Demand | None
    age: Age | None

    @property
    def total(self) -> int:
        return self.within + self.near + self.late


def by_stage(rows: QuerySet) -> list[StageAge]:
    """`rows` are the demands to look at; those whose clock is stopped count as within."""
    clock = StageClock(StageLimit.of_all())
    stages = [state for state in Demand.states if state in clock.limits]
    near_until = {state: _near_until(clock, clock.limits[state]) for state in stages}
    is_near = Q(pk__in=[])
    for state, day in near_until.items():
        is_near |= Q(state=state, due_on__lte=day)
    open_ones = rows.order_by().annotate(stage_now=Case(
        When(state="more_information", then=F("resume_state")), default=F("state")
    )).filter(stage_now__in=stages)  # fmt: skip
    late = Q(due_on__lt=clock.today)
    first = open_ones.filter(due_on__isnull=False).order_by("stage_now", "due_on", "pk")
    counted, found = at_once.fetch(open_ones.values("stage_now").annotate(
        total=Count("pk"), late=Count("pk", filter=late), near=Count("pk", filter=~late & is_near)
    ), first.distinct("stage_now"))  # fmt: skip
    counts = {row["stage_now"]: row for row in counted}
    oldest = {demand.stage: demand for demand in found}
    return [_told(state, counts.get(state), oldest.get(state), clock) for state in stages]


def _near_until(clock: StageClock, limit: int):
    """Due by this day: four fifths of the limit or more are used."""
    return clock.days.add(clock.today, limit - ceil(NEAR * limit))


def _told(state: str, row: dict | None, oldest: Demand | None, clock: StageClock) -> StageAge:
    row = row or {"total": 0, "late": 0, "near": 0}
    return StageAge(
        state, Demand.states[state].label, row["total"] - row["late"] - row["near"], row["near"],
        row["late"], oldest, clock.age(oldest) if oldest else None,
    )  # fmt: skip
