"""How estimates turned out: actual over estimated, the one who estimated, and demands alike.

A ratio of 1 means that it took what was estimated, 1.3 that it took 30 % more. What somebody's
estimates usually need is the median of their ratios: one runaway does not move it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import NamedTuple

FEWEST = 3  # estimates that turned out, before anything is said of whoever made them
CLOSEST = 0.15  # below this likeness, two demands have nothing to tell each other
STEP = Decimal("0.001")
SHORTEST_WORD = 4
WEIGHTS = {"words": 0.5, "services": 0.25, "type": 0.1, "size": 0.15}


def ratio(actual: Decimal | None, estimated: Decimal | None) -> Decimal | None:
    """Actual over estimated; None where there is nothing to compare."""
    if actual is None or not estimated or not actual:
        return None
    return min(Decimal(actual) / Decimal(estimated), Decimal(999)).quantize(STEP)


@dataclass(frozen=True)
class Bias:
    """What somebody's estimates usually turned out to need, and from how many this is known."""

    count: int
    ratio: float | None

    @property
    def words(self) -> str:
        if self.ratio is None:
            have = (
                f"{self.count} of yours {'has' if self.count == 1 else 'have'}"
                if self.count
                else "none has"
            )
            return (
                f"Not enough yet: {have} been delivered with actual effort, and it takes {FEWEST}."
            )
        off = round((self.ratio - 1) * 100)
        how = f"{abs(off)} % {'more' if off > 0 else 'less'} than" if off else "just what was"
        return f"In the middle of your {self.count} delivered estimates it took {how} estimated."


def bias(ratios: Iterable[Decimal | float | None]) -> Bias:
    """The median of what turned out; says nothing from fewer than three."""
    known = [float(one) for one in ratios if one]
    return Bias(len(known), float(median(known)) if len(known) >= FEWEST else None)


class Traits(NamedTuple):
    """What two demands are compared by."""

    title: str
    services: frozenset[int] = frozenset()
    type: str = ""
    size: str = ""


def likeness(one: Traits, other: Traits) -> float:
    """Between 0 and 1, the same both ways: shared words, services, type and size."""
    parts = {
        "words": _shared(_words(one.title), _words(other.title)),
        "services": _shared(one.services, other.services),
        "type": float(bool(one.type) and one.type == other.type),
        "size": float(bool(one.size) and one.size == other.size),
    }
    return sum(WEIGHTS[name] * part for name, part in parts.items())


def closest(one: Traits, others: Sequence[Traits], most: int = 5) -> list[int]:
    """Places of those most like it, the closest first; what shares only its type is not like it."""
    scored = [(likeness(one, other), -place) for place, other in enumerate(others)]
    return [-place for near, place in sorted(scored, reverse=True)[:most] if near >= CLOSEST]


def _words(title: str) -> frozenset[str]:
    plain = "".join(letter if letter.isalnum() else " " for letter in title.lower())
    return frozenset(word for word in plain.split() if len(word) >= SHORTEST_WORD)


def _shared(one: frozenset, other: frozenset) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
