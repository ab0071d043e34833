"""Which ideas say the same: pairs that are alike, gathered into clusters of a size one can judge."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST_MEMBERS = 8


@dataclass(frozen=True, order=True)
class Pair:
    """Two ideas and how alike they are, 0 to 1."""

    closeness: float
    one: int
    other: int


@dataclass(frozen=True)
class Cluster:
    members: tuple[int, ...]  # ascending
    closeness: float  # of the loosest pair that holds it together


def clusters(pairs: Iterable[Pair], most: int = MOST_MEMBERS) -> list[Cluster]:
    """Unite what is closest first, and never into more than `most`; tightest cluster first.

    A chain of ideas, each a little like the next, would else become one heap nobody can judge.
    """
    home: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    loosest: dict[int, float] = {}
    for pair in sorted(pairs, key=lambda p: (-p.closeness, *sorted((p.one, p.other)))):
        one, other = (_home(home, members, key) for key in (pair.one, pair.other))
        if one == other or len(members[one]) + len(members[other]) > most:
            continue
        kept, gone = min(one, other), max(one, other)
        members[kept] |= members.pop(gone)
        home.update(dict.fromkeys(members[kept], kept))
        loosest[kept] = pair.closeness  # pairs come closest first
    found = [
        Cluster(tuple(sorted(keys)), loosest[at]) for at, keys in members.items() if len(keys) > 1
    ]
    return sorted(found, key=lambda one: (-one.closeness, one.members))


def _home(home: dict[int, int], members: dict[int, set[int]], key: int) -> int:
    at = home.setdefault(key, key)
    members.setdefault(at, {key})
    return at


def is_news(members: Iterable[int], dismissed: Iterable[Iterable[int]]) -> bool:
    """Not all of them were looked at together before."""
    return not any(set(members) <= set(seen) for seen in dismissed)
