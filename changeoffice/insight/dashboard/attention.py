"""What needs attention: milestones, risks, dependencies, interventions."""

from datetime import date
from typing import Any

from changeoffice.core.doors.templatetags.pictures import risk_matrix
from changeoffice.insight.dashboard.frame import Frame


class Attention(Frame):
    @property
    def milestones(self) -> list[dict[str, Any]]:
        return [_milestone(row) for row in self.lists.get("milestones_due", [])]

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
