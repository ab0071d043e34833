"""What every panel of the dashboard counts from."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from changeoffice.core.doors.templatetags import formats
from changeoffice.core.record import clock
from changeoffice.insight import selectors
from changeoffice.insight.asking import FORTNIGHT
from changeoffice.insight.dashboard.number import Number
from changeoffice.insight.selectors import Chosen, Facts
from portfolio.models import Programme

TREND = 7  # fortnights


@dataclass
class Frame:
    """Whose dashboard of which day, with the facts every panel counts from."""

    person: Any
    chosen: Chosen
    day: date
    versus: date
    portfolios: list = field(default_factory=list)
    lists: Any = True  # False: only the figures are wanted

    def __post_init__(self) -> None:
        self.today = clock.today()
        self.shows_figures = selectors.sees_figures(self.person)
        self.trend_days = [self.day - FORTNIGHT * n for n in range(TREND - 1, -1, -1)]
        between = selectors.days_between(self.versus, self.day)
        self.facts: Facts = selectors.facts(
            self.person, self.chosen, self.day, self.versus, [*self.trend_days, *between]
        )
        wanted, self.lists = self.lists, {}
        if wanted:
            self.lists = selectors.headlines(self.person, self.chosen, self.day, self.versus)

    @property
    def fact_day(self):
        return self.facts.days.get(self.day)

    @property
    def figures_of(self) -> str:
        """When the figures were taken, for the foot of the page."""
        if self.day != self.today or not self.fact_day:
            return f"as they stood at the end of {formats.long_day(self.day)}"
        return f"as of {formats.moment(self.fact_day.close).lower()}"

    def url(self, measure: str, **more: str) -> str:
        return self.items_url(measure, **(self.chosen.query | more))

    def items_url(self, measure: str, **narrowed: str) -> str:
        query = {"measure": measure, **narrowed, **self._as_of}
        return f"/portfolio/items?{urlencode(query)}"

    def page_url(self, **narrowed: str) -> str:
        query = narrowed | self._as_of
        return f"/portfolio?{urlencode(query)}" if query else "/portfolio"

    @property
    def _as_of(self) -> dict[str, str]:
        return {} if self.day == self.today else {"as_of": self.day.isoformat()}

    def number(self, measure: str, label: str = "", bad: str = "") -> Number:
        """A count; `bad` says which direction of change is bad news."""
        n = self.facts.n(measure, self.day)
        return Number(measure, n, self.url(measure), label, change=self._change(measure, n, bad))

    def _change(self, measure: str, n: int, bad: str) -> dict[str, str] | None:
        if not bad or self.versus not in self.facts.days:
            return None
        step = n - self.facts.n(measure, self.versus)
        if not step:
            return {"direction": "flat", "meaning": "", "text": "no change"}
        direction = "up" if step > 0 else "down"
        return {
            "direction": direction, "meaning": "bad" if direction == bad else "good",
            "text": f"{abs(step):,} {'more' if step > 0 else 'fewer'}",
        }  # fmt: skip

    def amount(self, measure: str, currency: str, label: str = "") -> Number:
        value = self.facts.value(measure, self.day, currency)
        text = formats.money(value, currency)
        url = self.url(measure, currency=currency)
        return Number(measure, value, url, label, text, currency=currency)

    @property
    def names(self) -> dict[int, tuple[str, str]]:
        """Title and reference of what the roll-up breaks down into."""
        if not hasattr(self, "_names"):
            if self.chosen.scope == "office":
                rows = [(p.pk, p.title, p.reference) for p in self.portfolios]
            elif self.chosen.scope == "portfolio" and self.chosen.scope_id:
                inside = Programme.objects.visible_to(self.person).filter(
                    portfolio_id=self.chosen.scope_id
                )
                rows = list(inside.values_list("pk", "title", "reference"))
            else:
                rows = []
            self._names = {pk: (title, reference) for pk, title, reference in rows}
        return self._names
