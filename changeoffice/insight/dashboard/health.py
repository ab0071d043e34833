"""How projects are: by colour, over time and by stage."""

from typing import Any

from changeoffice.core.doors.templatetags import formats
from changeoffice.insight.dashboard.frame import Frame
from changeoffice.insight.dashboard.number import Number
from changeoffice.insight.measures import COLOURS, STAGES, UNREPORTED
from portfolio.lifecycle import Stage

STAGES_SHOWN = (Stage.DESIGN, Stage.DEVELOPMENT, Stage.TESTING, Stage.GO_LIVE, Stage.SUPPORT)
RATED = ("red", "amber", "green")
BAR_HEIGHT, BAR_STEP = 82, 23


class Health(Frame):
    @property
    def mix(self) -> dict[str, int]:
        return {code: self.facts.n(f"rag_{code}", self.day) for code in COLOURS}

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
