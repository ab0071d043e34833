"""Dates, and dates some days after another."""

import math
from datetime import date, timedelta
from decimal import Decimal

from changeoffice.core.imports.values.amounts import number
from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled, quoted


def day(cells: Cells, spec: Spec) -> date | None:
    column, value = filled(cells, spec)
    if not value:
        return None
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        raise Unusable(column, f"{quoted(value)} is not a date like 2026-11-30.") from None
    if not 1900 <= found.year <= 2200:
        raise Unusable(column, f"The year {found.year} cannot be right.")
    return found


def day_after(cells: Cells, spec: Spec) -> date | None:
    """A date plus the sum of some columns of calendar days; fractions round half away from zero."""
    start = day(cells, spec)
    if start is None:
        return None
    total = Decimal()
    for column in spec["days"]:
        total += number(cells, {**spec, "column": column}) or Decimal()
    whole = int(math.copysign(math.floor(abs(total) + Decimal("0.5")), total))
    try:
        found = start + timedelta(days=whole)
    except OverflowError:
        raise Unusable(spec["days"][0], f"{whole} days after {start} is no date.") from None
    if not 1900 <= found.year <= 2200:
        raise Unusable(spec["days"][0], f"{whole} days after {start} cannot be right.")
    return found
