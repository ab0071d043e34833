"""From the tables to columns: what each dimension of each project measures today.

One query for a few projects, a fixed number for many, and whole columns from there on. Each
measured value comes with the reason that gave it and the record behind it, so that it can be
explained and judged again later.
"""

from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, Greatest

from changeoffice.calendar.kept import working_days
from changeoffice.calendar.working_days import day_number
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from portfolio import ports, promises
from portfolio.columns_in_sql import (
    NOTHING,
    Asked,
    among,
    columns_of_each,
    days_since,
    hundredths,
    or_nothing,
    overlaid,
)
from portfolio.judging import (
    COST,
    DEPENDENCIES,
    DIMENSION_COUNT,
    RISK,
    SCHEDULE,
    SCOPE,
    Flags,
    Ints,
    Reason,
    over_budget,
    worst_of,
)
from portfolio.models import Action, Benefit, Issue, Milestone, Project, Risk

CONFIRMED_BY_ITS_MANAGER = (SCHEDULE, COST, SCOPE, RISK)
LIVING, ENDED = ("proposed", "active"), ("closed", "stopped")


class Projects(NamedTuple):
    """Projects as they are measured, a column each, in the order of their ids. Days are days since
    1970-01-01, money and percentages hundredths."""

    ids: Ints
    living: Ints
    ended: Ints
    confirmed_on: Ints
    reported_on: Ints
    reported_slip: Ints
    reported_cost: Ints
    planned_finish: Ints
    forecast_finish: Ints
    planned_cost: Ints
    forecast_cost: Ints
    tightened: Ints


# What is read, each a statement made once --------------------------------------------------------
def _one_if(**condition) -> Case:
    return Case(When(**condition, then=Value(1)), default=Value(0))


def _projects(ids: str) -> QuerySet:
    return Project.objects.filter(among("id", ids)).order_by("pk").values_list(
        "pk", _one_if(state__in=LIVING), _one_if(state__in=ENDED),
        or_nothing(days_since("confirmed_on")), or_nothing(days_since("reported_on")),
        or_nothing("reported_slip_days"), or_nothing(hundredths("reported_cost_percent")),
        or_nothing(days_since("planned_finish")), or_nothing(days_since("forecast_finish")),
        or_nothing(hundredths("planned_cost")), or_nothing(hundredths("forecast_cost")),
        Case(When(tighter_limits={}, then=0), default=1),
    )  # fmt: skip


def _parts(model, ids: str) -> QuerySet:
    return model.objects.filter(among("project_id", ids)).order_by("pk")


def _milestones(ids: str) -> QuerySet:
    expected = Coalesce(Greatest("forecast_on", "expectation__expected_on"), "forecast_on")
    return _parts(Milestone, ids).exclude(state="dropped").values_list(
        "pk", "project_id", Coalesce("gate_id", 0), days_since("baseline_on"),
        days_since(expected), _one_if(state="planned"),
    )  # fmt: skip


def _benefits(ids: str, today: date) -> QuerySet:
    unread = {"state": "expected", "read_on": None, "by_on__lt": today}
    missed = Case(When(state="missed", then=1), When(**unread, then=1), default=0)
    return _parts(Benefit, ids).exclude(state="dropped").values_list("project_id", missed)


def _risks(ids: str) -> QuerySet:
    score = F("probability") * F("impact")
    return _parts(Risk, ids).filter(state="open").values_list("pk", "project_id", score)


def _overdue(ids: str, model, due: str, today: date) -> QuerySet:
    late = _parts(model, ids).filter(state="open", **{f"{due}__lt": today})
    return late.values_list("pk", "project_id", days_since(due))


def asked_of(today: date) -> dict[str, Asked]:
    asked: dict[str, Asked] = {
        "projects": (_projects,), "milestones": (_milestones,), "benefits": (_benefits, today),
        "risks": (_risks,), "actions": (_overdue, Action, "due_on", today),
        "issues": (_overdue, Issue, "target_on", today),
        "promises": (promises.promised, ("agreed",), False),
    }  # fmt: skip
    return asked | ({"costs": (ports.costs,)} if ports.costs else {})


