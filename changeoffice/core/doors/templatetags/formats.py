"""How the office writes days, times, money and figures. Plain functions, used by the `ui` filters."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from changeoffice.core import ports
from changeoffice.core.record import clock

MINUS = "−"
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
SCALES = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))


def local_day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value if isinstance(value, date) else None


def office_today() -> date:
    return timezone.localtime(clock.now()).date()


def short_day(value: Any, today: date | None = None, weekday: bool = False) -> str:
    """`10 Nov`, with the year when it is not this one; `Thu 12 Nov` on request."""
    day = local_day(value)
    if day is None:
        return ""
    text = f"{day.day} {day:%b}"
    if day.year != (today or office_today()).year:
        text += f" {day.year}"
    return f"{day:%a} {text}" if weekday else text


def long_day(value: Any) -> str:
    day = local_day(value)
    return f"{day.day} {day:%B %Y}" if day else ""


def moment(value: Any, today: date | None = None) -> str:
    """`Today, 16:00`, `Yesterday, 09:12`, `Mon 16:20` within a week past, else `9 Nov, 15:12`."""
    if not isinstance(value, datetime):
        return short_day(value, today)
    here = timezone.localtime(value) if timezone.is_aware(value) else value
    today = today or office_today()
    named = {0: "Today", 1: "Yesterday", -1: "Tomorrow"}.get((today - here.date()).days)
    return f"{named or short_day(here, today)}, {here:%H:%M}"


def due(value: Any, today: date | None = None) -> str:
    """A due date in words: `Today`, `Tomorrow`, `Fri 13 Nov`, or how many working days late."""
    day = local_day(value)
    if day is None:
        return ""
    today = today or office_today()
    if day < today:
        calendar = ports.working_days()
        if late := calendar.slip(day, today):
            return f"{late} wd late"
        day = calendar.next_working(day)  # a day off counts as the next working day
    left = (day - today).days
    if left == 0:
        return (
            f"Today, {timezone.localtime(value):%H:%M}" if isinstance(value, datetime) else "Today"
        )
    return "Tomorrow" if left == 1 else short_day(day, today, weekday=left <= 7)


def number(value: Any) -> Decimal | None:
    if value is None or value == "" or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def plain(value: Decimal, places: int = 0) -> str:
    """`1,140` or `6.3`, with a true minus."""
    quantum = Decimal(1).scaleb(-places)
    text = f"{abs(value).quantize(quantum, ROUND_HALF_EVEN):,}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.,") else text


def money(value: Any, currency: str = "GBP", signed: bool = False) -> str:
    """`£412k`, `£4.8m`, `−£0.6m`; three digits at most, exact below a thousand."""
    amount = number(value)
    if amount is None:
        return ""
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{_scaled(abs(amount))}"


def _scaled(amount: Decimal) -> str:
    for unit, letter in SCALES:
        if round(amount / unit * 1000) >= 1000:
            size = amount / unit
            places = 1 if (size < 100 and letter != "k") or (size < 10 and size % 1) else 0
            return f"{plain(size, places)}{letter}"
    return plain(amount, 0 if amount % 1 == 0 else 2)


def full_money(value: Any, currency: str = "GBP") -> str:
    amount = number(value)
    if amount is None:
        return ""
    text = plain(abs(amount), 0 if amount % 1 == 0 else 2)
    return f"{MINUS if amount < 0 else ''}{SIGNS.get(currency, currency + ' ')}{text}"


def signed_days(value: Any) -> str:
    days = number(value)
    if days is None:
        return ""
    sign = "+" if days > 0 else MINUS if days < 0 else ""
    return f"{sign}{abs(int(days))} wd"


def percent(value: Any, of: Any = None) -> str:
    """No decimals, unless below 1 or above 95 where they matter. `value|percent:total` divides."""
    share = number(value)
    if share is None:
        return ""
    if of is not None:
        whole = number(of)
        if not whole:
            return ""
        share = share / whole * 100
    edge = 0 < abs(share) < 1 or 95 < abs(share) < 100
    places = 1 if edge and share % 1 else 0
    return f"{plain(share, places)}%"


def ago(value: Any, now: datetime | None = None) -> str:
    """`4 s ago`, `6 min ago`; older moments are dates."""
    if not isinstance(value, datetime):
        return ""
    gone: timedelta = (now or clock.now()) - value
    seconds = int(gone.total_seconds())
    if seconds < 60:
        return f"{max(seconds, 0)} s ago"
    return f"{seconds // 60} min ago" if seconds < 3600 else moment(value)
