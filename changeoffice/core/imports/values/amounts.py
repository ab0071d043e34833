"""Numbers and money."""

from decimal import Decimal, InvalidOperation

from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled, quoted

LARGEST = Decimal("1e12")


def number(cells: Cells, spec: Spec) -> Decimal | None:
    column, value = filled(cells, spec)
    if not value:
        return None
    try:
        found = Decimal(value.replace(" ", ""))
    except InvalidOperation:
        raise Unusable(column, f"{quoted(value)} is not a number.") from None
    if not found.is_finite() or abs(found) > LARGEST:
        raise Unusable(column, f"{quoted(value)} is not a usable number.")
    return found


def money(cells: Cells, spec: Spec) -> Decimal | None:
    """An amount in whole units of the currency: cell × `scale`, less another column (`minus`)."""
    found = number(cells, spec)
    if found is None:
        return None
    if less := spec.get("minus"):
        found -= number(cells, {**spec, "column": less, "required": False}) or Decimal()
    return (found * Decimal(str(spec.get("scale", 1)))).quantize(Decimal("0.01"))
