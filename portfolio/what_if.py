"""What would move if a date moved or an item were dropped, before anything is saved.

A heap on topological level: each node reached is recomputed once, from all its incoming
links, so dates may move earlier as well as later, and the walk stops where nothing moves.
When most of the network moves, one whole forward pass is cheaper and gives the same.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from portfolio.columns import Flags
from portfolio.graph import Ints
from portfolio.network import Network, Step

# Measured: a node costs about 3 µs in the heap; from here the whole pass is the cheaper one.
HEAP_LIMIT = 8_000

Overlays = Mapping[int, int | tuple[int, int]]


class Move(NamedTuple):
    """A node whose expected dates change: days since 1970-01-01, and its finish in working days."""

    node: int
    old_start: int
    new_start: int
    old_day: int
    new_day: int
    working_days: int


@dataclass(frozen=True, eq=False)
class WhatIf:
    """The network as it would be, and the rows of the nodes that move in it.

    `rows` come with the largest move first (in working days, either way), then by row;
    `len()` counts them, `moves(limit)` describes as many as a page shows.
    """

    before: Network
    after: Network
    rows: Ints

    def __len__(self) -> int:
        return len(self.rows)

    def moves(self, limit: int | None = None) -> list[Move]:
        """The nodes that move, largest move first; all of them without a limit."""
        rows = self.rows[:limit]
        columns = (
            self.before.ids[rows],
            self.before.expected_start_on[rows],
            self.after.expected_start_on[rows],
            self.before.expected_on[rows],
            self.after.expected_on[rows],
            (self.after.expected_finish - self.before.expected_finish)[rows],
        )
        return [Move(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def chain(self, node: int) -> list[Step]:
        """What would cause a node's date, from the first cause to the node itself."""
        return self.after.chain(node)


def what_if(
    network: Network, overlays: Overlays | None = None, dropped: Collection[int] = ()
) -> WhatIf:
    """Every date that would move; nothing is stored and `network` is left as it is.

    `overlays`: node id → finish day (an item keeps its start, unless it would finish
    before it), or (start day, finish day). A met node moves by its own overlay only.
    `dropped`: nodes that would no longer hold anything up; they are not listed as moved.
    Raises KeyError for an unknown node, ValueError for a finish before its start.
    """
    gone = np.zeros(len(network.ids), dtype=bool)
    gone[[network.row(node) for node in dropped]] = True
    after = _overlaid(network, overlays or {}, gone)
    expected = _ripple(network, after, gone)
    if expected is not None:
        # The pass the new network would make on its own, known from the walk already.
        after.__dict__["expected"] = expected
    return WhatIf(network, after, _moved(network, after, gone))


def _overlaid(network: Network, overlays: Overlays, gone: Flags) -> Network:
    rows = np.array([network.row(node) for node in overlays], dtype=np.int64)
    spans = [_span(network, int(row), overlays[int(network.ids[row])]) for row in rows]
    days = np.array(spans, dtype=np.int64).reshape(-1, 2)
    start, duration = network.start.copy(), network.duration.copy()
    typed_start, typed_finish = network.typed_start.copy(), network.typed_finish.copy()
    typed_start[rows], typed_finish[rows] = days[:, 0], days[:, 1]
    start[rows] = network.calendar.ordinals(days[:, 0])
    duration[rows] = network.calendar.ordinals(days[:, 1]) - start[rows]
    after = replace(
        network,
        start=start,
        duration=duration,
        typed_start=typed_start,
        typed_finish=typed_finish,
        holds=network.holds & ~gone[network.giver],
    )
    for name in ("leaving", "entering", "row_of"):
        after.__dict__[name] = getattr(network, name)
    return after


def _span(network: Network, row: int, days: int | tuple[int, int]) -> tuple[int, int]:
    finish = days[1] if isinstance(days, tuple) else days
    if network.points[row]:
        return finish, finish
    start = days[0] if isinstance(days, tuple) else min(int(network.typed_start[row]), finish)
    if start > finish:
        raise ValueError(f"node {network.ids[row]} would finish before it starts")
    return start, finish


def _ripple(network: Network, after: Network, gone: Flags) -> Ints | None:
    """Expected starts after the change, or None when more than HEAP_LIMIT nodes would move."""
    resized = after.duration != network.duration
    roots = np.flatnonzero(resized | (after.start != network.start))
    freed = network.getter[gone[network.giver]]
    values = network.expected.copy()
    queue = _Queue(after.level)
    for row in np.union1d(roots, freed).tolist():
        queue.put(row)
    recompute, starts = _recomputation(after, values), after.leaving.starts.data
    followers, value = after.getter[after.leaving.links].data, values.data
    while queue.heap and len(queue.seen) <= HEAP_LIMIT:
        row = queue.take()
        found = recompute(row)
        if found != value[row] or resized[row]:
            value[row] = found
            for at in range(starts[row], starts[row + 1]):
                queue.put(followers[at])
    return None if queue.heap else values


class _Queue:
    """Rows by level, each at most once: what leads to a row is taken before the row."""

    def __init__(self, level: Ints) -> None:
        self.level = level.data
        self.seen: set[int] = set()
        self.heap: list[tuple[int, int]] = []

    def put(self, row: int) -> None:
        if row not in self.seen:
            self.seen.add(row)
            heappush(self.heap, (self.level[row], row))

    def take(self) -> int:
        return heappop(self.heap)[1]


def _recomputation(after: Network, values: Ints) -> Callable[[int], int]:
    starts, links = after.entering.starts.data, after.entering.links.data
    own, value, giver = after.start.data, values.data, after.giver.data
    weight, active = after.weight.data, after.active.data

    def recompute(row: int) -> int:
        latest: int = own[row]
        for at in range(starts[row], starts[row + 1]):
            link = links[at]
            if active[link] and value[giver[link]] + weight[link] > latest:
                latest = value[giver[link]] + weight[link]
        return latest

    return recompute


def _moved(network: Network, after: Network, gone: Flags) -> Ints:
    finish = after.expected_on != network.expected_on
    rows = np.flatnonzero((finish | (after.expected_start_on != network.expected_start_on)) & ~gone)
    size = np.abs(after.expected_finish - network.expected_finish)[rows]
    return rows[np.argsort(-size, kind="stable")]
