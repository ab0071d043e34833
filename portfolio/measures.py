"""From the tables to columns: what each dimension of each project measures today.

A fixed number of queries whatever the number of projects. Each measured value comes with the reason
that gave it and the record behind it, so that it can be explained and judged again later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce, Greatest

from changeoffice.calendar.working_days import day_number
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from portfolio import ports, promises
from portfolio.columns_in_sql import among, days_since
from portfolio.days import working_days
from portfolio.judging import (
    COST,
    DEPENDENCIES,
    DIMENSION_COUNT,
    RISK,
    SCHEDULE,
    SCOPE,
    Ints,
    Reason,
    over_budget,
    worst_of,
)
from portfolio.models import Action, Benefit, Issue, Milestone, Project, Risk

CONFIRMED_BY_ITS_MANAGER = (SCHEDULE, COST, SCOPE, RISK)
LIVING = ("proposed", "active")

PROJECT_COLUMNS = (
    "pk", "state", "owner_id", "confirmed_on", "reported_on", "reported_slip_days",
    "reported_cost_percent", "planned_finish", "forecast_finish", "planned_cost", "forecast_cost",
    "tighter_limits",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One row a project, one column a dimension."""

    projects: list[dict[str, Any]]
    value: Ints
    reason: Ints
    worst: Ints

    @cached_property
    def ids(self) -> list[int]:
        return [project["pk"] for project in self.projects]


