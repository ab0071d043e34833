"""The dependency network: what one date does to all others, without overwriting any.

Every node is a start and a duration in working days; a milestone is a point, with
duration 0. A link then only ever says "the getter's start is at least the giver's start
plus a weight", whatever its type:

    finish-start   lag + duration(giver)      start-finish   lag - duration(getter)
    finish-finish  lag + duration(giver) - duration(getter)  start-start  lag

so the forward pass is a longest path (critical path method, Kelley & Walker 1959), and
the backward pass is the same pass over the links reversed with the signs turned. Total
float = latest - expected start; free float = the least slack over the outgoing links.
Positions are ordinals of one calendar; lags, durations and floats are working days.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from changeoffice.calendar.working_days import Days, WorkingDays
from portfolio.columns import (
    FROM_FINISH,
    TO_FINISH,
    UNBOUNDED,
    Flags,
    Links,
    Nodes,
    due_ordinals,
    flags,
    ints,
    refuse_types_at_points,
    rows_of,
)
from portfolio.graph import Fan, Ints, LoopError, fan, levels, path_between, relax

__all__ = ["Links", "LoopError", "Network", "Nodes", "Step"]


class Step(NamedTuple):
    """A node of a chain, its expected finish day, and the link by which the one before acts."""

    node: int
    day: int
    link: int | None


@dataclass(frozen=True, eq=False)
class Network:
    """One compact graph, not changed after it is built, so threads may share it.

    Columns by node: ids, own start (ordinal), duration, typed days, points, fixed, due
    (ordinal), level. Columns by link: link_ids, giver and getter (rows), lag, kind, and
    `holds`, False for a link that what-if has let go.
    """

    calendar: WorkingDays
    ids: Ints
    start: Ints
    duration: Ints
    typed_start: Days
    typed_finish: Days
    points: Flags
    fixed: Flags
    due: Ints
    level: Ints
    link_ids: Ints
    giver: Ints
    getter: Ints
    lag: Ints
    kind: Ints
    holds: Flags

    @classmethod
    def build(cls, calendar: WorkingDays, nodes: Nodes, links: Links | None = None) -> "Network":
        """The network of these columns; the work grows with nodes plus links.

        Raises LoopError naming the loop's ids, and ValueError for equal ids, a finish before
        its start, a link to an unknown node, or another type than finish-start at a point.
        """
        links = links or Links()
        ids = ints(nodes.ids)
        finish = ints(nodes.finish)
        start = finish if nodes.start is None else ints(nodes.start)
        points = flags(nodes.points, len(ids), nodes.start is None)
        own = calendar.ordinals(start)
        duration = np.where(points, 0, calendar.ordinals(finish) - own)
        if (duration < 0).any():
            raise ValueError(f"node {ids[duration < 0][0]} finishes before it starts")
        giver, getter = rows_of(ids, links.giver), rows_of(ids, links.getter)
        kind = ints(links.kind, len(giver))
        refuse_types_at_points(kind, points[giver] | points[getter], ints(links.ids))
        return cls(
            calendar=calendar,
            ids=ids,
            start=np.where(points, calendar.ordinals(finish), own),
            duration=duration,
            typed_start=np.where(points, finish, start),
            typed_finish=finish,
            points=points,
            fixed=flags(nodes.fixed, len(ids), False),
            due=due_ordinals(calendar, nodes.due, len(ids)),
            level=_levels(ids, giver, getter),
            link_ids=ints(links.ids),
            giver=giver,
            getter=getter,
            lag=ints(links.lag, len(giver)),
            kind=kind,
            holds=np.ones(len(giver), dtype=bool),
        )

    # Forward: what is expected

    @cached_property
    def expected(self) -> Ints:
        """Ordinal of each expected start: its own, or later where links imply it; (n,)."""
        values = self.start.copy()
        rows = self._active_by(self.level[self.getter])
        giver, getter = self.giver[rows], self.getter[rows]
        relax(values, giver, getter, self.weight[rows], self.level[getter])
        return values

    @cached_property
    def expected_finish(self) -> Ints:
        """Ordinal of each expected finish; (n,)."""
        return self.expected + self.duration

    @cached_property
    def expected_on(self) -> Days:
        """Expected finish day of each node, never before the typed one; (n,) in `ids` order."""
        moved = self.calendar.days_of(self.expected_finish)
        return np.where(self.expected == self.start, self.typed_finish, moved)

    @cached_property
    def expected_start_on(self) -> Days:
        """Expected start day of each node; for points the same as `expected_on`."""
        moved = self.calendar.days_of(self.expected)
        return np.where(self.expected == self.start, self.typed_start, moved)

    @cached_property
    def deciding(self) -> Ints:
        """Row of the link that decides each date, -1 where the node's own forecast does.

        Of several that decide equally, the first one given.
        """
        reached = self.expected[self.giver] + self.weight
        late = self.expected[self.getter] > self.start[self.getter]
        rows = np.flatnonzero(self.active & late & (reached == self.expected[self.getter]))
        found = np.full(len(self.ids), -1, dtype=np.int64)
        found[self.getter[rows[::-1]]] = rows[::-1]
        return found

    def chain(self, node: int) -> list[Step]:
        """What causes a node's expected date, from the first cause to the node itself."""
        return self.walk_back(self.row(node), self.deciding.__getitem__)

    # Backward: what may slip

    @cached_property
    def latest(self) -> Ints:
        """Ordinal of the latest start that moves no end of a chain and passes no due date."""
        ends = np.ones(len(self.ids), dtype=bool)
        ends[self.giver[self.active]] = False
        turned = -np.minimum(np.where(ends, self.expected, UNBOUNDED), self.due - self.duration)
        rows = self._active_by(-self.level[self.giver])
        giver, getter = self.giver[rows], self.getter[rows]
        relax(turned, getter, giver, self.weight[rows], -self.level[giver])
        latest: Ints = -turned
        return latest

    @cached_property
    def total_float(self) -> Ints:
        """Working days each node may slip before the end of a chain or a due date moves.

        0 for what is met; negative where a due date is passed already.
        """
        return np.where(self.fixed, 0, self.latest - self.expected)

    @cached_property
    def free_float(self) -> Ints:
        """Working days each node may slip before any direct follower moves."""
        rows = np.flatnonzero(self.active)
        giver, getter = self.giver[rows], self.getter[rows]
        least = np.full(len(self.ids), UNBOUNDED)
        slack = self.expected[getter] - self.expected[giver] - self.weight[rows]
        np.minimum.at(least, giver, slack)
        alone = np.maximum(self.total_float, 0)
        return np.where(self.fixed, 0, np.where(least == UNBOUNDED, alone, least))

    def critical_chain(self, node: int | None = None) -> list[Step]:
        """The links without slack that lead to `node`, by default to the latest finish."""
        if not len(self.ids):
            return []
        end = int(np.argmax(self.expected_finish)) if node is None else self.row(node)
        return self.walk_back(end, self._tight_link)

    # Loops

    def loop_closed_by(self, giver: int, getter: int) -> list[int] | None:
        """Ids of the loop that a new link would close, from `giver` back to it, or None."""
        start, end = self.row(getter), self.row(giver)
        path = path_between(start, end, self.leaving, self.getter, self.level)
        return None if path is None else [giver, *self.ids[path].tolist()]

    def refuse_loop(self, giver: int, getter: int) -> None:
        """Raises LoopError, naming the loop, when a link between the two would close one."""
        loop = self.loop_closed_by(giver, getter)
        if loop:
            raise LoopError(loop)

    # Parts that several of the above share

    def row(self, node: int) -> int:
        """Row of a node id. Raises KeyError when it is not in the network."""
        return self.row_of[node]

    @cached_property
    def row_of(self) -> dict[int, int]:
        """Row by node id."""
        return {node: row for row, node in enumerate(self.ids.tolist())}

    @cached_property
    def active(self) -> Flags:
        """Links that can move something: not those into what is met."""
        return self.holds & ~self.fixed[self.getter]

    @cached_property
    def weight(self) -> Ints:
        """Least distance in working days from each giver's start to its getter's."""
        after = np.where(np.isin(self.kind, FROM_FINISH), self.duration[self.giver], 0)
        before = np.where(np.isin(self.kind, TO_FINISH), self.duration[self.getter], 0)
        weight: Ints = self.lag + after - before
        return weight

    @cached_property
    def leaving(self) -> Fan:
        """Links grouped by giver."""
        return fan(len(self.ids), self.giver)

    @cached_property
    def entering(self) -> Fan:
        """Links grouped by getter."""
        return fan(len(self.ids), self.getter)

    def walk_back(self, row: int, link_into: Callable[[int], int]) -> list[Step]:
        """The chain that ends in `row`, following one link into each node until there is none."""
        steps: list[Step] = []
        at = row
        while True:
            link = int(link_into(at))
            name = None if link < 0 else int(self.link_ids[link])
            steps.append(Step(int(self.ids[at]), int(self.expected_on[at]), name))
            if link < 0:
                return steps[::-1]
            at = int(self.giver[link])

    def _tight_link(self, row: int) -> int:
        for link in self.entering.of(row):
            reached = self.expected[self.giver[link]] + self.weight[link]
            if self.active[link] and reached == self.expected[row]:
                return link
        return -1

    def _active_by(self, key: Ints) -> Ints:
        rows = np.flatnonzero(self.active)
        return rows[np.argsort(key[rows], kind="stable")]


def _levels(ids: Ints, giver: Ints, getter: Ints) -> Ints:
    try:
        return levels(len(ids), giver, getter)
    except LoopError as error:
        raise LoopError(ids[error.loop].tolist()) from None
