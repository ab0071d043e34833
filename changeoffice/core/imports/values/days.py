"""Rules for dates and for numbers of days."""

import math
import re
from datetime import date, timedelta
from decimal import Decimal

from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled, quoted
from changeoffice.core.imports.values.dates import EARLIEST, LATEST, NoDate, Reading, date_in

DAYS = re.compile(r"([+-]?\d{1,9}(?:\.\d{1,9})?)\s*(days?|d|wd|working days?|weeks?|w)?", re.I)


def day(cells: Cells, spec: Spec) -> date | None:
    """A date in any of the forms of `dates`.

    `order`: day_first | month_first, for 03/04/2025; without it such a date is refused.
    `fiscal_year_starts`: month number, 4 unless told; `years` "fiscal" reads a year alone as the
    fiscal year that ends in it. `span`: "start" takes the first day of a
    month, quarter or year instead of its last. `serial`: "1900" | "1904" for spreadsheet days.
    """
    column, value = filled(cells, spec)
    return _read(column, value, spec) if value else None


def days(cells: Cells, spec: Spec) -> int | None:
    """Whole days, from “580 days”, “-12 d”, “3 weeks” or a number; halves round away from zero."""
    column, value = filled(cells, spec)
    return _whole(_days(column, value)) if value else None


def day_after(cells: Cells, spec: Spec) -> date | None:
    """A date plus the sum of some columns (`days`) of calendar days, rounded to whole ones.

    The date stands in `column`, or is `from` when the source counts from a fixed day. A column
    without a number counts as none, unless the value is required.
    """
    start = date.fromisoformat(spec["from"]) if "from" in spec else day(cells, spec)
    if start is None:
        return None
    total, named = Decimal(), spec["days"]
    for name in named:
        column, value = filled(cells, {**spec, "column": name})
        if not value and "from" in spec:
            return None
        total += _days(column, value) if value else Decimal()
    whole = _whole(total)
    try:
        found = start + timedelta(days=whole)
    except OverflowError:
        raise Unusable(named[0], f"{whole} days after {start} is no date.") from None
    if not EARLIEST <= found.year <= LATEST:
        raise Unusable(named[0], f"{whole} days after {start} cannot be right.")
    return found


def reading_of(spec: Spec) -> Reading:
    return Reading(
        order=spec.get("order", ""),
        fiscal_year_starts=spec.get("fiscal_year_starts", 4),
        fiscal_years=spec.get("years") == "fiscal",
        start=spec.get("span") == "start",
        serial=spec.get("serial", ""),
    )


def _read(column: str, value: str, spec: Spec) -> date:
    try:
        return date_in(value, reading_of(spec))
    except NoDate as error:
        raise Unusable(column, str(error)) from None


def _days(column: str, value: str) -> Decimal:
    found = DAYS.fullmatch(value.replace(",", ""))
    if found is None:
        raise Unusable(column, f"{quoted(value)} is not a number of days.")
    weeks = (found[2] or "").lower().startswith("w") and "wd" not in (found[2] or "").lower()
    working = "working" in (found[2] or "").lower()
    return Decimal(found[1]) * (7 if weeks and not working else 1)


def _whole(number: Decimal) -> int:
    return int(math.copysign(math.floor(abs(number) + Decimal("0.5")), number))
