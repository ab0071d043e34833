"""Where things stand on a line of time, in per cent, so that a style width is all a page needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from changeoffice.core.record import clock
from portfolio.judging import SCHEDULE
from portfolio.models import Gate, Milestone
from portfolio.models.rag import Reading
from portfolio.readings import in_units

MOST_TICKS = 6
PER_LETTER = 3.6  # per cent of the line that a letter of a bar's label takes
LAST_LABEL = 94  # per cent of the line; a month named later would be cut off
GATE_WEIGHT = 2  # a gate's slip counts double
SHORT = {
    "design": "Design", "development": "Development", "testing": "Testing", "go_live": "Go-live",
    "support": "Early life",
}  # fmt: skip


@dataclass(frozen=True)
class Axis:
    """From the first of a month to the first of a later one."""

    first: date
    last: date

    @classmethod
    def around(cls, days: Iterable[date | None]) -> "Axis | None":
        known = sorted(day for day in days if day)
        if not known:
            return None
        return cls(known[0].replace(day=1), _next_month(known[-1]))

    def at(self, day: date) -> str:
        share = (day - self.first).days / max((self.last - self.first).days, 1) * 100
        return f"{min(max(share, 0), 100):.2f}"

    def width(self, start: date, end: date) -> str:
        return f"{max(float(self.at(end)) - float(self.at(start)), 0):.2f}"

    @property
    def ticks(self) -> list[dict[str, Any]]:
        """At most six months with their places; the year with each January and the first."""
        months, day = [], self.first
        while day < self.last:
            months.append(day)
            day = _next_month(day)
        step = -(-len(months) // MOST_TICKS)
        return [
            {
                "at": self.at(month),
                "label": f"{month:%b}" if month.year == year else f"{month:%b %y}",
            }
            for month, year in zip(months[::step], _years_before(months[::step]), strict=True)
            if float(self.at(month)) <= LAST_LABEL
        ]


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _years_before(months: list[date]) -> list[int]:
    """The year of the month before each, so that only a change of year is written."""
    return [months[0].year, *(month.year for month in months)][: len(months)]


def axis_of(project, milestones: list[Milestone], today: date) -> Axis | None:
    days = [
        day for mark in milestones for day in (mark.baseline_on, mark.forecast_on, mark.expected_on)
    ]
    own = (project.planned_start, project.planned_finish, project.forecast_finish)
    return Axis.around([*days, *own, today]) if any((*days, *own)) else None


def mark_of(mark: Milestone, axis: Axis) -> dict[str, Any]:
    """A milestone's row: where it was promised, where it stands, where the network expects it."""
    now = mark.actual_on or mark.forecast_on
    colour = slip_colour(mark, mark.project.rag)
    tone = "done" if mark.state == "met" else "late" if colour == "red" else "due"
    return {
        "milestone": mark, "slip": mark.expected_slip, "colour": colour, "tone": tone,
        "now": axis.at(now),
        "is_past": mark.state == "planned" and mark.expected_on < clock.today(),
        "baseline": axis.at(mark.baseline_on),
        "expected": axis.at(mark.expected_on) if mark.expected_on > now else "",
    }  # fmt: skip


def slip_colour(mark: Milestone, reading: Reading | None) -> str:
    """The colour of a slip that somebody can still act on, by the limits of its project."""
    if reading is None or mark.state == "met":
        return ""
    amber, red = in_units(SCHEDULE, reading.limit_set.limits, "schedule")
    slip = mark.expected_slip * (GATE_WEIGHT if mark.gate_id else 1)
    return "red" if slip > red else "amber" if slip > amber else ""


def phases(project, gates: list[Gate], milestones: list[Milestone], axis: Axis) -> list[dict]:
    """One bar for each stage, from the gate that opens it to the next one."""
    by_gate = {mark.gate_id: mark.expected_on for mark in milestones if mark.gate_id}
    dated = [(gate, by_gate[gate.pk]) for gate in gates if gate.pk in by_gate]
    bars = []
    for (gate, start), (_, end) in pairwise(dated):
        if end > start:
            label = SHORT.get(gate.opens_stage, gate.get_opens_stage_display())
            width = axis.width(start, end)
            bars.append(
                {"label": label, "stage": gate.opens_stage, "left": axis.at(start), "width": width,
                 "fits": float(width) >= PER_LETTER * len(label),
                 "start": start, "end": end}
            )  # fmt: skip
    return bars


def tracker(project, gates: list[Gate], current: Gate | None = None) -> list[dict[str, Any]]:
    """The gates as steps; `current` is the one a page is about, else the next to be decided."""
    following = next((gate for gate in gates if not gate.is_closed), None)
    now = current or following
    return [
        {
            "label": f"{gate.code} {_name(gate)}", "detail": _when(gate), "late": _is_late(gate),
            "state": "current" if gate == now else "done" if gate.is_closed else "future",
            "url": f"{project.get_absolute_url()}/gates/{gate.code}",
        }
        for gate in gates
    ]  # fmt: skip


def _name(gate: Gate) -> str:
    return gate.title.removeprefix(gate.code).strip()


def _when(gate: Gate) -> str:
    from changeoffice.core.doors.templatetags.formats import short_day

    if gate.decided_on and gate.is_closed:
        return f"{gate.get_decision_display()}, {short_day(gate.decided_on)}"
    mark = gate.mark
    if mark is None:
        return gate.state_label if gate.state != "open" else ""
    if mark.expected_on == mark.baseline_on:
        return short_day(mark.baseline_on)
    return f"{short_day(mark.baseline_on)}, now {short_day(mark.expected_on)}"


def _is_late(gate: Gate) -> bool:
    mark = None if gate.is_closed else gate.mark
    return mark is not None and slip_colour(mark, gate.project.rag) == "red"
