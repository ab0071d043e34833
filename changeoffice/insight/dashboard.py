"""The portfolio dashboard as data: every number with the address of the list that adds up to it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from changeoffice.core.doors.templatetags import formats
from changeoffice.core.doors.templatetags.pictures import chart, risk_matrix
from changeoffice.core.record import clock
from changeoffice.insight import rollup, selectors
from changeoffice.insight.asking import FORTNIGHT
from changeoffice.insight.measures import COLOURS, STAGES, UNREPORTED
from changeoffice.insight.selectors import CHANGED, ZERO, Chosen, Facts
from portfolio.lifecycle import Stage
from portfolio.models import Programme
from portfolio.models.rag import CODES, Colour

TREND = 7  # fortnights
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
         "eleven", "twelve")  # fmt: skip
STAGES_SHOWN = (Stage.DESIGN, Stage.DEVELOPMENT, Stage.TESTING, Stage.GO_LIVE, Stage.SUPPORT)
MOST_ROWS = 60
LETTERS = {"red": "R", "amber": "A", "green": "G", "complete": "done", "not_rated": "not rated"}
RATED = ("red", "amber", "green")
IN_TABLE = (*RATED, "not_rated")
BAR_HEIGHT, BAR_STEP = 82, 23
MILLION = Decimal(1_000_000)


@dataclass
class Number:
    """A count or an amount, what it is called, and the list behind it."""

    measure: str
    value: Any
    url: str
    label: str = ""
    text: str = ""
    change: dict[str, str] | None = None
    currency: str = ""

    def __str__(self) -> str:
        return self.text or f"{self.value:,}"

    @property
    def code(self) -> str:
        """The colour word of a count by colour."""
        return next((c for c in COLOURS if self.measure.endswith(f"_{c}")), "")

    @property
    def as_words(self) -> str:
        return f"{self.value:,} {self.label.lower()}"

    @property
    def letter(self) -> str:
        return LETTERS.get(self.code, "")


@dataclass
class Dashboard:
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

    # numbers and their doors ----------------------------------------------------------------------
    def url(self, measure: str, **more: str) -> str:
        query = {"measure": measure, **self.chosen.query, **more}
        if self.day != self.today:
            query["as_of"] = self.day.isoformat()
        return f"/portfolio/items?{urlencode(query)}"

    def page_url(self, **more: str) -> str:
        query = dict(more)
        if self.day != self.today:
            query["as_of"] = self.day.isoformat()
        return f"/portfolio?{urlencode(query)}" if query else "/portfolio"

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

    # the answer -----------------------------------------------------------------------------------
    @property
    def answer(self) -> str:
        red = self.facts.n("rag_red", self.day)
        if not self.facts.n("projects", self.day):
            return "There were no projects here on that day."
        words = f"{count_words(red).capitalize()} project{'s are' if red != 1 else ' is'} red"
        return f"{words}{self._compared(red)}. {self._driver(red)}".strip()

    def _compared(self, red: int) -> str:
        if self.versus not in self.facts.days:
            return ""
        step = red - self.facts.n("rag_red", self.versus)
        on = formats.short_day(self.versus)
        if not step:
            return f", as many as on {on}"
        return f", {count_words(abs(step))} {'more' if step > 0 else 'fewer'} than on {on}"

    def _driver(self, red: int) -> str:
        """Where most of the red is, when one or two places have more than half of it."""
        reds = {key[0]: value[1] for key, value in self.facts.below.items() if key[1] == "rag_red"}
        most = sorted(reds, key=lambda place: (-reds[place], place))[:2]
        titles = [self.names.get(place, ("", ""))[0] for place in most]
        if red < 2 or len(self.names) < 2 or not all(titles):
            return ""
        if reds[most[0]] == red:
            return f"{titles[0]} has all of them."
        if reds[most[0]] * 2 > red:
            return f"{titles[0]} has most of them."
        together = sum(reds[place] for place in most)
        if together * 2 <= red:
            return ""
        return f"{titles[0]} and {titles[1]} have {count_words(together)} of them."

    # parts ----------------------------------------------------------------------------------------
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

    @property
    def projects(self) -> Number:
        return self.number("projects")

    @property
    def overdue(self) -> Number:
        return self.number("interventions_overdue")

    @property
    def intervention_count(self) -> Number:
        return self.number("interventions")

    @property
    def milestone_count(self) -> Number:
        return self.number("milestones_due")

    @property
    def overdue_milestones(self) -> Number:
        return self.number("milestones_overdue")

    @property
    def risk_count(self) -> Number:
        return self.number("risks")

    @property
    def breach_count(self) -> Number:
        return self.number("dependencies_breached")

    @property
    def dependency_count(self) -> Number:
        return self.number("dependencies")

    @property
    def go_lives(self) -> Number:
        return self.number("go_lives")

    @property
    def mix(self) -> dict[str, int]:
        return {code: self.facts.n(f"rag_{code}", self.day) for code in COLOURS}

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
    def lower_name(self) -> str:
        return "portfolio" if self.chosen.scope == "office" else "programme"

    @property
    def health(self) -> list[Number]:
        shown = [
            self.number("rag_red", "Red", "up"), self.number("rag_amber", "Amber", "up"),
            self.number("rag_green", "Green", "down"),
        ]  # fmt: skip
        others = [
            self.number(f"rag_{code}", COLOURS[code], "up" if code == "not_rated" else "down")
            for code in ("not_rated", "complete")
        ]
        return shown + [number for number in others if number.value]

    @property
    def trend(self) -> dict[str, Any]:
        """Chart data: how many were red, amber, green at the end of every second week."""
        days = [day for day in self.trend_days if day in self.facts.days]
        return {
            "kind": "stacked", "labels": [formats.short_day(day) for day in days],
            "label_head": "End of", "min": 0,
            "series": [
                {"name": COLOURS[c], "colour": c,
                 "values": [self.facts.n(f"rag_{c}", day) for day in days]}
                for c in RATED
            ],
        }  # fmt: skip

    @property
    def trend_points(self) -> list[dict[str, Any]]:
        """The same as small bars: all heights share the largest total."""
        days = [day for day in self.trend_days if day in self.facts.days]
        counts = {day: {c: self.facts.n(f"rag_{c}", day) for c in RATED} for day in days}
        most = max((sum(row.values()) for row in counts.values()), default=0)
        if len(days) < 2 or not most:
            return []
        return [
            {"day": day, "x": position * BAR_STEP, "bars": _bars(counts[day], most),
             "words": ", ".join(f"{n} {COLOURS[c].lower()}" for c, n in counts[day].items() if n)}
            for position, day in enumerate(days)
        ]  # fmt: skip

    @property
    def trend_takeaway(self) -> str:
        days = [day for day in self.trend_days if day in self.facts.days]
        if len(days) < 2:
            return ""
        first, last = (self.facts.n("rag_red", day) for day in (days[0], days[-1]))
        on = formats.short_day(days[0])
        if first == last:
            return f"As many are red as on {on}: {last:,}."
        return f"{abs(last - first):,} {'more' if last > first else 'fewer'} are red than on {on}."

    @property
    def stages(self) -> list[dict[str, Any]]:
        """Where live projects are; early stages and unreported ones show when there are any."""
        shown = []
        for stage in (Stage.MANDATE, *STAGES_SHOWN, Stage.CLOSED, UNREPORTED):
            total = self.number(f"stage_{stage}", STAGES[stage])
            if total.value or stage in STAGES_SHOWN[1:]:
                colours = {
                    code: self.number(f"stage_{stage}_{code}", COLOURS[code]) for code in COLOURS
                }
                counts = {code: number.value for code, number in colours.items()}
                doors = [number for number in colours.values() if number.value]
                shown.append({"total": total, "counts": counts, "doors": doors})
        return shown

    @property
    def milestones(self) -> list[dict[str, Any]]:
        return [_milestone(row) for row in self.lists.get("milestones_due", [])]

    @property
    def changed(self) -> list[dict[str, Any]]:
        rows = [*self.lists.get("changes", [])]
        if self.shows_figures:
            rows += self.lists.get("risks_raised", [])
        rows.sort(key=lambda row: (row.day, row.measure, -row.place), reverse=True)
        return [change_of(row) for row in rows[:9]]

    @property
    def changed_count(self) -> Number:
        measures = CHANGED if self.shows_figures else CHANGED[:1]
        days = selectors.days_between(self.versus, self.day)
        n = sum(self.facts.n(measure, day) for measure in measures for day in days)
        return Number("changes", n, self.url("changes", vs=self.versus.isoformat()), "All")

    @property
    def risk_matrix(self) -> dict[str, Any]:
        """The matrix component's own cells, each with the address of its list."""
        found = {(p, i): self.number(f"risks_{p}_{i}") for p in range(1, 6) for i in range(1, 6)}
        drawn = risk_matrix({place: number.value for place, number in found.items()})
        for row, likelihood in zip(drawn["rows"], range(5, 0, -1), strict=True):
            for cell, impact in zip(row["cells"], range(1, 6), strict=True):
                number = found[(likelihood, impact)]
                cell["url"] = number.url if number.value else ""
        return drawn

    @property
    def risks(self) -> list[dict[str, Any]]:
        return [_risk(row) for row in self.lists.get("risks", [])]

    @property
    def dependencies(self) -> list[dict[str, Any]]:
        return [_dependency(row) for row in self.lists.get("dependencies_breached", [])]

    @property
    def interventions(self) -> list[dict[str, Any]]:
        return [_intervention(row, self.day) for row in self.lists.get("interventions", [])]

    def numbers(self) -> list[Number]:
        """Every number of the page that is not 0 where 0 is left out, in its order."""
        found = [self.projects, *self.health]
        for stage in self.stages:
            found += [stage["total"], *stage["doors"]]
        found += [self.intervention_count, self.overdue, self.milestone_count,
                  self.overdue_milestones, self.go_lives, self.changed_count, self.dependency_count,
                  self.breach_count]  # fmt: skip
        if self.shows_figures:
            cells = [self.number(f"risks_{p}_{i}") for p in range(5, 0, -1) for i in range(1, 6)]
            found += [self.risk_count, *(cell for cell in cells if cell.value)]
            found += [n for block in (*self.spend, *self.plans) for n in block["numbers"]]
        return found

    # money ----------------------------------------------------------------------------------------
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

    # roll-up --------------------------------------------------------------------------------------
    @property
    def rolled_up(self) -> list[dict[str, Any]]:
        """A row for each portfolio, or for each programme of the one chosen; most red first."""
        lower = "portfolio" if self.chosen.scope == "office" else "programme"
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
            query = {"measure": measure, **more}
            if self.day != self.today:
                query["as_of"] = self.day.isoformat()
            text = formats.money(value, currency) if currency else ""
            return Number(measure, value if currency else n, f"/portfolio/items?{urlencode(query)}",
                          label, text)  # fmt: skip

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


