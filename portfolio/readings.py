"""Readings: judged from what is measured, kept where they change, replayed from what was kept."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from changeoffice.core.record import clock
from portfolio import judging
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
from portfolio.measures import Measured, Measuring
from portfolio.models import LimitSet, Project, RagHistory, RagPolicy, RagReading
from portfolio.models.rag import CODES, DIMENSIONS, Colour, Reading

# Where the limits of a dimension stand in a limit set; risk has two, chosen by its reason.
NAMES = {SCHEDULE: "schedule", COST: "cost", SCOPE: "benefits", RISK: "risk",
         DEPENDENCIES: "dependency"}  # fmt: skip
KEPT = ("overall", "overall_since", "colour", "reason", "value", "worst", "previous", "since",
        "limit_set_id", "at")  # fmt: skip


# Taking the rows -----------------------------------------------------------------------------------
def take(project_ids: Iterable[int] | None) -> list[int]:
    """Lock the reading rows of these projects, or of all, making those that are missing.

    Taken before anything is measured: of two edits of one project the second measures what the
    first one wrote.
    """
    wanted = Project.objects.all()
    if project_ids is not None:
        wanted = wanted.filter(pk__in=list(project_ids))
    missing = list(wanted.filter(reading=None).values_list("pk", flat=True))
    if missing:
        _begin(missing)
    rows = RagReading.objects.all()
    if project_ids is not None:
        rows = rows.filter(pk__in=list(project_ids))
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
def _kept(policy: RagPolicy, tighter: dict[str, float]) -> LimitSet:
    """The immutable limits a reading refers to: the policy's, tightened for one project."""
    limits = policy.limits()
    # A policy tightened since then holds for the project as well.
    limits |= {name: min(limits[name], tighter[name]) for name in limits.keys() & tighter.keys()}
    text = json.dumps([policy.version, limits], sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    found, _ = LimitSet.objects.get_or_create(
        digest=digest, defaults={"policy_version": policy.version, "limits": limits}
    )
    return found


def _limit_sets(measured: Measured) -> list[LimitSet]:
    policy, known = RagPolicy.current(), {}
    sets = []
    for project in measured.projects:
        tighter = project["tighter_limits"] or {}
        key = json.dumps(tighter, sort_keys=True)
        if key not in known:
            known[key] = _kept(policy, tighter)
        sets.append(known[key])
    return sets


def limits_of(sets: list[LimitSet], reason: Ints) -> Limits:
    """Limits by project and dimension, in the units of the values."""
    shape = (len(sets), DIMENSION_COUNT)
    amber, red = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    back = np.zeros(shape, dtype=np.int64)
    for at, held in enumerate(sets):
        for dimension, name in NAMES.items():
            if dimension == RISK and reason[at, RISK] == Reason.OVERDUE:
                name = "overdue"
            low, high = in_units(dimension, held.limits, name)
            amber[at, dimension], red[at, dimension] = low, high
            back[at, dimension] = int(low * held.limits["return_to_green"] // 100)
    return Limits(amber, red, back)


def in_units(dimension: int, limits: dict[str, float], name: str) -> tuple[int, int]:
    scale = COST_SCALE if dimension == COST else 1
    return round(limits[f"{name}_amber"] * scale), round(limits[f"{name}_red"] * scale)


# Judging -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Judged:
    """What is measured, its limits, what it was judged against, and its colours."""

    measured: Measured
    sets: list[LimitSet]
    previous: Ints
    colour: Ints
    overall: Ints


def judged(ids: Iterable[int], before: dict[int, RagReading], moved=None) -> Judged:
    """Measure and judge; `moved` overlays milestones' days and saves nothing."""
    measuring = Measuring(ids, moved)
    measured = measuring.measure()
    sets = _limit_sets(measured)
    _weigh(measuring, sets)
    limits = limits_of(sets, measured.reason)
    none = [Colour.NO_DATA] * DIMENSION_COUNT
    previous = np.array(
        [before[pk].colour if pk in before else none for pk in measured.ids], dtype=np.int64
    ).reshape(-1, DIMENSION_COUNT)
    colour = judging.judge(measured.value, measured.reason, previous, limits)
    return Judged(measured, sets, previous, colour, judging.overall(colour))


def _weigh(measuring: Measuring, sets: list[LimitSet]) -> None:
    columns = [
        np.array([held.limits[name] for held in sets])
        for name in ("risk_amber", "risk_red", "overdue_amber", "overdue_red")
    ]
    measuring.weigh_overdue(*columns)


def read(ids: Iterable[int]) -> int:
    """Judge these projects and store the readings that changed; their rows are taken already."""
    before = {row.pk: row for row in RagReading.objects.filter(pk__in=list(ids))}
    found = judged(before, before)
    changed = [
        (before[pk], new)
        for at, pk in enumerate(found.measured.ids)
        if (new := _changed(before[pk], found, at)) is not None
    ]
    _store(changed)
    return len(changed)


def _changed(old: RagReading, found: Judged, at: int) -> dict[str, Any] | None:
    """The new values of a reading, or None when nothing but time has passed."""
    colour = found.colour[at].tolist()
    new = {
        "overall": int(found.overall[at]), "colour": colour,
        "reason": found.measured.reason[at].tolist(), "value": found.measured.value[at].tolist(),
        "worst": found.measured.worst[at].tolist(), "limit_set_id": found.sets[at].pk,
    }  # fmt: skip
    if all(getattr(old, name) == value for name, value in new.items()):
        return None
    today = clock.today()
    new["previous"] = found.previous[at].tolist()
    new["since"] = [
        since if was == now else today
        for was, now, since in zip(old.colour, colour, old.since, strict=True)
    ]
    new["overall_since"] = old.overall_since if old.overall == new["overall"] else today
    return new


def _store(changed: list[tuple[RagReading, dict[str, Any]]]) -> None:
    """The old row into the past, the new one in its place; a first reading leaves no past."""
    now = clock.now()
    RagHistory.objects.bulk_create(
        RagHistory(project_id=old.pk, until=now, **{name: getattr(old, name) for name in KEPT})
        for old, _ in changed if any(old.reason) and old.at < now
    )  # fmt: skip
    for old, new in changed:
        for name, value in new.items():
            setattr(old, name, value)
        old.at = now
    RagReading.objects.bulk_update(
        [old for old, _ in changed], [name.removesuffix("_id") for name in KEPT], batch_size=500
    )


# Replay and what-if --------------------------------------------------------------------------------
def replay(reading: Reading) -> tuple[list[int], int]:
    """Judge what a reading stored again, by its own limits: its colours and overall."""
    reason = np.array([reading.reason], dtype=np.int64)
    limits = limits_of([reading.limit_set], reason)
    colour = judging.judge(
        np.array([reading.value], dtype=np.int64), reason,
        np.array([reading.previous], dtype=np.int64), limits,
    )  # fmt: skip
    return colour[0].tolist(), int(judging.overall(colour)[0])


def as_if(project_ids: Iterable[int], moved: dict[int, date], person) -> list[dict[str, Any]]:
    """Which colours would turn, of projects this person may see, if milestones moved so."""
    seen = {
        row.pk: row
        for row in Project.objects.visible_to(person).filter(pk__in=list(project_ids))
        .select_related("reading")
    }  # fmt: skip
    before = {pk: row.reading for pk, row in seen.items() if row.rag}
    found = judged(before, before, moved)
    turned = []
    for at, pk in enumerate(found.measured.ids):
        new = found.colour[at].tolist()
        changes = [
            {"dimension": name, "before": CODES[Colour(old)], "after": CODES[Colour(now)]}
            for name, old, now in zip(DIMENSIONS, before[pk].colour, new, strict=True)
            if CODES[Colour(old)] != CODES[Colour(now)]
        ]
        if changes:
            turned.append({
                "project": seen[pk].reference, "title": seen[pk].title,
                "overall_before": before[pk].code,
                "overall_after": CODES[Colour(int(found.overall[at]))], "dimensions": changes,
            })  # fmt: skip
    return turned
