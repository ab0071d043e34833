"""What a dependency between two milestones promises, and when its owners must be told.

Pure functions; slips and tolerances are working days, tolerance used is a percentage.
Definitions from the domain: slip = working days by which the giver's forecast plus lag
passes the getter's need-by date; gap = the same distance seen from the getter (negative
when late); tolerance used = slip ÷ tolerance. Alerts at 50, 80 and 100 %, breach beyond
100 %, and a level is told again only after falling back by ten points below it.
"""

from collections.abc import Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from changeoffice.calendar.working_days import Days, WorkingDays

Floats = npt.NDArray[np.float64]

REARM_POINTS = 10.0
# A tolerance of 0 is breached by one day: read as half a day, that day uses 200 %.
NO_TOLERANCE = 0.5


class Level(IntEnum):
    """How far a dependency has used its tolerance; store the number."""

    CALM = 0
    HALF = 50
    MOST = 80
    ALL = 100
    BREACHED = 101

    @property
    def rearmed_at(self) -> float:
        """Tolerance used (%) at or below which this level may be told again."""
        return min(float(self), 100.0) - REARM_POINTS


class Pace(NamedTuple):
    """Erosion in working days a week, and working days until the tolerance is passed.

    `days_to_breach` is 0 when it is breached already and None when it does not erode.
    """

    erosion_per_week: float
    days_to_breach: int | None


def slip(calendar: WorkingDays, need_by: date, giver_on: date, lag: int = 0) -> int:
    """Working days by which `giver_on` plus `lag` passes `need_by`; negative is time to spare."""
    return calendar.slip(need_by, giver_on) + lag


def gap(calendar: WorkingDays, need_by: date, giver_on: date, lag: int = 0) -> int:
    """Working days the getter has to spare: need-by minus (giver plus lag)."""
    return -slip(calendar, need_by, giver_on, lag)


def slips(
    calendar: WorkingDays, need_by: npt.ArrayLike, giver_on: npt.ArrayLike, lag: npt.ArrayLike
) -> Days:
    """`slip` for columns of day numbers (days since 1970-01-01), all of one shape."""
    return calendar.slips(need_by, giver_on) + np.asarray(lag, dtype=np.int64)


def need_by_default(calendar: WorkingDays, giver_baseline: date, lag: int = 0) -> date:
    """The need-by date when none is agreed: the giver's baseline plus lag."""
    return calendar.add(giver_baseline, lag)


def tolerance_used(slip: int, tolerance: int) -> float:
    """Percent of the tolerance that the slip uses: 0 when not late, above 100 is breached."""
    return float(tolerances_used([slip], [tolerance])[0])


def tolerances_used(slip: npt.ArrayLike, tolerance: npt.ArrayLike) -> Floats:
    """`tolerance_used` for columns of working days. Raises ValueError on a negative tolerance."""
    late = np.maximum(np.asarray(slip, dtype=np.float64), 0)
    allowed = np.asarray(tolerance, dtype=np.float64)
    if (allowed < 0).any():
        raise ValueError("a tolerance is zero or more working days")
    used: Floats = 100 * late / np.where(allowed == 0, NO_TOLERANCE, allowed)
    return used


def level_of(used: float) -> Level:
    """The highest level that `used` percent of tolerance has reached."""
    if used > 100:
        return Level.BREACHED
    return max(level for level in Level if level <= used)


def alerts_to_send(told: Level, used: float) -> tuple[Level | None, Level]:
    """What to tell both owners now, and what to remember as told.

    `told` is the level remembered from before, `used` today's tolerance used in percent.
    The first value is None or the one level to tell: a jump over several levels is one
    message. A level told stays told until `used` falls to ten points below it.
    """
    kept = max(level for level in Level if level <= told and _still_told(level, used))
    reached = level_of(used)
    return (reached, reached) if reached > kept else (None, kept)


def _still_told(level: Level, used: float) -> bool:
    return level is Level.CALM or used > level.rearmed_at


def pace(
    series: Sequence[tuple[date, int]], tolerance: int, working_days_per_week: int = 5
) -> Pace:
    """Erosion over a series of (day, slip in working days), oldest first, and where it leads.

    Erosion is last slip minus first slip over the calendar weeks between them, so it can
    be checked by hand; fewer than two days erode nothing. Days to breach are the working
    days until the slip passes the tolerance if it goes on at that pace.
    """
    if not series:
        return Pace(0.0, None)
    (first_day, first_slip), (last_day, last_slip) = series[0], series[-1]
    span = (last_day - first_day).days
    erosion = 7 * (last_slip - first_slip) / span if span > 0 else 0.0
    if last_slip > tolerance:
        return Pace(erosion, 0)
    if erosion <= 0:
        return Pace(erosion, None)
    # In whole numbers: a quotient of floats could land a day beside an exact answer.
    left = (tolerance - last_slip) * working_days_per_week * span
    return Pace(erosion, left // (7 * (last_slip - first_slip)) + 1)
