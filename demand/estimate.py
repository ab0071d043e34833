"""Three-point estimates: what to expect of low, likely and high, one line or many together.

PERT (Malcolm, Roseboom, Clark and Fazar 1959): a line's mean is (low + 4 likely + high) ÷ 6
and its deviation (high - low) ÷ 6. Lines are taken as independent, so their variances add;
P80, the figure kept with a chance of four in five, is the mean plus 0.8416 deviations of a
normal distribution. Units are whatever the points are in: person-days, or one currency.
"""

from collections.abc import Iterable
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

P80_DEVIATIONS = 0.8416

Number = int | float | Decimal


class Outlook(NamedTuple):
    """Mean, deviation and P80, in the unit of the points."""

    mean: float
    deviation: float
    p80: float


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
    mean = variance = 0.0
    for low, likely, high in lines:
        mean += (float(low) + 4 * float(likely) + float(high)) / 6
        variance += ((float(high) - float(low)) / 6) ** 2
    deviation = sqrt(variance)
    return Outlook(mean, deviation, mean + P80_DEVIATIONS * deviation)
