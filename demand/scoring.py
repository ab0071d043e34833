"""Whether a rank by score depends on the weights: would it change if one moved by a tenth?

Weighted shortest job first (Reinertsen 2009; the sum of three parts is SAFe's form) gives
each part of the cost of delay the weight 1. A rank that flips when one of them counts a
tenth more or less rests on the weights as much as on the scores, and the page says so.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

DELAY = ("value", "time_criticality", "risk_reduction")
TENTH = 0.1


class Shift(NamedTuple):
    """The rank a demand would have if one part weighed `weight` instead of 1."""

    part: str
    weight: float
    rank: int


def weighted_wsjf(parts: npt.ArrayLike, weights: Mapping[str, float] | None = None) -> Floats:
    """Scores, to two decimals, of rows of value, time criticality, risk reduction, job size.

    `parts` is (n, 4) on scales from 1 to 10; a weight not given is 1. Each score depends on
    its own row only. Raises ValueError where a job size is not above zero.
    """
    rows = np.asarray(parts, dtype=np.float64).reshape(-1, len(DELAY) + 1)
    if (rows[:, -1] <= 0).any():
        raise ValueError("a job size is above zero")
    weight = np.array([(weights or {}).get(part, 1.0) for part in DELAY])
    scores: Floats = np.round(rows[:, :-1] @ weight / rows[:, -1], 2)
    return scores


def shifts(
    demand: int, ids: Sequence[int], ranks: Sequence[int], parts: npt.ArrayLike
) -> list[Shift]:
    """The ranks that `demand` would move to if one weight moved by a tenth; empty if it holds.

    Columns of all demands that stand by their score (those with a near mandatory date or
    placed by hand hold their places whatever the weights): ids, ranks, and parts as above.
    Equal scores stand in the order of their ids. Raises ValueError for an unknown demand.
    """
    row, places, names = list(ids).index(demand), sorted(ranks), np.asarray(ids)
    now = _ahead(row, weighted_wsjf(parts), names)
    found = []
    for part in DELAY:
        for weight in (1 + TENTH, 1 - TENTH):
            ahead = _ahead(row, weighted_wsjf(parts, {part: weight}), names)
            if ahead != now:
                found.append(Shift(part, weight, places[ahead]))
    return found


def _ahead(row: int, scores: Floats, ids: npt.NDArray[np.int64]) -> int:
    before = (scores > scores[row]) | ((scores == scores[row]) & (ids < ids[row]))
    return int(before.sum())


def in_words(found: Sequence[Shift]) -> str:
    """One sentence for the page: the rank holds, or where it would move and why."""
    if not found:
        return "The rank holds if any weight moves by a tenth."
    cases = [
        f"{shift.rank} if {shift.part.replace('_', ' ')} counted a tenth "
        f"{'more' if shift.weight > 1 else 'less'}"
        for shift in found
    ]
    listed = cases[0] if len(cases) == 1 else f"{', '.join(cases[:-1])} and {cases[-1]}"
    return f"The rank would be {listed}."
