"""Is a change real or noise? The process behaviour chart of single values (XmR).

The natural limits lie 2.66 mean moving ranges from the mean (Shewhart; Wheeler 1993). A point
outside of them, or the eighth in a row on one side of the mean, is a signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

RANGES = 2.66
RUN = 8
FEWEST = 10  # points; fewer tell nothing of what is usual


@dataclass(frozen=True)
class Limits:
    """Mean and natural limits in the unit of the values; `signals` are positions in them."""

    mean: float
    lower: float
    upper: float
    signals: tuple[int, ...]


def limits(values: Sequence[float | None], least: float = 0.0) -> Limits | None:
    """The limits of a series, oldest first; gaps are left out, nothing falls below `least`."""
    known = [(place, float(value)) for place, value in enumerate(values) if value is not None]
    if len(known) < FEWEST:
        return None
    points = [value for _, value in known]
    mean = fmean(points)
    reach = RANGES * fmean(abs(b - a) for a, b in pairwise(points))
    lower, upper = max(mean - reach, min(least, mean)), mean + reach
    hair = 1e-9 * (1 + abs(mean))  # what adding up floats may be off by
    outside = {place for place, value in known if not lower - hair <= value <= upper + hair}
    return Limits(mean, lower, upper, tuple(sorted(outside | _runs(known, mean, hair))))


def _runs(known: Sequence[tuple[int, float]], mean: float, hair: float) -> set[int]:
    """The point at which a run on one side has become too long for chance."""
    found, side, length = set(), 0, 0
    for place, value in known:
        now = (value > mean + hair) - (value < mean - hair)
        length = length + 1 if now and now == side else int(bool(now))
        side = now
        if length == RUN:
            found.add(place)
    return found
