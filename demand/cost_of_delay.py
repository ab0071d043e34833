"""What waiting costs until a day, in money (Reinertsen's cost of delay), by how it arises.

linear      every month costs the same, from today
fixed date  nothing until a day; from then on every month costs the same
peak        every month costs the same until the chance has passed; afterwards nothing is left to lose
"""

from datetime import date
from decimal import Decimal

PROFILES = [
    ("linear", "Every month the same"),
    ("fixed_date", "Nothing until a date, then every month"),
    ("peak", "Until the chance has passed on a date"),
]
DATED = ("fixed_date", "peak")
DAYS_A_MONTH = Decimal("30.4375")


def cost(
    per_month: Decimal, profile: str, today: date, until: date, turns_on: date | None
) -> Decimal:
    """From today until a day. Raises ValueError where a dated profile has no date."""
    if profile in DATED and turns_on is None:
        raise ValueError("this profile needs a date")
    begins, ends = today, until
    if profile == "fixed_date" and turns_on is not None:
        begins = max(today, turns_on)
    if profile == "peak" and turns_on is not None:
        ends = min(until, turns_on)
    days = max(0, (ends - begins).days)
    return (per_month * days / DAYS_A_MONTH).quantize(Decimal("0.01"))