def _bars(counts: dict[str, int], most: int) -> list[dict[str, Any]]:
    """From the bottom: red, amber, green."""
    bars, foot = [], float(BAR_HEIGHT)
    for colour, n in counts.items():
        height = n / most * BAR_HEIGHT
        if n:
            foot -= height
            bars.append(
                {"colour": colour, "y": f"{foot + 1:.1f}", "height": f"{max(height - 1, 1):.1f}"}
            )
    return bars


def count_words(n: int) -> str:
    return WORDS[n] if n < len(WORDS) else f"{n:,}"


def verdict(expected: Decimal, plan: Decimal) -> dict[str, str] | None:
    """Forecast against plan under the default limits: above 5 % is amber, above 10 % red."""
    if not plan:
        return None
    over = float((expected - plan) / plan * 100)
    colour = "red" if over > 10 else "amber" if over > 5 else "green"
    if abs(over) < 0.05:
        return {"colour": colour, "text": "on budget"}
    return {"colour": colour, "text": f"{abs(over):.1f}% {'over' if over > 0 else 'under'} budget"}


# ── rows of the lists ────────────────────────────────────────────────────────────────────────
def _milestone(row) -> dict[str, Any]:
    baseline, forecast, slip, colour = row.note.split(" ")
    return {
        "title": row.record.title, "url": row.record.get_absolute_url(),
        "reference": row.record.home.reference, "project_url": row.record.home.get_absolute_url(),
        "project": row.record.home.title,
        "baseline": date.fromisoformat(baseline), "forecast": date.fromisoformat(forecast),
        "slip": int(slip), "colour": colour,
    }  # fmt: skip


