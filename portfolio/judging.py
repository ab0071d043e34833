"""RAG as pure functions over columns: one row a project, one column a dimension.

The same two functions serve one edit, the sweep over all, what-if and replay. A measured value and
the reason that gave it are stored; with the limits and the previous colour they give the colour
again, whenever it is asked.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NO_DATA, STALE, COMPLETE, GREEN, AMBER, RED = range(6)
SCHEDULE, COST, SCOPE, RISK, DEPENDENCIES, RESOURCES, QUALITY = range(7)
DIMENSION_COUNT = 7
# Costs are compared in hundredths of a per cent, so that integers stay exact.
COST_SCALE = 100


class Reason:
    """Why a dimension reads as it does; below MEASURED there is nothing to judge."""

    NO_DATA, STALE, COMPLETE = 0, 1, 2
    MEASURED = 10
    MILESTONE, GATE, FINISH, REPORTED_SLIP = 10, 11, 12, 13
    BUDGET, PLANNED_COST, REPORTED_COST = 20, 21, 22
    BENEFITS = 30
    EXPOSURE, OVERDUE = 40, 41
    TOLERANCE = 50


class Limits(NamedTuple):
    """Amber above, red above, and back to green at or below; (n, dimensions) each."""

    amber: Ints
    red: Ints
    back: Ints


def worst_of(n: int, rows: Ints, value: Ints, ids: Ints) -> tuple[Ints, Ints, Flags]:
    """The largest value of each row and its id, ties to the lowest id; and which rows have any."""
    best = np.full(n, np.iinfo(np.int64).min, dtype=np.int64)
    np.maximum.at(best, rows, value)
    found = np.zeros(n, dtype=bool)
    found[rows] = True
    first = np.full(n, np.iinfo(np.int64).max, dtype=np.int64)
    tops = value == best[rows]
    np.minimum.at(first, rows[tops], ids[tops])
    return np.where(found, best, 0), np.where(found, first, 0), found


def over_budget(budget: npt.ArrayLike, expected: npt.ArrayLike) -> Ints:
    """Forecast at completion over budget, in hundredths of a per cent, away from zero on a tie."""
    granted = np.asarray(budget, dtype=np.float64)
    share = (np.asarray(expected, dtype=np.float64) - granted) / np.where(granted == 0, 1, granted)
    return np.round(share * 100 * COST_SCALE, 0).astype(np.int64)


def judge(value: Ints, reason: Ints, previous: Ints, limits: Limits) -> Ints:
    """The colour of every dimension of every project; (n, dimensions)."""
    colour = np.where(value > limits.red, RED, np.where(value > limits.amber, AMBER, GREEN))
    was_worse = (previous == AMBER) | (previous == RED)
    colour = np.where((colour == GREEN) & was_worse & (value > limits.back), AMBER, colour)
    return np.where(reason < Reason.MEASURED, reason, colour).astype(np.int64)


def overall(colour: Ints) -> Ints:
    """The worst rated dimension; without schedule or cost only red still counts; (n,)."""
    rated = colour >= GREEN
    worst = np.where(rated, colour, COMPLETE).max(axis=1)
    key = colour[:, [SCHEDULE, COST]]
    unknown = np.where((key == STALE).any(axis=1), STALE, NO_DATA)
    is_unknown = (key < COMPLETE).any(axis=1)
    done = (colour == COMPLETE).any(axis=1)
    worst = np.where(rated.any(axis=1), worst, np.where(done, COMPLETE, unknown))
    return np.where(is_unknown & (worst != RED), unknown, worst).astype(np.int64)
