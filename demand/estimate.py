"""Three-point estimates: what to expect of low, likely and high, one line or many together.

PERT (Malcolm, Roseboom, Clark and Fazar 1959): a line's mean is (low + 4 likely + high) ÷ 6
and its deviation (high - low) ÷ 6. Lines are taken as independent, so their variances add;
P80, the figure kept with a chance of four in five, is the mean plus 0.8416 deviations of a
normal distribution. P50, kept with an even chance, lies below the mean where the worst is further
from the likely than the best: by a sixth of the skewness of the beta distribution PERT assumes
(Cornish and Fisher 1937). At P80 that correction is a twentieth of a deviation, and is left. Units are whatever the points are in: person-days, or one currency.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

P80_DEVIATIONS = 0.8416

Number = int | float | Decimal


class Outlook(NamedTuple):
    """Mean, deviation, P80 and P50, in the unit of the points."""

    mean: float
    deviation: float
    p80: float
    p50: float = 0.0


class ThreePoint(NamedTuple):
    """One estimate: at best, most likely, at worst."""

    low: Number
    likely: Number
    high: Number

    def times(self, rate: Number) -> "ThreePoint":
        """The same estimate at a price per unit. Raises ValueError for a negative rate."""
        if rate < 0:
            raise ValueError("a rate is zero or more")
        return three_point(*(float(point) * float(rate) for point in self))


def three_point(low: Number, likely: Number, high: Number) -> ThreePoint:
    """The three points, checked. Raises ValueError unless 0 ≤ low ≤ likely ≤ high."""
    if not 0 <= low <= likely <= high:
        raise ValueError("an estimate rises from low over likely to high, and is never negative")
    return ThreePoint(low, likely, high)


def outlook(lines: Iterable[ThreePoint]) -> Outlook:
    """What the lines come to together; zero for none."""
    mean = variance = third = 0.0
    for low, likely, high in lines:
        mean += (float(low) + 4 * float(likely) + float(high)) / 6
        deviation = (float(high) - float(low)) / 6
        variance += deviation**2
        third += _skewness(float(low), float(likely), float(high)) * deviation**3
    deviation = sqrt(variance)
    median = mean - (third / variance / 6 if variance else 0.0)
    return Outlook(mean, deviation, mean + P80_DEVIATIONS * deviation, median)


def _skewness(low: float, likely: float, high: float) -> float:
    """Of the beta distribution between low and high that PERT assumes, 0 where they meet."""
    if high <= low:
        return 0.0
    below = 1 + 4 * (likely - low) / (high - low)
    above = 6 - below
    return 2 * (above - below) * sqrt(7) / (8 * sqrt(below * above))
