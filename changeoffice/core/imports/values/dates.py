"""Dates as people write them, read without guessing.

`date_in` reads one text; `order_of` tells from a whole column whether the day or the month comes
first. A month, quarter or year alone is a span; its last day counts unless the first is asked for.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAY_FIRST, MONTH_FIRST, AMBIGUOUS = "day_first", "month_first", "ambiguous"
ORDERS = (DAY_FIRST, MONTH_FIRST)
SERIALS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
EARLIEST, LATEST = 1900, 2200
MONTHS = {
    name: place
    for place, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
         "October", "November", "December")  # fmt: skip
TIME = re.compile(
    r"(?<=\d)(?:T|,?\s+|,)(?:at\s+)?([01]?\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?)?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+", re.I)
MONTH = r"([a-z]{3,9})\.?"


class NoDate(ValueError):
    """Why a text is no date, as a sentence."""


@dataclass(frozen=True)
class Reading:
    """How dates are written here."""

    order: str = ""  # day_first | month_first; "" means: refuse what could be both
    fiscal_year_starts: int = 4  # month; for “Q4 2019/20”, “FY2019-20”
    fiscal_years: bool = False  # a year alone is the fiscal year that ends in it
    start: bool = False  # a span's first day instead of its last
    serial: str = ""  # "1900" | "1904": whole numbers are a spreadsheet's days


def date_in(text: str, how: Reading = Reading()) -> date:
    """The date a text names; raises NoDate with the reason."""
    said = " ".join(text.replace("\xa0", " ").split()).strip(" .,;")
    if how.serial and re.fullmatch(r"\d{1,6}(?:\.\d+)?", said):
        return _usable(SERIALS[how.serial] + timedelta(days=int(float(said))))
    said = WEEKDAY.sub("", said)
    for candidate in dict.fromkeys((said, TIME.sub("", said))):
        for pattern, reader in FORMS:
            if found := pattern.fullmatch(candidate):
                return _usable(reader(found.groups(), how))
    raise NoDate(f"“{_short(said)}” is not a date like 2026-11-30.")


def order_of(values: Iterable[str]) -> str:
    """Whether the day or the month comes first in dates like 03/04/2025, over a whole column.

    Answers day_first, month_first, or ambiguous when no value decides it or they contradict one
    another; "" when the column holds no such dates, so the question does not arise.
    """
    seen, days, months = False, False, False
    for value in values:
        said = WEEKDAY.sub("", " ".join(value.split()))
        if found := NUMBERS.fullmatch(TIME.sub("", said)) or NUMBERS.fullmatch(said):
            first, second = int(found[1]), int(found[2])
            seen = seen or first != second
            days = days or first > 12 >= second
            months = months or second > 12 >= first
    if days != months:
        return DAY_FIRST if days else MONTH_FIRST
    return AMBIGUOUS if seen else ""


def _iso(parts: tuple[str, ...], how: Reading) -> date:
    return _day(int(parts[0]), int(parts[1]), int(parts[2]))


def _numbers(parts: tuple[str, ...], how: Reading) -> date:
    first, second, year = int(parts[0]), int(parts[1]), _year(parts[2])
    if how.order:
        day, month = (first, second) if how.order == DAY_FIRST else (second, first)
    elif first > 12 or second > 12 or first == second:
        day, month = (second, first) if second > 12 else (first, second)
    else:
        raise NoDate(
            f"This could be {first} {NAMES[second - 1]} or {second} {NAMES[first - 1]} {year}. "
            "Say whether the day or the month comes first."
        )
    if month > 12 and how.order:
        first_word = "day" if how.order == DAY_FIRST else "month"
        raise NoDate(f"There is no month {month}; the {first_word} is read first here.")
    return _day(year, month, day)


def _day_month(parts: tuple[str, ...], how: Reading) -> date:
    return _day(_year(parts[2]), _month(parts[1]), int(parts[0]))


def _month_day(parts: tuple[str, ...], how: Reading) -> date:
    return _day(_year(parts[2]), _month(parts[0]), int(parts[1]))


def _month_year(parts: tuple[str, ...], how: Reading) -> date:
    return _span(_year(parts[1]), _month(parts[0]), 1, how)


def _year_month(parts: tuple[str, ...], how: Reading) -> date:
    return _span(int(parts[0]), int(parts[1]), 1, how)


def _month_number_year(parts: tuple[str, ...], how: Reading) -> date:
    return _span(int(parts[1]), int(parts[0]), 1, how)


def _quarter_year(parts: tuple[str, ...], how: Reading) -> date:
    return _quarter(parts[1], parts[2], parts[0], how)


def _year_quarter(parts: tuple[str, ...], how: Reading) -> date:
    return _quarter(parts[0], parts[1], parts[2], how)


def _quarter(year: str, next_year: str | None, quarter: str, how: Reading) -> date:
    """A calendar quarter of one year, a fiscal one of a pair of years."""
    begins = how.fiscal_year_starts if next_year else 1
    _follows(year, next_year)
    return _span(int(year), begins + 3 * (int(quarter) - 1), 3, how)


def _fiscal_year(parts: tuple[str, ...], how: Reading) -> date:
    _follows(parts[0], parts[1])
    return _span(int(parts[0]), how.fiscal_year_starts, 12, how)


def _calendar_year(parts: tuple[str, ...], how: Reading) -> date:
    if how.fiscal_years and how.fiscal_year_starts > 1:
        return _span(int(parts[0]) - 1, how.fiscal_year_starts, 12, how)
    return _span(int(parts[0]), 1, 12, how)


def _follows(year: str, next_year: str | None) -> None:
    if next_year and (int(year) + 1) % 100 != int(next_year) % 100:
        raise NoDate(f"{year}/{next_year} is not a pair of years that follow each other.")


def _span(year: int, month: int, months: int, how: Reading) -> date:
    """The last (or first) day of some months that begin in a month; month 13 is next January."""
    if how.start:
        return _day(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    last = month + months - 2
    year, month = year + last // 12, last % 12 + 1
    _sane(year)
    return date(year, month, monthrange(year, month)[1])


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise NoDate(f"There is no month {month}.")
    _sane(year)
    if not 1 <= day <= monthrange(year, month)[1]:
        raise NoDate(f"There is no {day} {NAMES[month - 1]} {year}. Give a real date.")
    return date(year, month, day)


def _month(name: str) -> int:
    if (found := MONTHS.get(name.casefold())) is None:
        raise NoDate(f"“{name}” is not the name of a month.")
    return found


def _year(text: str) -> int:
    """Two digits up to 68 are this century."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 69 else 1900)


