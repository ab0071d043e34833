"""Readings: judged from what is measured, kept where they change, replayed from what was kept."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from django.db.models import QuerySet

from changeoffice.core.record import clock
from portfolio import judging
from portfolio.columns_in_sql import among, tables_of
from portfolio.judging import (
    COST,
    COST_SCALE,
    DEPENDENCIES,
    DIMENSION_COUNT,
    RISK,
    SCHEDULE,
    SCOPE,
    Ints,
    Limits,
    Reason,
)
from portfolio.measures import Measuring, Projects
from portfolio.models import LimitSet, Project, RagPolicy, RagReading
from portfolio.models.rag import CODES, DIMENSIONS, Colour, Reading
from portfolio.stored_readings import Readings, store, stored

# Where the limits of a dimension stand in a limit set; risk has two, chosen by its reason.
NAMES = {SCHEDULE: "schedule", COST: "cost", SCOPE: "benefits", RISK: "risk",
         DEPENDENCIES: "dependency"}  # fmt: skip


POLICY, LIMIT_SET = ("version", *RagPolicy.profile), ("pk", "digest", "policy_version", "limits")
NONE: Mapping[str, LimitSet] = {}


# Taking the rows -----------------------------------------------------------------------------------
def take(project_ids: Iterable[int] | None) -> list[int]:
    """Lock the reading rows of these projects, or of all, making those that are missing.

    Taken before anything is measured: of two edits of one project the second measures what the
    first one wrote.
    """
    ids = None if project_ids is None else set(project_ids)
    taken = _locked(ids)
    if ids is not None and len(taken) == len(ids):
        return taken
    unread = Project.objects.filter(reading=None)
    unread = unread if ids is None else unread.filter(among("id", ids))
    missing = list(unread.order_by("pk").values_list("pk", flat=True))
    if not missing:
        return taken
    _begin(missing)
    return _locked(ids)


def _locked(ids: set[int] | None) -> list[int]:
    rows = RagReading.objects.all() if ids is None else RagReading.objects.filter(among("id", ids))
    return list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


def _begin(ids: list[int]) -> None:
    limits, today = _kept(RagPolicy.current(), {}), clock.today()
    nothing = [0] * DIMENSION_COUNT
    RagReading.objects.bulk_create(
        [RagReading(project_id=pk, overall=Colour.NO_DATA, overall_since=today, colour=nothing,
                    reason=nothing, value=nothing, worst=nothing, previous=nothing,
                    since=[today] * DIMENSION_COUNT, limit_set=limits, at=clock.now())
         for pk in ids],
        ignore_conflicts=True,
    )  # fmt: skip


# Limits --------------------------------------------------------------------------------------------
def _kept(
    policy: RagPolicy, tighter: dict[str, float], known: Mapping[str, LimitSet] = NONE
) -> LimitSet:
    """The immutable limits a reading refers to: the policy's, tightened for one project."""
    limits = policy.limits()
    # A policy tightened since then holds for the project as well.
    limits |= {name: min(limits[name], tighter[name]) for name in limits.keys() & tighter.keys()}
    text = json.dumps([policy.version, limits], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest in known:
        return known[digest]
    found, _ = LimitSet.objects.get_or_create(
        digest=digest, defaults={"policy_version": policy.version, "limits": limits}
    )
    return found


def _policies(ids: str) -> QuerySet:
    return RagPolicy.objects.filter(state="active").order_by("pk").values_list(*POLICY)[:1]


def _limit_sets(ids: str) -> QuerySet:
    """Those by which these projects were judged last."""
    used = RagReading.objects.filter(among("id", ids)).values("limit_set")
    return LimitSet.objects.filter(pk__in=used).order_by("pk").values_list(*LIMIT_SET)


def _limits_in_use(projects: Projects) -> tuple[list[LimitSet], Ints]:
    """The limit sets these projects are judged by, and which of them each has."""
    policies, used = tables_of(projects.ids.tolist(), (_policies,), (_limit_sets,))
    policy = RagPolicy(**dict(zip(POLICY, policies[0], strict=True))) if policies else RagPolicy()
    read = [LimitSet(**dict(zip(LIMIT_SET, row, strict=True))) for row in used]
    sets_read = {held.digest: held for held in read}
    sets, of = [_kept(policy, {}, sets_read)], np.zeros(len(projects.ids), dtype=np.int64)
    tightened = projects.ids[projects.tightened == 1].tolist()
    if tightened:
        known = {json.dumps({}): 0}
        rows = Project.objects.filter(pk__in=tightened).values_list("pk", "tighter_limits")
        for pk, tighter in rows:
            key = json.dumps(tighter, sort_keys=True)
            if key not in known:
                known[key] = len(sets)
                sets.append(_kept(policy, tighter, sets_read))
            of[np.searchsorted(projects.ids, pk)] = known[key]
    return sets, of


def limits_of(sets: list[LimitSet], of: Ints, reason: Ints) -> Limits:
    """Limits by project and dimension, in the units of the values."""
    shape = (len(sets), 3, DIMENSION_COUNT)
    tables, late = (
        np.array([_table(held, risk) for held in sets], dtype=np.int64).reshape(shape)[of]
        for risk in ("risk", "overdue")
    )
    is_late = np.zeros(reason.shape, dtype=bool)
    is_late[:, RISK] = reason[:, RISK] == Reason.OVERDUE
    return Limits(*(np.where(is_late, late[:, n], tables[:, n]) for n in range(3)))


def _table(held: LimitSet, risk: str) -> list[list[int]]:
    """Amber, red and back of one limit set, a column a dimension."""
    found = [[0] * DIMENSION_COUNT for _ in range(3)]
    for dimension, name in NAMES.items():
        name = risk if dimension == RISK else name
        low, high = in_units(dimension, held.limits, name)
        back = int(low * held.limits["return_to_green"] // 100)
        found[0][dimension], found[1][dimension], found[2][dimension] = low, high, back
    return found


def in_units(dimension: int, limits: dict[str, float], name: str) -> tuple[int, int]:
    scale = COST_SCALE if dimension == COST else 1
    return round(limits[f"{name}_amber"] * scale), round(limits[f"{name}_red"] * scale)


# Judging -------------------------------------------------------------------------------------------
def judged(before: Readings, moved: dict[int, date] | None = None) -> Readings:
    """Measure and judge again; `moved` overlays milestones' days and saves nothing."""
    measuring = Measuring(before.ids.tolist(), moved)
    measuring.measure()
    sets, of = _limits_in_use(measuring.projects)
    _weigh(measuring, sets, of)
    reason, value = measuring.reason, measuring.value
    colour = judging.judge(value, reason, before.colour, limits_of(sets, of, reason))
    limit_set = np.array([held.pk for held in sets])[of]
    overall = judging.overall(colour)
    return Readings(before.ids, overall, limit_set, colour, reason, value, measuring.worst)


def _weigh(measuring: Measuring, sets: list[LimitSet], of: Ints) -> None:
    columns = [
        np.array([held.limits[name] for held in sets])[of]
        for name in ("risk_amber", "risk_red", "overdue_amber", "overdue_red")
    ]
    measuring.weigh_overdue(*columns)


def read(ids: Iterable[int]) -> int:
    """Judge these projects and store the readings that changed; their rows are taken already."""
    before = stored(ids)
    now = judged(before)
    changed = now.differ_from(before)
    if len(changed):
        store(now, changed)
    return len(changed)


# Replay and what-if --------------------------------------------------------------------------------
def replay(reading: Reading) -> tuple[list[int], int]:
    """Judge what a reading stored again, by its own limits: its colours and overall."""
    reason = np.array([reading.reason], dtype=np.int64)
    limits = limits_of([reading.limit_set], np.zeros(1, dtype=np.int64), reason)
    colour = judging.judge(
        np.array([reading.value], dtype=np.int64), reason,
        np.array([reading.previous], dtype=np.int64), limits,
    )  # fmt: skip
    return colour[0].tolist(), int(judging.overall(colour)[0])


def as_if(project_ids: Iterable[int], moved: dict[int, date], person) -> list[dict[str, Any]]:
    """Which colours would turn, of projects this person may see, if milestones moved so."""
    before = stored(project_ids)
    found = judged(before, moved)
    codes = np.array([CODES[Colour(n)] for n in range(len(Colour))])
    turned = np.flatnonzero((codes[before.colour] != codes[found.colour]).any(axis=1))
    rows = Project.objects.visible_to(person).filter(among("id", before.ids[turned].tolist()))
    seen = {row.pk: row for row in rows}
    return [
        {
            "project": seen[pk].reference, "title": seen[pk].title,
            "overall_before": codes[before.overall[at]], "overall_after": codes[found.overall[at]],
            "dimensions": [
                {"dimension": name, "before": codes[old], "after": codes[new]}
                for name, old, new in zip(
                    DIMENSIONS, before.colour[at], found.colour[at], strict=True
                ) if codes[old] != codes[new]
            ],
        }
        for at, pk in zip(turned.tolist(), before.ids[turned].tolist(), strict=True)
        if pk in seen
    ]  # fmt: skip
