"""What one other date would do to everything else, before anything is saved."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from changeoffice.calendar.working_days import day_date, day_number
from portfolio import promises, propagation
from portfolio.columns_in_sql import among
from portfolio.models import Dependency, Milestone
from portfolio.what_if import Move, WhatIf, what_if

MOST_SHOWN = 200


@dataclass(frozen=True)
class MovedMilestone:
    """One milestone that would move, and the chain that moves it."""

    milestone: Milestone
    before: date
    after: date
    working_days: int
    chain: tuple[str, ...]


@dataclass(frozen=True)
class MovedDependency:
    """One dependency whose use of tolerance would change."""

    dependency: Dependency
    slip_before: int
    slip_after: int
    used_before: float
    used_after: float


@dataclass(frozen=True)
class KnockOn:
    """All effects this person may see; lists are cut at 200 rows, counts are not."""

    milestone: Milestone
    forecast_on: date
    moved: list[MovedMilestone]
    moved_count: int
    dependencies: list[MovedDependency]
    colours: list[dict[str, Any]]

    def as_data(self) -> dict[str, Any]:
        return {
            "milestone": self.milestone.reference, "forecast_on": self.forecast_on,
            "saved": False, "moved_count": self.moved_count,
            "moved": [
                {"id": row.milestone.reference, "title": row.milestone.title,
                 "project": row.milestone.project.reference,
                 "before": row.before, "after": row.after, "working_days": row.working_days,
                 "chain": list(row.chain)}
                for row in self.moved
            ],
            "dependencies": [
                {"id": row.dependency.reference, "title": row.dependency.title,
                 "slip_before": row.slip_before, "slip_after": row.slip_after,
                 "tolerance_used_before": row.used_before,
                 "tolerance_used_after": row.used_after, "breached": row.used_after > 100}
                for row in self.dependencies
            ],
            "rag": self.colours,
        }  # fmt: skip


def _name(work) -> str:
    return work.reference if work else "in progress"


def knock_on(milestone: Milestone, forecast_on: date, person) -> KnockOn:
    """The effects of another forecast; names only what this person may see."""
    from portfolio import readings

    drawn = propagation.draw_below([milestone.pk])
    found = what_if(drawn.network, {milestone.pk: day_number(forecast_on)})
    days = {move.node: day_date(move.new_day) for move in found.moves()}
    days[milestone.pk] = forecast_on
    projects = drawn.projects_of(days)
    projects |= propagation.getters_elsewhere(days)
    seen = _seen_milestones(days, person)
    # What a person may not see does not exist for them: it is neither listed nor counted.
    moved = [move for move in found.moves() if move.node in seen]
    return KnockOn(
        milestone, forecast_on, _moved(found, moved, seen, milestone.pk), len(moved),
        _dependencies(projects, days, person), readings.as_if(projects, days, person),
    )  # fmt: skip


def _seen_milestones(ids, person) -> dict[int, Milestone]:
    rows = Milestone.objects.visible_to(person).filter(pk__in=list(ids))
    return {row.pk: row for row in rows.select_related("project", "owner")}


def _moved(
    found: WhatIf, moves: list[Move], seen: dict[int, Milestone], first: int
) -> list[MovedMilestone]:
    rows = []
    for move in moves[:MOST_SHOWN]:
        chain = tuple(_name(seen.get(step.node)) for step in found.chain(move.node))
        rows.append(MovedMilestone(
            seen[move.node], day_date(move.old_day), day_date(move.new_day),
            move.working_days, chain if move.node != first else (),
        ))  # fmt: skip
    return rows


def _dependencies(projects: set[int], days: dict[int, date], person) -> list[MovedDependency]:
    found = promises.promises_of(projects)
    (slips, used), (slips_after, used_after) = (
        promises.measured(found), promises.measured(found, days)
    )  # fmt: skip
    changed = np.flatnonzero((slips != slips_after) | (used != used_after))
    seen = {
        row.pk: row
        for row in Dependency.objects.visible_to(person).filter(
            among("id", found.pk[changed].tolist())
        )
    }
    changed = changed[np.isin(found.pk[changed], list(seen))]
    first = changed[np.argsort(-used_after[changed], kind="stable")][:MOST_SHOWN]
    return [
        MovedDependency(seen[int(found.pk[at])], int(slips[at]), int(slips_after[at]),
                        float(used[at]), float(used_after[at]))
        for at in first
    ]  # fmt: skip