class Measuring:
    """One measurement of some projects; `moved` overlays milestones' days, for what-if."""

    def __init__(self, ids: Iterable[int], moved: dict[int, date] | None = None) -> None:
        rows = Project.objects.filter(among("id", ids)).order_by("pk")
        self.projects = list(rows.values(*PROJECT_COLUMNS))
        self.ids = [project["pk"] for project in self.projects]
        self.row = {pk: at for at, pk in enumerate(self.ids)}
        self.moved = moved or {}
        self.today = clock.today()
        shape = (len(self.ids), DIMENSION_COUNT)
        self.value = np.zeros(shape, dtype=np.int64)
        self.reason = np.zeros(shape, dtype=np.int64)
        self.worst = np.zeros(shape, dtype=np.int64)

    def measure(self) -> Measured:
        self._finishes()
        self._milestones()
        self._costs()
        self._benefits()
        self._risks()
        self._dependencies()
        self._without_reading()
        return Measured(self.projects, self.value, self.reason, self.worst)

    def _put(self, rows, dimension: int, value, reason, worst=0) -> None:
        self.value[rows, dimension] = value
        self.reason[rows, dimension] = reason
        self.worst[rows, dimension] = worst

    # schedule ------------------------------------------------------------------------------------
    def _finishes(self) -> None:
        """Without milestones: the planned against the forecast finish, or what was reported."""
        reported = [(at, project["reported_slip_days"]) for at, project in enumerate(self.projects)
                    if project["reported_slip_days"] is not None]  # fmt: skip
        planned = [
            (at, day_number(project["planned_finish"]), day_number(project["forecast_finish"]))
            for at, project in enumerate(self.projects)
            if project["planned_finish"] and project["forecast_finish"]
        ]
        if planned:
            at, plan, forecast = np.array(planned).T
            self._put(at, SCHEDULE, working_days().slips(plan, forecast), Reason.FINISH)
        if reported:
            at, days = np.array(reported).T
            self._put(at, SCHEDULE, days, Reason.REPORTED_SLIP)

    def _milestones(self) -> None:
        expected = Coalesce(Greatest("forecast_on", "expectation__expected_on"), "forecast_on")
        rows = list(
            Milestone.objects.filter(among("project_id", self.ids)).exclude(state="dropped")
            .order_by("pk").values_list(
                "pk", "project_id", Coalesce("gate_id", 0), days_since("baseline_on"),
                days_since(expected), Case(When(state="planned", then=1), default=0),
            )
        )  # fmt: skip
        if not rows:
            return
        ids, project, gate, baseline, day, planned = np.array(rows, dtype=np.int64).T
        at, is_open = self._rows_of(project), planned == 1
        self._put(np.unique(at), SCHEDULE, 0, Reason.COMPLETE)
        if not is_open.any():
            return
        for mark, moved_to in self.moved.items():
            day[ids == mark] = day_number(moved_to)
        slips = working_days().slips(baseline, day)
        slips = np.where((gate > 0) & (slips > 0), 2 * slips, slips)
        value, worst, found = worst_of(len(self.ids), at[is_open], slips[is_open], ids[is_open])
        why = np.where(np.isin(worst, ids[gate > 0]), Reason.GATE, Reason.MILESTONE)
        self._put(found, SCHEDULE, value[found], why[found], worst[found])

    def _rows_of(self, projects: Ints) -> Ints:
        """Where each of these projects stands; they are ordered by id."""
        return np.searchsorted(self.ids, projects)

    # cost ----------------------------------------------------------------------------------------
    def _costs(self) -> None:
        costs, found = ports.costs(self.ids), []
        for at, project in enumerate(self.projects):
            if project["reported_cost_percent"] is not None:
                self._put(
                    at, COST, round(project["reported_cost_percent"] * 100), Reason.REPORTED_COST
                )
            elif (pair := _cost_of(project, costs.get(project["pk"]))) is not None:
                found.append((at, *pair))
        if found:
            at, granted, expected, why = np.array(found, dtype=np.float64).T
            rows = at.astype(np.int64)
            self._put(rows, COST, over_budget(granted, expected), why.astype(np.int64))

    # scope and benefits --------------------------------------------------------------------------
    def _benefits(self) -> None:
        """Share of the benefits that were missed, or whose first reading is overdue."""
        rows = Benefit.objects.filter(among("project_id", self.ids)).exclude(state="dropped")
        totals: dict[int, list[int]] = {}
        for project, state, by_on, read_on in rows.order_by("pk").values_list(
            "project_id", "state", "by_on", "read_on"
        ):
            late = state == "missed" or (
                state == "expected" and read_on is None and by_on < self.today
            )
            counts = totals.setdefault(project, [0, 0])
            counts[0] += late
            counts[1] += 1
        for project, (missed, n) in totals.items():
            self._put(self.row[project], SCOPE, 100 * missed // n, Reason.BENEFITS)

    # risk and issues -----------------------------------------------------------------------------
    def _risks(self) -> None:
        rows = list(
            Risk.objects.filter(among("project_id", self.ids), state="open").order_by("pk")
            .values_list("pk", "project_id", F("probability") * F("impact"))
        )  # fmt: skip
        if rows:
            ids, project, score = np.array(rows, dtype=np.int64).T
            value, worst, found = worst_of(len(self.ids), self._rows_of(project), score, ids)
            self._put(found, RISK, value[found], Reason.EXPOSURE, worst[found])
        self.overdue = self._overdue()

    def _overdue(self) -> dict[int, tuple[int, int]]:
        """How many actions and issues are past their day, and the oldest of them."""
        found: dict[int, tuple[int, int]] = {}
        for model, due in ((Action, "due_on"), (Issue, "target_on")):
            rows = model.objects.filter(
                among("project_id", self.ids), state="open", **{f"{due}__lt": self.today}
            )
            for pk, project in rows.order_by(due, "pk").values_list("pk", "project_id"):
                n, first = found.get(project, (0, pk))
                found[project] = (n + 1, first)
        return found

    def weigh_overdue(self, amber: Ints, red: Ints, overdue_amber: Ints, overdue_red: Ints) -> None:
        """Where what is overdue weighs more than the highest exposure, it is the reading."""
        for project, (n, first) in self.overdue.items():
            at = self.row[project]
            if self.reason[at, RISK] in (Reason.STALE, Reason.COMPLETE):
                continue
            score = self.value[at, RISK]
            own = int(score > amber[at]) + int(score > red[at])
            late = int(n > overdue_amber[at]) + int(n > overdue_red[at])
            if late > own or self.reason[at, RISK] == Reason.NO_DATA:
                self._put(at, RISK, n, Reason.OVERDUE, first)

    # dependencies --------------------------------------------------------------------------------
    def _dependencies(self) -> None:
        agreed = promises.measured(promises.promises_of(self.ids, ("agreed",)), self.moved)
        if not agreed:
            return
        at = self._rows_of(np.array([row.getter_project_id for row, _, _ in agreed]))
        used = np.array([_whole(percent) for _, _, percent in agreed])
        ids = np.array([row.pk for row, _, _ in agreed])
        value, worst, found = worst_of(len(self.ids), at, used, ids)
        self._put(found, DEPENDENCIES, value[found], Reason.TOLERANCE, worst[found])

    # what has no reading -------------------------------------------------------------------------
    def _without_reading(self) -> None:
        cadence = timedelta(days=Office.current().cadence_days)
        for at, project in enumerate(self.projects):
            if project["state"] in ("closed", "stopped"):
                self._put(at, slice(None), 0, Reason.COMPLETE)  # type: ignore[arg-type]
            elif _is_stale(project, self.today, cadence):
                for dimension in CONFIRMED_BY_ITS_MANAGER:
                    if self.reason[at, dimension] >= Reason.MEASURED:
                        self._put(at, dimension, 0, Reason.STALE)


def _cost_of(project: dict, budget: tuple[Decimal, Decimal] | None) -> tuple | None:
    """Granted, expected at completion, and which of its sources says so."""
    if budget and budget[0] > 0:
        return *budget, Reason.BUDGET
    if project["planned_cost"] and project["forecast_cost"] is not None:
        return project["planned_cost"], project["forecast_cost"], Reason.PLANNED_COST
    return None


def _is_stale(project: dict, today: date, cadence: timedelta) -> bool:
    """Not confirmed within the cadence; what was imported, at its source's own reporting date."""
    if project["state"] not in LIVING:
        return False
    if project["confirmed_on"] is None:
        return project["reported_on"] is None
    return (project["reported_on"] or today) - project["confirmed_on"] > cadence


def _whole(percent: float) -> int:
    """Per cent in whole numbers; a little beyond 100 is beyond."""
    return int(np.ceil(percent - 1e-9))
