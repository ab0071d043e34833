"""The portfolios, or the programmes of one portfolio, side by side."""

from typing import Any

from changeoffice.core.doors.templatetags import formats
from changeoffice.insight import selectors
from changeoffice.insight.dashboard.frame import Frame
from changeoffice.insight.dashboard.number import Number
from changeoffice.insight.measures import COLOURS
from changeoffice.insight.selectors import ZERO

MOST_ROWS = 60
IN_TABLE = ("red", "amber", "green", "not_rated")


class Breakdown(Frame):
    @property
    def lower_name(self) -> str:
        return "portfolio" if self.chosen.scope == "office" else "programme"

    @property
    def rolled_up(self) -> list[dict[str, Any]]:
        """A row for each portfolio, or for each programme of the one chosen; most red first."""
        lower = self.lower_name
        places = {key[0] for key in self.facts.below}
        every = [self._rolled(lower, place) for place in places if place or lower == "portfolio"]
        rows = [row for row in every if row and row["total"].value]
        rows.sort(key=lambda row: (-row["counts"]["red"], -row["counts"]["amber"], row["title"]))
        return rows[:MOST_ROWS]

    def _rolled(self, lower: str, place: int) -> dict[str, Any] | None:
        title, reference = self.names.get(place, ("", ""))
        if not place:
            title, reference = "In no portfolio", selectors.NO_PORTFOLIO
        if not reference:
            return None

        def door(measure: str, currency: str = "", label: str = "") -> Number:
            value, n = self.facts.below.get((place, measure, currency), (ZERO, 0))
            more = {lower: reference} | ({"currency": currency} if currency else {})
            text = formats.money(value, currency) if currency else ""
            url = self.items_url(measure, **more)
            return Number(measure, value if currency else n, url, label, text)

        return {
            "title": title, "reference": reference, "url": self.page_url(**{lower: reference}), "total": door("projects"),
            "counts": {c: door(f"rag_{c}").value for c in COLOURS},
            "doors_shown": [door(f"rag_{c}", label=COLOURS[c]) for c in IN_TABLE],
            "money": self._money_below(place, door) if self.shows_figures else [],
        }  # fmt: skip

    def _money_below(self, place: int, door) -> list[tuple[Number, Number]]:
        pairs = []
        for plan, expected in (("budget", "forecast"), ("plan_cost", "plan_forecast")):
            codes = {key[2] for key in self.facts.below if key[:2] == (place, plan)}
            pairs += [(door(plan, code), door(expected, code)) for code in sorted(codes)]
        return pairs
