"""Numbers and money as people write them."""

import re
from decimal import Decimal

from changeoffice.core.imports.values.cells import Cells, Spec, Unusable, filled, quoted

LARGEST = Decimal("1e12")
LONGEST = 60
# A sign or code, and the currencies it may stand for.
SIGNS = {
    "£": ("GBP",), "€": ("EUR",), "¥": ("JPY", "CNY"), "₹": ("INR",), "US$": ("USD",),
    "CA$": ("CAD",), "C$": ("CAD",), "A$": ("AUD",), "AU$": ("AUD",), "NZ$": ("NZD",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD"),
}  # fmt: skip
UNITS = {
    "k": 10**3, "thousand": 10**3, "m": 10**6, "mn": 10**6, "mio": 10**6, "million": 10**6,
    "b": 10**9, "bn": 10**9, "billion": 10**9,
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
AMOUNT = re.compile(
    rf"(?P<minus>[-−–]?)\s*(?P<before>{_SIGN}|[A-Z]{{3}}(?![A-Za-z]))?\s*(?P<minus2>[-−–]?)\s*"
    rf"(?P<digits>\d[\d.,' \u202f]*(?:[eE][+-]?\d{{1,3}})?|\.\d+)(?P<unit>(?i:{_UNIT}))?\s*"
    rf"(?P<after>{_SIGN}|(?<![A-Za-z])[A-Z]{{3}})?"
)
GROUPED = re.compile(r"\d{1,3}(?:([,' \u202f.])\d{3})(?:\1\d{3})*")
PLAIN = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")


def number(cells: Cells, spec: Spec) -> Decimal | None:
    """A number: “1,234.5”, “(12)” for -12, “12 %” for 12; `decimal` "," reads “1.234,5”."""
    column, value = filled(cells, spec)
    if not value:
        return None
    negative, text = _brackets(value.removesuffix("%").strip())
    sign, text = (-1, text[1:].strip()) if text[:1] in "-−" else (1, text.removeprefix("+"))
    return _checked(column, value, sign * negative * _plain(column, value, text, spec))


def money(cells: Cells, spec: Spec) -> Decimal | None:
    """An amount in whole units of the currency, to the cent.

    Reads “£1,234.5m”, “$4,800,000”, “3.42m”, “870k”, “(1,200)” and “-£5”. `scale` multiplies a
    number that has no unit of its own. `currency` (a code) refuses a sign or code that
    contradicts it. `minus` names a column to be taken off. `decimal` "," reads “1.234,5 €”.
    """
    found = _amount(cells, spec)
    if found is None:
        return None
    if less := spec.get("minus"):
        found -= _amount(cells, {**spec, "column": less, "required": False}) or Decimal()
    return found.quantize(Decimal("0.01"))


def _amount(cells: Cells, spec: Spec) -> Decimal | None:
    column, value = filled(cells, spec)
    if not value:
        return None
    negative, text = _brackets(value)
    found = AMOUNT.fullmatch(text) if len(text) <= LONGEST else None
    if found is None or (found["minus"] and found["minus2"]):
        raise Unusable(column, f"{quoted(value)} is not an amount like 4,800,000 or 3.42m.")
    for sign in (found["before"], found["after"]):
        _same_currency(column, sign, spec.get("currency", ""))
    amount = negative * _plain(column, value, found["digits"].strip(), spec)
    if found["minus"] or found["minus2"]:
        amount = -amount
    unit = found["unit"]
    factor = UNITS[unit.lower()] if unit else Decimal(str(spec.get("scale", 1)))
    return _checked(column, value, amount * factor)


def _same_currency(column: str, sign: str | None, currency: str) -> None:
    if sign and currency and currency not in SIGNS.get(sign, (sign,)):
        raise Unusable(column, f"“{sign}” is not {currency}, the currency of this file.")


def _brackets(text: str) -> tuple[int, str]:
    """Book-keepers write a negative amount in brackets."""
    inside = text.startswith("(") and text.endswith(")")
    return (-1, text[1:-1].strip()) if inside else (1, text)


def _plain(column: str, value: str, digits: str, spec: Spec) -> Decimal:
    """Digits with or without thousands in groups; which sign is the decimal one is never guessed."""
    point = spec.get("decimal", ".")
    whole, mark, rest = digits.partition(point)
    grouped = GROUPED.fullmatch(whole)
    if grouped and grouped[1] != point:
        whole = whole.replace(grouped[1], "")
    text = f"{whole}.{rest}" if mark else whole
    if PLAIN.fullmatch(text):
        return Decimal(text)
    other = "," if point == "." else "."
    hint = f" “{point}” is read as the decimal sign here." if other in digits else ""
    raise Unusable(column, f"{quoted(value)} is not a number.{hint}")


def _checked(column: str, value: str, found: Decimal) -> Decimal:
    if abs(found) > LARGEST:
        raise Unusable(column, f"{quoted(value)} is not a usable number.")
    return found
