"""Value rules: from a cell's text to a value, or a sentence why not. Pure functions."""

import html
import math
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

Cells = dict[str, str]
CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


class Unusable(ValueError):
    """A cell that cannot become a value; `column` names it for the person who corrects the file."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


def text(cells: Cells, spec: dict[str, Any]) -> str:
    """Plain text: entities resolved once, control characters and outer space gone."""
    value = html.unescape(cells[spec["column"]]).translate(CONTROL)
    value = " ".join(value.split()) if not spec.get("lines") else value.strip()
    if not value and spec.get("required"):
        raise Unusable(spec["column"], "This may not be empty.")
    return value[: spec.get("max", 20_000)]


def code(cells: Cells, spec: dict[str, Any]) -> str:
    """A code that a spreadsheet may have taken for a number: leading zeros given back."""
    value = text(cells, spec)
    return value.zfill(spec["width"]) if value.isdigit() else value


def day(cells: Cells, spec: dict[str, Any]) -> date | None:
    value = cells[spec["column"]].strip()
    if not value:
        _may_be_empty(spec)
        return None
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        raise Unusable(spec["column"], f"“{value[:40]}” is not a date like 2026-11-30.") from None
    if not 1900 <= found.year <= 2200:
        raise Unusable(spec["column"], f"The year {found.year} cannot be right.")
    return found


def number(cells: Cells, spec: dict[str, Any], column: str | None = None) -> Decimal | None:
    name = column or spec["column"]
    value = cells[name].strip().replace(" ", "").replace(" ", "")
    if not value:
        _may_be_empty(spec, name)
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise Unusable(name, f"“{value[:40]}” is not a number.") from None
    if not found.is_finite() or abs(found) > Decimal("1e12"):
        raise Unusable(name, f"“{value[:40]}” is not a usable number.")
    return found


def money(cells: Cells, spec: dict[str, Any]) -> Decimal | None:
    """An amount in whole units of the currency: cell × scale, less another column where named."""
    found = number(cells, spec)
    if found is None:
        return None
    if less := spec.get("minus"):
        found -= number(cells, {**spec, "required": False}, less) or Decimal()
    return (found * Decimal(str(spec.get("scale", 1)))).quantize(Decimal("0.01"))


def day_after(cells: Cells, spec: dict[str, Any]) -> date | None:
    """A date plus the sum of some columns of calendar days; fractions round half away from zero."""
    start = day(cells, spec)
    if start is None:
        return None
    total = Decimal()
    for column in spec["days"]:
        total += number(cells, {"required": spec.get("required", False)}, column) or Decimal()
    whole = int(math.copysign(math.floor(abs(total) + Decimal("0.5")), total))
    try:
        found = start + timedelta(days=whole)
    except OverflowError:
        raise Unusable(spec["days"][0], f"{whole} days after {start} is no date.") from None
    if not 1900 <= found.year <= 2200:
        raise Unusable(spec["days"][0], f"{whole} days after {start} cannot be right.")
    return found


RULES: dict[str, Callable[[Cells, dict[str, Any]], Any]] = {
    "text": text, "code": code, "date": day, "number": number, "money": money,
    "date_plus": day_after,
}  # fmt: skip


def _may_be_empty(spec: dict[str, Any], column: str | None = None) -> None:
    if spec.get("required"):
        raise Unusable(column or spec["column"], "This may not be empty.")
