"""What a dependency network is built from: columns of nodes and links, checked and turned to rows."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from changeoffice.calendar.working_days import WorkingDays
from portfolio.graph import Ints

Flags = npt.NDArray[np.bool_]
NO_DAY = int(np.iinfo(np.int64).min)
UNBOUNDED = int(np.iinfo(np.int64).max) // 4


class LinkType(IntEnum):
    """Which end of the giver holds which end of the getter."""

    FINISH_START = 0
    START_START = 1
    FINISH_FINISH = 2
    START_FINISH = 3


FROM_FINISH = (LinkType.FINISH_START, LinkType.FINISH_FINISH)
TO_FINISH = (LinkType.FINISH_FINISH, LinkType.START_FINISH)


class Nodes(NamedTuple):
    """Columns, one entry per node; days are days since 1970-01-01.

    `finish`: the typed forecast, or the actual once met. `start`: left out when all are
    points. `points`: which nodes are points, by default all without `start` and none with.
    `fixed`: what has happened; links no longer move it. `due`: the day a node must not
    pass (NO_DAY for none), read by the floats only.
    """

    ids: npt.ArrayLike
    finish: npt.ArrayLike
    start: npt.ArrayLike | None = None
    points: npt.ArrayLike | None = None
    fixed: npt.ArrayLike | None = None
    due: npt.ArrayLike | None = None


class Links(NamedTuple):
    """Columns, one entry per link, by node ids; lag in working days, may be negative."""

    ids: npt.ArrayLike = ()
    giver: npt.ArrayLike = ()
    getter: npt.ArrayLike = ()
    lag: npt.ArrayLike | None = None
    kind: npt.ArrayLike | None = None


def ints(column: npt.ArrayLike | None, n: int = 0) -> Ints:
    return np.zeros(n, dtype=np.int64) if column is None else np.array(column, dtype=np.int64)


def flags(column: npt.ArrayLike | None, n: int, default: bool) -> Flags:
    return np.full(n, default) if column is None else np.array(column, dtype=bool)


def rows_of(ids: Ints, wanted: npt.ArrayLike) -> Ints:
    nodes = ints(wanted)
    order = np.argsort(ids, kind="stable")
    ranked = ids[order]
    if (np.diff(ranked) == 0).any():
        raise ValueError(f"node {ranked[1:][np.diff(ranked) == 0][0]} is given twice")
    at = np.searchsorted(ranked, nodes)
    known = at < len(ids)
    known[known] = ranked[at[known]] == nodes[known]
    if not known.all():
        raise ValueError(f"a link names node {nodes[~known][0]}, which is not in the network")
    return order[at]


def due_ordinals(calendar: WorkingDays, column: npt.ArrayLike | None, n: int) -> Ints:
    due = np.full(n, UNBOUNDED)
    if column is not None:
        days = ints(column)
        due[days != NO_DAY] = calendar.ordinals(days[days != NO_DAY])
    return due


def refuse_types_at_points(kind: Ints, at_point: Flags, link_ids: Ints) -> None:
    wrong = at_point & (kind != LinkType.FINISH_START)
    if wrong.any():
        raise ValueError(f"link {link_ids[wrong][0]}: at a milestone only finish-start is possible")
