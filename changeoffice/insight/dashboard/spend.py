"""Money against plan, each currency by itself."""

from datetime import date
from decimal import Decimal
from typing import Any

from changeoffice.core.doors.templatetags import formats
from changeoffice.core.doors.templatetags.pictures import chart
from changeoffice.insight import rollup
from changeoffice.insight.dashboard.frame import Frame
from changeoffice.insight.dashboard.number import Number
from changeoffice.insight.selectors import ZERO

MILLION = Decimal(1_000_000)


class Spend(Frame):
    @property
    def spend_now(self) -> list[dict[str, Number]]:
        """Spent and planned by now, for those who see figures, in each currency."""
        if not self.shows_figures:
            return []
        return [
            {name: self.amount(name, currency) for name in ("spent", "planned")}
            for currency in self.facts.currencies(self.day, "spent", "planned")
        ]

    @property
    def spend(self) -> list[dict[str, Any]]:
        """One block a currency: money of different currencies is never added."""
        if not self.shows_figures:
            return []
        found = []
        for currency in self.facts.currencies(self.day, "budget", "spent", "forecast"):
            parts = (("spent", "Spent"), ("planned", "Planned by now"),
                     ("forecast", "Year forecast"), ("budget", "Year budget"))  # fmt: skip
            numbers = [self.amount(measure, currency, label) for measure, label in parts]
            note = f"{self.year}, {currency} million"
            takeaway = f"Spent {numbers[0]} against {numbers[1]} planned by now."
            found.append({
                "numbers": numbers, "verdict": verdict(numbers[2].value, numbers[3].value),
                "chart": chart(self._spend_chart(currency), "Spend against budget", note, takeaway, 166),
            })  # fmt: skip
        return found

    @property
    def plans(self) -> list[dict[str, Any]]:
        """Cost of projects whose budget lives elsewhere, as their source reports it."""
        if not self.shows_figures:
            return []
        return [
            {"currency": currency, "numbers": [self.amount("plan_cost", currency, "Planned cost"),
                                               self.amount("plan_forecast", currency, "Forecast cost")],
             "verdict": verdict(self.facts.value("plan_forecast", self.day, currency),
                                self.facts.value("plan_cost", self.day, currency))}
            for currency in self.facts.currencies(self.day, "plan_cost")
        ]  # fmt: skip

    @property
    def year(self) -> str:
        return f"financial year to {formats.long_day(self._months[-1]).split(' ', 1)[1]}"

    @property
    def _months(self) -> list[date]:
        first = rollup.year_of(self.day)
        return [date(first.year + (first.month + n - 1) // 12, (first.month + n - 1) % 12 + 1, 1)
                for n in range(12)]  # fmt: skip

    def _spend_chart(self, currency: str) -> dict[str, Any]:
        now = self.day.replace(day=1)
        budget, spent, expected = (
            self._running(measure, currency) for measure in ("budget", "spent", "forecast")
        )
        months = self._months
        past = [v if m <= now else None for m, v in zip(months, spent, strict=True)]
        position = months.index(now)
        ahead = [None] * position + [spent[position]] + [
            round(spent[position] + value - expected[position], 3) for value in expected[position + 1:]
        ]  # fmt: skip
        ahead[-1] = expected[-1] if position < 11 else ahead[-1]
        return {
            "kind": "line", "unit": "m", "min": 0, "label_head": "Month",
            "labels": [month.strftime("%b") for month in months],
            "series": [
                {"name": "Budget", "values": budget, "style": "plan"},
                {"name": "Spent", "values": past, "style": "actual", "area": True,
                 "colour": "accent", "label": False},
                {"name": "Forecast", "values": ahead, "style": "forecast", "colour": "accent"},
            ],
        }  # fmt: skip

    def _running(self, measure: str, currency: str) -> list[float]:
        total, found = ZERO, []
        for month in self._months:
            total += self.facts.value(f"{measure}_{month:%Y-%m}", self.day, currency)
            found.append(round(float(total / MILLION), 3))
        return found


def verdict(expected: Decimal, plan: Decimal) -> dict[str, str] | None:
    """Forecast against plan under the default limits: above 5 % is amber, above 10 % red."""
    if not plan:
        return None
    over = float((expected - plan) / plan * 100)
    colour = "red" if over > 10 else "amber" if over > 5 else "green"
    if abs(over) < 0.05:
        return {"colour": colour, "text": "on budget"}
    return {"colour": colour, "text": f"{abs(over):.1f}% {'over' if over > 0 else 'under'} budget"}
