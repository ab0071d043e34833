"""Order, reach and longest paths over links given as two columns of rows.

Every function takes rows 0…n-1 and link columns of equal length (int64). Wide levels go
through NumPy, narrow ones link by link, so a shallow portfolio and one very long chain
both cost about what their links cost.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
# Below this many entries the fixed cost of NumPy calls exceeds a loop over their buffers.
NARROW = 24


class LoopError(ValueError):
    """Links that lead back to where they began; `loop` names the nodes, first = last."""

    def __init__(self, loop: list[int]) -> None:
        self.loop = loop
        super().__init__("these follow each other in a loop: " + " → ".join(map(str, loop)))


class Fan(NamedTuple):
    """Links grouped by one of their ends: those of row r are links[starts[r]:starts[r+1]]."""

    starts: Ints
    links: Ints

    def of(self, row: int) -> list[int]:
        """The links of one row, in the order they were given."""
        found: list[int] = self.links[self.starts[row] : self.starts[row + 1]].tolist()
        return found


def fan(n: int, ends: Ints) -> Fan:
    """Group links by the row at one of their ends."""
    links = np.argsort(ends, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=n))))
    return Fan(starts.astype(np.int64), links.astype(np.int64))


def levels(n: int, giver: Ints, getter: Ints) -> Ints:
    """Length of the longest path that leads to each row (Kahn 1962, a level at a time).

    A link always leads to a higher level. Raises LoopError with the rows of one loop.
    """
    leaving = fan(n, giver)
    reached = getter[leaving.links]
    waiting = np.bincount(getter, minlength=n).astype(np.int64)
    level = np.zeros(n, dtype=np.int64)
    front, depth, done = np.flatnonzero(waiting == 0), 0, 0
    while len(front):
        level[front] = depth
        done, depth = done + len(front), depth + 1
        advance = _advance_narrow if len(front) < NARROW else _advance_wide
        front = advance(front, leaving.starts, reached, waiting)
    if done < n:
        raise LoopError(_some_loop(waiting > 0, giver, getter))
    return level


def _advance_narrow(front: Ints, starts: Ints, reached: Ints, waiting: Ints) -> Ints:
    begin, target, left = starts.data, reached.data, waiting.data
    ready = []
    for row in front.tolist():
        for at in range(begin[row], begin[row + 1]):
            left[target[at]] -= 1
            if left[target[at]] == 0:
                ready.append(target[at])
    return np.array(ready, dtype=np.int64)


def _advance_wide(front: Ints, starts: Ints, reached: Ints, waiting: Ints) -> Ints:
    counts = starts[front + 1] - starts[front]
    shift = np.repeat(starts[front] - (np.cumsum(counts) - counts), counts)
    targets = reached[shift + np.arange(len(shift))]
    np.subtract.at(waiting, targets, 1)
    return np.unique(targets[waiting[targets] == 0])


def _some_loop(stuck: npt.NDArray[np.bool_], giver: Ints, getter: Ints) -> list[int]:
    # A row that never became free waits for another such row, so walking back must repeat.
    inside = stuck[giver] & stuck[getter]
    before = dict(zip(getter[inside].tolist(), giver[inside].tolist(), strict=True))
    path, seen = [int(np.flatnonzero(stuck)[0])], set()
    while path[-1] not in seen:
        seen.add(path[-1])
        path.append(before[path[-1]])
    return path[path.index(path[-1]) :][::-1]


def relax(values: Ints, giver: Ints, getter: Ints, weight: Ints, level: Ints) -> None:
    """Raise, in place, each getter's value to its giver's plus the weight.

    Links must come in order of `level`, and every link into a giver before those out of
    it; one pass then gives longest paths.
    """
    cuts = [0, *(np.flatnonzero(np.diff(level)) + 1).tolist(), len(level)]
    value, source, target, length = values.data, giver.data, getter.data, weight.data
    for begin, end in pairwise(cuts):
        if end - begin >= NARROW:
            part = slice(begin, end)
            np.maximum.at(values, getter[part], values[giver[part]] + weight[part])
            continue
        for at in range(begin, end):
            found = value[source[at]] + length[at]
            if found > value[target[at]]:
                value[target[at]] = found


def path_between(start: int, end: int, leaving: Fan, getter: Ints, level: Ints) -> list[int] | None:
    """Rows of a path from `start` to `end`, or None; looks only below the end's level."""
    came_from, todo = {start: start}, [start]
    while todo and end not in came_from:
        row = todo.pop()
        for link in leaving.of(row):
            follower = int(getter[link])
            if follower not in came_from and (follower == end or level[follower] < level[end]):
                came_from[follower] = row
                todo.append(follower)
    if end not in came_from:
        return None
    path = [end]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