# Measuring ---------------------------------------------------------------------------------------
class Measuring:
    """One measurement of some projects: their values, the reasons that gave them and the records
    behind them, a row a project and a column a dimension. `moved` overlays milestones' days."""

    def __init__(self, ids: list[int], moved: dict[int, date] | None = None) -> None:
        self.today = clock.today()
        asked = asked_of(self.today)
        self.found = dict(zip(asked, columns_of_each(ids, *asked.values()), strict=True))
        self.projects = Projects(*self.found["projects"])
        self.ids = self.projects.ids
        self.moved = moved or {}
        shape = (len(self.ids), DIMENSION_COUNT)
        self.value = np.zeros(shape, dtype=np.int64)
        self.reason = np.zeros(shape, dtype=np.int64)
        self.worst = np.zeros(shape, dtype=np.int64)

    def measure(self) -> None:
        self._finishes()
        self._milestones()
        self._costs()
        self._benefits()
        self._risks()
        self._dependencies()
        self._without_reading()

    def _put(self, rows, dimension, value, reason, worst=0) -> None:
        self.value[rows, dimension] = value
        self.reason[rows, dimension] = reason
        self.worst[rows, dimension] = worst

    def _rows_of(self, projects: Ints) -> Ints:
        """Where each of these projects stands; they are ordered by id."""
        return np.searchsorted(self.ids, projects)

    # schedule ------------------------------------------------------------------------------------
    def _finishes(self) -> None:
        """Without milestones: the planned against the forecast finish, or what was reported."""
        plan, forecast = self.projects.planned_finish, self.projects.forecast_finish
        both = np.flatnonzero((plan != NOTHING) & (forecast != NOTHING))
        slips = working_days().slips(plan[both], forecast[both])
        self._put(both, SCHEDULE, slips, Reason.FINISH)
        told = np.flatnonzero(self.projects.reported_slip != NOTHING)
        self._put(told, SCHEDULE, self.projects.reported_slip[told], Reason.REPORTED_SLIP)

    def _milestones(self) -> None:
        ids, project, gate, baseline, day, planned = self.found["milestones"]
        at, is_open = self._rows_of(project), planned == 1
        self._put(np.unique(at), SCHEDULE, 0, Reason.COMPLETE)
        slips = working_days().slips(baseline, overlaid(day, ids, self.moved))
        slips = np.where((gate > 0) & (slips > 0), 2 * slips, slips)
        value, worst, found = worst_of(len(self.ids), at[is_open], slips[is_open], ids[is_open])
        why = np.where(np.isin(worst, ids[gate > 0]), Reason.GATE, Reason.MILESTONE)
        self._put(found, SCHEDULE, value[found], why[found], worst[found])

    # cost ----------------------------------------------------------------------------------------
    def _costs(self) -> None:
        """What was reported, else the budget, else the planned cost."""
        of = self.projects
        planned = np.flatnonzero((of.planned_cost > 0) & (of.forecast_cost != NOTHING))
        over = over_budget(of.planned_cost[planned], of.forecast_cost[planned])
        self._put(planned, COST, over, Reason.PLANNED_COST)
        if "costs" in self.found:
            project, granted, expected = self.found["costs"]
            given = granted > 0
            over = over_budget(granted[given], expected[given])
            self._put(self._rows_of(project[given]), COST, over, Reason.BUDGET)
        told = np.flatnonzero(of.reported_cost != NOTHING)
        self._put(told, COST, of.reported_cost[told], Reason.REPORTED_COST)

    # scope and benefits --------------------------------------------------------------------------
    def _benefits(self) -> None:
        """Share of the benefits that were missed, or whose first reading is overdue."""
        project, late = self.found["benefits"]
        at = self._rows_of(project)
        all_of, missed_of = (np.bincount(at, weights, len(self.ids)) for weights in (None, late))
        some = np.flatnonzero(all_of)
        share = (100 * missed_of[some].astype(np.int64)) // all_of[some]
        self._put(some, SCOPE, share, Reason.BENEFITS)

    # risk and issues -----------------------------------------------------------------------------
    def _risks(self) -> None:
        ids, project, score = self.found["risks"]
        value, worst, found = worst_of(len(self.ids), self._rows_of(project), score, ids)
        self._put(found, RISK, value[found], Reason.EXPOSURE, worst[found])

    def weigh_overdue(self, amber: Ints, red: Ints, overdue_amber: Ints, overdue_red: Ints) -> None:
        """Where what is overdue weighs more than the highest exposure, it is the reading."""
        count, oldest = self._all_overdue()
        reason, score = self.reason[:, RISK], self.value[:, RISK]
        own = (score > amber).astype(int) + (score > red)
        late = (count > overdue_amber).astype(int) + (count > overdue_red)
        heavier = (late > own) | (reason == Reason.NO_DATA)
        judged = (reason != Reason.STALE) & (reason != Reason.COMPLETE)
        rows = np.flatnonzero((count > 0) & heavier & judged)
        self._put(rows, RISK, count[rows], Reason.OVERDUE, oldest[rows])

    def _all_overdue(self) -> tuple[Ints, Ints]:
        """How many actions and issues of each project are past their day, and the oldest."""
        late = [self.found["actions"], self.found["issues"]]
        ids, project, day = (np.concatenate(pair) for pair in zip(*late, strict=True))
        at = self._rows_of(project)
        _, oldest, _ = worst_of(len(self.ids), at, -day, ids)
        return np.bincount(at, minlength=len(self.ids)), oldest

    # dependencies --------------------------------------------------------------------------------
    def _dependencies(self) -> None:
        agreed = promises.Promises(*self.found["promises"])
        _, used = promises.measured(agreed, self.moved)
        at, whole = self._rows_of(agreed.project), _whole(used)
        value, worst, found = worst_of(len(self.ids), at, whole, agreed.pk)
        self._put(found, DEPENDENCIES, value[found], Reason.TOLERANCE, worst[found])

    # what has no reading -------------------------------------------------------------------------
    def _without_reading(self) -> None:
        stale = np.flatnonzero(self._stale())
        for dimension in CONFIRMED_BY_ITS_MANAGER:
            old = stale[self.reason[stale, dimension] >= Reason.MEASURED]
            self._put(old, dimension, 0, Reason.STALE)
        self._put(self.projects.ended == 1, slice(None), 0, Reason.COMPLETE)

    def _stale(self) -> Flags:
        """Not confirmed within the cadence; what was imported, at its source's own reporting date."""
        of, cadence = self.projects, timedelta(days=Office.current().cadence_days)
        reported, confirmed = of.reported_on != NOTHING, of.confirmed_on != NOTHING
        as_of = np.where(reported, of.reported_on, day_number(self.today))
        old = np.where(confirmed, as_of - of.confirmed_on > cadence.days, ~reported)
        return (of.living == 1) & old


def _whole(percent) -> Ints:
    """Per cent in whole numbers; a little beyond 100 is beyond."""
    return np.ceil(percent - 1e-9).astype(np.int64)
