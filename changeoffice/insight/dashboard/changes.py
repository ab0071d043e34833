"""What has changed, in words."""

from typing import Any

from changeoffice.insight import selectors
from changeoffice.insight.dashboard.frame import Frame
from changeoffice.insight.dashboard.number import Number
from changeoffice.insight.measures import COLOURS
from changeoffice.insight.selectors import CHANGED
from portfolio.models.rag import CODES, Colour

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


class Changes(Frame):
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