def _usable(found: date) -> date:
    _sane(found.year)
    return found


def _sane(year: int) -> None:
    if not EARLIEST <= year <= LATEST:
        raise NoDate(f"The year {year} cannot be right.")


def _short(text: str) -> str:
    return text[:40] + ("…" if len(text) > 40 else "")


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


NUMBERS = _form(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
PAIR = r"(?:FY\s*(?=\d{4}\s*[/–-]))?(\d{4})(?:\s*[/–-]\s*(\d{4}|\d{2}))?"
FORMS: list[tuple[re.Pattern[str], Callable[[tuple[str, ...], Reading], date]]] = [
    (_form(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"), lambda parts, how: _iso(parts[::2] + parts[3:], how)),
    (_form(r"(\d{4})(\d{2})(\d{2})"), _iso),
    (NUMBERS, _numbers),
    (_form(rf"(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s-]*{MONTH}[\s,-]*(\d{{4}}|\d{{2}})"), _day_month),
    (_form(rf"{MONTH}[\s-]*(\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+)(\d{{4}})"), _month_day),
    (_form(rf"{MONTH}[\s,-]*(\d{{4}})"), _month_year),
    (_form(rf"{MONTH}\s?[-'’](\d{{2}})"), _month_year),
    (_form(rf"Q([1-4])[\s,-]*(?:of\s+)?{PAIR}"), _quarter_year),
    (_form(rf"{PAIR}[\s,-]*\(?Q([1-4])\)?"), _year_quarter),
    (_form(r"(\d{4})-(0[1-9]|1[0-2])"), _year_month),
    (_form(r"(0?[1-9]|1[0-2])[/.-](\d{4})"), _month_number_year),
    (_form(r"(?:FY\s*)?(\d{4})\s*[/–-]\s*(\d{4}|\d{2})"), _fiscal_year),
    (_form(r"(\d{4})"), _calendar_year),
]  # fmt: skip