def _risk(row) -> dict[str, Any]:
    probability, impact = map(int, row.note.split(" "))
    return {
        "score": probability * impact, "title": row.record.title, "owner": row.record.owner,
        "reference": row.record.reference, "url": row.record.get_absolute_url(),
        "tone": "red" if probability * impact > 12 else "amber",
    }  # fmt: skip


def _dependency(row) -> dict[str, Any]:
    slip, tolerance = map(int, row.note.split(" "))
    return {
        "title": row.record.title, "reference": row.record.reference, "slip": slip,
        "tolerance": tolerance, "owner": row.record.owner, "url": row.record.get_absolute_url(),
        "project": row.record.home,
    }  # fmt: skip


def _intervention(row, day: date) -> dict[str, Any]:
    due = date.fromisoformat(row.note)
    return {
        "title": row.record.title, "reference": row.record.reference, "owner": row.record.owner,
        "url": row.record.get_absolute_url(), "due": due, "late": due < day,
        "project": row.record.home,
    }  # fmt: skip


CHANGE_ICONS = {
    "gate": "diamond",
    "state": "arrow-right",
    "breach": "link-2",
    "risk": "shield-alert",
}
GATE_WORDS = {
    "passed": ("was passed", "Passed", "green"),
    "conditional": ("was passed with conditions", "Passed", "green"),
    "held": ("is on hold", "Hold", "amber"), "recycled": ("has to be done again", "Again", "amber"),
    "stopped": ("stopped its project", "Stopped", "red"),
}  # fmt: skip
STATE_WORDS = {
    "active": ("was started or resumed", "Active", ""), "on_hold": ("was put on hold", "On hold", "amber"),
    "closed": ("was closed", "Closed", "green"), "stopped": ("was stopped", "Stopped", "red"),
}  # fmt: skip


