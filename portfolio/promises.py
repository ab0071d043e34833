"""How much of its tolerance each dependency uses, written beside it, a set at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import numpy as np
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from changeoffice.calendar.working_days import day_number
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.record import clock
from portfolio import dependency as promise
from portfolio.days import working_days
from portfolio.models import Dependency, DependencyReading, DependencySlip

LIVE = ("proposed", "agreed")


@dataclass(frozen=True)
class Promise:
    """One dependency as it is measured; `giver_on` is the giver's expected or actual day."""

    pk: int
    giver_id: int
    getter_project_id: int
    giver_baseline: date
    giver_on: date
    need_by: date | None
    lag: int
    tolerance: int
    slip_before: int | None
    used_before: float | None


def promises_of(project_ids: Iterable[int] | None, states: tuple[str, ...] = LIVE) -> list[Promise]:
    """What these projects (None: all) get, as far as it stands."""
    rows = Dependency.objects.filter(state__in=states)
    if project_ids is not None:
        rows = rows.filter(getter__project_id__in=list(project_ids))
    giver_on = Coalesce(
        "giver__actual_on",
        Greatest("giver__forecast_on", "giver__expectation__expected_on"),
        "giver__forecast_on",
    )
    found = rows.annotate(giver_day=giver_on).values_list(
        "pk", "giver_id", "getter__project_id", "giver__baseline_on", "giver_day", "need_by", "lag", "tolerance",
        F("reading__slip"), F("reading__used"),
    )  # fmt: skip
    return [Promise(*row) for row in found.order_by("pk")]


def measured(
    rows: list[Promise], moved: dict[int, date] | None = None
) -> list[tuple[Promise, int, float]]:
    """Each with its slip and its use of tolerance; `moved` overlays givers' days."""
    if not rows:
        return []
    moved, calendar = moved or {}, working_days()
    lag = np.array([row.lag for row in rows])
    baseline = np.array([day_number(row.giver_baseline) for row in rows])
    need_by = calendar.adds(baseline, lag)
    for at, row in enumerate(rows):
        if row.need_by:
            need_by[at] = day_number(row.need_by)
    giver_on = [day_number(moved.get(row.giver_id, row.giver_on)) for row in rows]
    slips = promise.slips(calendar, need_by, giver_on, lag)
    used = promise.tolerances_used(slips, [row.tolerance for row in rows])
    return list(zip(rows, slips.tolist(), used.tolist(), strict=True))


def measure(project_ids: Iterable[int] | None) -> int:
    """Write what changed of what these projects get; whoever is to be told is told by the worker."""
    found = measured(promises_of(project_ids))
    changed = [(row, slip, used) for row, slip, used in found
               if (row.slip_before, row.used_before) != (slip, used)]  # fmt: skip
    DependencyReading.objects.bulk_create(
        [DependencyReading(dependency_id=row.pk, slip=slip, used=used)
         for row, slip, used in changed],
        update_conflicts=True, unique_fields=["dependency"], update_fields=["slip", "used"],
    )  # fmt: skip
    today = clock.today()
    DependencySlip.objects.bulk_create(
        [DependencySlip(dependency_id=row.pk, on=today, slip=slip) for row, slip, _ in changed],
        update_conflicts=True, unique_fields=["dependency", "on"], update_fields=["slip"],
    )  # fmt: skip
    if changed:
        _alert_later([row.pk for row, _, _ in changed])
    return len(changed)


def _alert_later(ids: list[int]) -> None:
    for at in range(0, len(ids), 500):
        enqueue("dependency_alerts", f"dependency_alerts:{uuid4()}",
                dependency_ids=ids[at : at + 500])  # fmt: skip
