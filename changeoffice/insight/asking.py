"""Which part of the portfolio, as of which day, compared with which: read once for pages and API."""

from dataclasses import dataclass
from datetime import date, timedelta

from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotSeen
from changeoffice.insight import selectors

FORTNIGHT = timedelta(days=14)
PARAMETERS = {"as_of", "vs", "portfolio", "programme"}


@dataclass(frozen=True)
class Asked:
    chosen: selectors.Chosen
    day: date
    versus: date
    portfolios: list

    @property
    def is_past(self) -> bool:
        return self.day != clock.today()


def read(params: dict[str, str], person) -> Asked:
    """Raises Invalid on a day that is none, NotSeen on a portfolio that does not exist for one."""
    today = clock.today()
    day = day_of(params, "as_of") or today
    versus = day_of(params, "vs") or day - FORTNIGHT
    if day > today:
        raise Invalid(as_of="Choose today or an earlier day.")
    if versus >= day:
        raise Invalid(vs="Compare with a day before the one shown.")
    known = selectors.portfolios(person)
    chosen = selectors.chosen_from(params, person, known)
    if chosen is None or not selectors.sees_totals(person):
        raise NotSeen("There is no such portfolio, or you may not see it.")
    return Asked(chosen, day, versus, known)


def day_of(params: dict[str, str], name: str) -> date | None:
    if not params.get(name):
        return None
    try:
        found = date.fromisoformat(params[name])
    except ValueError:
        raise Invalid(**{name: "Write a day such as 2026-11-10."}) from None
    if found.year < 1990:
        raise Invalid(**{name: "There is nothing that early."})
    return found
