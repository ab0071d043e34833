"""How much of its tolerance each dependency uses, written beside it, a set at a time."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import uuid4

import numpy as np
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from changeoffice.calendar.kept import working_days
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.record import clock
from portfolio import dependency as promise
from portfolio.columns_in_sql import (
    NOTHING,
    among,
    columns_of,
    days_since,
    or_nothing,
    overlaid,
)
from portfolio.graph import Ints
from portfolio.models import Dependency, DependencyReading, DependencySlip

LIVE = ("proposed", "agreed")
THOUSANDTHS = 1000  # uses of tolerance are compared as whole numbers of these


class Promises(NamedTuple):
    """Dependencies as they are measured, a column each. Days are days since 1970-01-01; `giver_on`
    is the giver's expected or actual day."""

    pk: Ints
    giver: Ints
    project: Ints
    baseline: Ints
    giver_on: Ints
    need_by: Ints
    lag: Ints
    tolerance: Ints
    slip_before: Ints
    used_before: Ints


def promises_of(project_ids: Iterable[int] | None, states: tuple[str, ...] = LIVE) -> Promises:
    """What these projects (None: all) get, as far as it stands."""
    return Promises(*columns_of(promised, project_ids or (), states, project_ids is None))


def promised(ids: str, states: tuple[str, ...], of_all: bool) -> QuerySet:
    rows = Dependency.objects.filter(state__in=states)
    if not of_all:
        rows = rows.filter(among("getter__project_id", ids))
    giver_on = Coalesce(
        "giver__actual_on",
        Greatest("giver__forecast_on", "giver__expectation__expected_on"),
        "giver__forecast_on",
    )
    return rows.order_by("pk").values_list(
        "pk", "giver_id", "getter__project_id", days_since("giver__baseline_on"),
        days_since(giver_on), or_nothing(days_since("need_by")), "lag", "tolerance",
        or_nothing("reading__slip"), or_nothing(F("reading__used") * THOUSANDTHS),
    )  # fmt: skip


def measured(found: Promises, moved: dict[int, date] | None = None) -> tuple[Ints, promise.Floats]:
    """The slip and the use of tolerance of each; `moved` overlays givers' days."""
    calendar = working_days()
    by_plan = calendar.adds(found.baseline, found.lag)
    need_by = np.where(found.need_by == NOTHING, by_plan, found.need_by)
    giver_on = overlaid(found.giver_on, found.giver, moved or {})
    slips = promise.slips(calendar, need_by, giver_on, found.lag)
    return slips, promise.tolerances_used(slips, found.tolerance)


def measure(project_ids: Iterable[int] | None) -> int:
    """Write what changed of what these projects get; whoever is to be told is told by the worker."""
    found = promises_of(project_ids)
    slips, used = measured(found)
    moved = (slips != found.slip_before) | (np.rint(used * THOUSANDTHS) != found.used_before)
    changed = list(
        zip(found.pk[moved].tolist(), slips[moved].tolist(), used[moved].tolist(), strict=True)
    )
    if not changed:
        return 0
    DependencyReading.objects.bulk_create(
        [DependencyReading(dependency_id=pk, slip=slip, used=percent)
         for pk, slip, percent in changed],
        update_conflicts=True, unique_fields=["dependency"], update_fields=["slip", "used"],
    )  # fmt: skip
    today = clock.today()
    DependencySlip.objects.bulk_create(
        [DependencySlip(dependency_id=pk, on=today, slip=slip) for pk, slip, _ in changed],
        update_conflicts=True, unique_fields=["dependency", "on"], update_fields=["slip"],
    )  # fmt: skip
    _alert_later([pk for pk, _, _ in changed])
    return len(changed)


def _alert_later(ids: list[int]) -> None:
    for at in range(0, len(ids), 500):
        enqueue("dependency_alerts", f"dependency_alerts:{uuid4()}",
                dependency_ids=ids[at : at + 500])  # fmt: skip
