"""Stored facts as a person may read them, for any past day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import FIGURE_ROLES
from changeoffice.core.record.models import Record, visible
from changeoffice.insight import rollup
from changeoffice.insight.models import DailyFact, DailyItem, FactDay
from portfolio.models import Portfolio, Programme

ZERO = Decimal(0)
NO_PORTFOLIO = "none"


@dataclass(frozen=True)
class Chosen:
    """The part of the portfolio somebody looks at."""

    scope: str = "office"
    scope_id: int = 0
    title: str = "All portfolios"
    reference: str = ""
    above: Any = None

    @property
    def query(self) -> dict[str, str]:
        return {self.scope: self.reference} if self.reference else {}


def sees_figures(person) -> bool:
    """Money and risks of whole portfolios: for a role that sees figures everywhere."""
    return grants_of(person).scope(*FIGURE_ROLES).everywhere


def sees_totals(person) -> bool:
    return grants_of(person).is_staff


def portfolios(person) -> list[Portfolio]:
    return list(Portfolio.objects.visible_to(person).order_by("title", "pk"))


def chosen_from(asked: dict[str, str], person, known: Sequence[Portfolio] = ()) -> Chosen | None:
    """The portfolio or programme named; everything when none is; None when there is no such one."""
    if reference := asked.get("programme", "").upper():
        rows = Programme.objects.visible_to(person).select_related("portfolio")
        found = rows.filter(reference=reference[:24]).first()
        if found is None:
            return None
        return Chosen("programme", found.pk, found.title, found.reference, found.portfolio)
    reference = asked.get("portfolio", "")
    if not reference:
        return Chosen()
    if reference == NO_PORTFOLIO:
        return Chosen("portfolio", 0, "In no portfolio", NO_PORTFOLIO)
    for one in known or portfolios(person):
        if one.reference == reference.upper():
            return Chosen("portfolio", one.pk, one.title, one.reference)
    return None


@dataclass
class Facts:
    """Figures of one choice on several days; a measure nobody counted for is 0."""

    days: dict[date, FactDay]
    values: dict[tuple[date, str, str], tuple[Decimal, int]] = field(default_factory=dict)
    below: dict[tuple[int, str, str], tuple[Decimal, int]] = field(default_factory=dict)
    own: list[rollup.Item] = field(default_factory=list)

    def n(self, measure: str, day: date, currency: str = "") -> int:
        return self.values.get((day, measure, currency), (ZERO, 0))[1]

    def value(self, measure: str, day: date, currency: str = "") -> Decimal:
        return self.values.get((day, measure, currency), (ZERO, 0))[0]

    def currencies(self, day: date, *measures: str) -> list[str]:
        """Those in which there is money, the largest amount first."""
        found: dict[str, Decimal] = {}
        for (on, measure, currency), (value, _) in self.values.items():
            if on == day and measure in measures:
                found[currency] = found.get(currency, ZERO) + value
        return sorted(found, key=lambda code: (-found[code], code))

    def matching(self, day: date, prefix: str) -> dict[str, int]:
        return {
            measure: n
            for (on, measure, _), (_, n) in self.values.items()
            if on == day and measure.startswith(prefix)
        }


ROLLED_UP = ("projects", "rag_red", "rag_amber", "rag_green", "rag_complete", "rag_not_rated",
             "plan_cost", "plan_forecast", "budget", "forecast")  # fmt: skip


TRENDS = ("rag_red", "rag_amber", "rag_green", "rag_not_rated", "changes", "risks_raised")


def facts(person, chosen: Chosen, day: date, versus: date, others: Iterable[date] = ()) -> Facts:
    """All figures of the day and of the one to compare with, trends of others; three queries."""
    wanted = {day, versus, *others}
    found = Facts({d.day: d for d in FactDay.objects.filter(day__in=wanted)})
    if day not in found.days and (made := rollup.ready(day)):
        found.days[day] = made
    lower, below = _below(chosen, day)
    own = Q(scope=chosen.scope, scope_id=chosen.scope_id)
    whole, trend = Q(day__in={day, versus}), Q(day__in=wanted, measure__in=TRENDS)
    rows = DailyFact.objects.filter(own & (whole | trend) | below)
    for on, scope, scope_id, code, currency, value, n in rows.values_list(
        "day", "scope", "scope_id", "measure", "currency", "value", "n"
    ):
        if scope == chosen.scope and scope_id == chosen.scope_id:
            found.values[(on, code, currency)] = (value, n)
        else:
            found.below[(scope_id, code, currency)] = (value, n)
    found.own = rollup.items_of(confidential_ids(person), list(found.days.values()))
    for item in found.own:
        _add(found, item, chosen, lower, day)
    return found


def _below(chosen: Chosen, day: date) -> tuple[str, Q]:
    """The scope a roll-up breaks this choice down into."""
    part = Q(day=day, measure__in=ROLLED_UP)
    if chosen.scope == "office":
        return "portfolio", part & Q(scope="portfolio")
    if chosen.scope == "portfolio" and chosen.scope_id:
        inside = Programme.objects.filter(portfolio_id=chosen.scope_id).values("pk")
        return "programme", part & Q(scope="programme", scope_id__in=inside)
    return "", Q(pk__in=[])


def countable(person) -> QuerySet:
    """The records that may count for this person: seen themselves, and their home as well."""
    return Record.objects.visible_to(person).filter(visible(person, at="home__"), reach__lt=2)


def confidential_ids(person) -> list[int]:
    """What exists for this person and is in no stored total; for nearly everybody nothing."""
    rows, at_home = Record.objects.filter(confidential=True), Q(home__confidential=True)
    # As a union it begins at the few that are confidential; with OR it looks at every record.
    hidden = rows.values("pk").union(Record.objects.filter(at_home).values("pk"))
    return list(countable(person).filter(pk__in=hidden).values_list("pk", flat=True))


def _add(found: Facts, item: rollup.Item, chosen: Chosen, lower: str, day: date) -> None:
    stands_in = {"office": 0, "portfolio": item.portfolio_id, "programme": item.programme_id}
    if stands_in[chosen.scope] != chosen.scope_id:
        return
    _sum(found.values, (item.day, item.measure, item.currency), item.value)
    if lower and item.day == day and item.measure in ROLLED_UP and stands_in[lower] is not None:
        _sum(found.below, (stands_in[lower], item.measure, item.currency), item.value)


def _sum(totals: dict, key: tuple, value: Decimal) -> None:
    before = totals.get(key, (ZERO, 0))
    totals[key] = (before[0] + value, before[1] + 1)


def headlines(person, chosen: Chosen, day: date, since: date) -> dict[str, list[DailyItem]]:
    """The first items of each headline measure, newest day first for what changed; one query."""
    one_day = Q(day=day) & ~Q(measure__in=CHANGED)
    changed = Q(day__gt=since, day__lte=day, measure__in=CHANGED)
    rows: QuerySet = (
        DailyItem.objects.filter(one_day | changed, scope=chosen.scope, scope_id=chosen.scope_id)
        .filter(visible(person, at="record__"), visible(person, at="record__home__"))
        .select_related("record__owner", "record__home")
        .order_by("measure", "-day", "place")
    )
    found: dict[str, list[DailyItem]] = {}
    for row in rows:
        found.setdefault(row.measure, []).append(row)
    return found


CHANGED = ("changes", "risks_raised")


def days_between(since: date, day: date) -> list[date]:
    return [since + timedelta(days=n + 1) for n in range(max((day - since).days, 0))]