def change_of(row) -> dict[str, Any]:
    """One change as a sentence, what moved, and where its evidence is."""
    record, told = row.record, change_words(row.note)
    if told["kind"] == "gate":
        told |= {"subject": record.home.title, "words": f"{record.title} {told['words']}"}
    return {"subject": record.title, "reference": record.reference, "day": row.day,
            "url": record.get_absolute_url()} | told  # fmt: skip


def change_words(note: str) -> dict[str, Any]:
    kind, *facts = note.split(" ")
    told: dict[str, Any] = {"kind": kind, "icon": CHANGE_ICONS.get(kind, "activity")}
    if kind == "rag":
        old, new = (CODES[Colour(int(value))] for value in facts)
        words = f"moved from {COLOURS[old].lower()} to {COLOURS[new].lower()}"
        return told | {"words": words, "old": old, "new": new, "icon": ""}
    if kind == "breach":
        words = f"passed its tolerance of {facts[1]} working days"
        return told | {"words": words, "mark": f"+{facts[0]} wd", "tone": "red"}
    if kind == "risk":
        score = int(facts[0]) * int(facts[1])
        return told | {"words": "was raised as a risk", "mark": f"New, {score}", "tone": "amber"}
    known = GATE_WORDS if kind == "gate" else STATE_WORDS
    words, mark, tone = known.get(facts[0], ("was decided", "", ""))
    return told | {"words": words, "mark": mark, "tone": tone}
