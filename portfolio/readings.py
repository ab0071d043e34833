"""Readings: judged from what is measured, kept where they change, replayed from what was kept."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import orjson
from django.db import connection

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
from portfolio.models import LimitSet, Project, RagPolicy, RagReading
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
    known = {held.pk: held for held in sets}
    row = {pk: at for at, pk in enumerate(known)}
    of = np.array([row[held.pk] for held in sets], dtype=np.int64)
    tables = [_table(held, "risk") for held in known.values()]
    late = [_table(held, "overdue") for held in known.values()]
    shape = (len(known), 3, DIMENSION_COUNT)
    plain = np.array(tables, dtype=np.int64).reshape(shape)[of]
    overdue = np.array(late, dtype=np.int64).reshape(shape)[of]
    is_late = np.zeros(reason.shape, dtype=bool)
    is_late[:, RISK] = reason[:, RISK] == Reason.OVERDUE
    return Limits(*(np.where(is_late, overdue[:, n], plain[:, n]) for n in range(3)))


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
    rows = RagReading.objects.extra(where=["project_id = ANY(%s)"], params=[list(ids)])
    before = {row.pk: row for row in rows}
    found = judged(before, before)
    today = clock.today()  # asked once: outside of requests it reads the office
    changed = [
        _changed(before[found.measured.ids[at]], found, at, today) for at in _moved(before, found)
    ]
    _store(changed)
    return len(changed)


COMPARED = ("colour", "reason", "value", "worst")


def _moved(before: dict[int, RagReading], found: Judged) -> list[int]:
    """Which rows differ from their readings by more than the time that has passed."""
    old = [before[pk] for pk in found.measured.ids]
    now = (found.colour, found.measured.reason, found.measured.value, found.measured.worst)
    moved = np.array([row.overall for row in old], dtype=np.int64) != found.overall
    moved |= np.array([row.limit_set_id for row in old]) != [held.pk for held in found.sets]
    for name, column in zip(COMPARED, now, strict=True):
        was = np.array([getattr(row, name) for row in old], dtype=np.int64)
        moved |= (was.reshape(column.shape) != column).any(axis=1)
    return np.flatnonzero(moved).tolist()


def _changed(old: RagReading, found: Judged, at: int, today: date) -> dict[str, Any]:
    """The new values of a reading."""
    colour, overall = found.colour[at].tolist(), int(found.overall[at])
    since = [
        since if was == now else today
        for was, now, since in zip(old.colour, colour, old.since, strict=True)
    ]
    return {
        "project_id": old.pk, "overall": overall, "colour": colour,
        "reason": found.measured.reason[at].tolist(), "value": found.measured.value[at].tolist(),
        "worst": found.measured.worst[at].tolist(), "limit_set_id": found.sets[at].pk,
        "previous": found.previous[at].tolist(), "since": since,
        "overall_since": old.overall_since if old.overall == overall else today,
    }  # fmt: skip


COLUMNS = ", ".join(KEPT)
PAST = f"""INSERT INTO portfolio_raghistory (project_id, until, {COLUMNS})
    SELECT project_id, %(now)s, {COLUMNS} FROM portfolio_ragreading
    WHERE project_id = ANY(%(ids)s) AND at < %(now)s AND 0 <> ANY(reason)"""  # noqa: S608
PRESENT = """UPDATE portfolio_ragreading r SET overall = n.overall, colour = n.colour,
    reason = n.reason, value = n.value, worst = n.worst, previous = n.previous, since = n.since,
    overall_since = n.overall_since, limit_set_id = n.limit_set_id, at = %(now)s
    FROM json_to_recordset(%(rows)s) AS n(project_id bigint, overall smallint, colour smallint[],
        reason smallint[], value int[], worst bigint[], previous smallint[], since date[],
        overall_since date, limit_set_id bigint)
    WHERE r.project_id = n.project_id"""


def _store(changed: list[dict[str, Any]]) -> None:
    """The old rows into the past, the new ones in their place; a first reading leaves no past."""
    if not changed:
        return
    given: dict[str, Any] = {"now": clock.now(), "ids": [new["project_id"] for new in changed],
             "rows": orjson.dumps(changed).decode()}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(PAST, given)
        cursor.execute(PRESENT, given)


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
