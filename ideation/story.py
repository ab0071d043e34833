"""What the page of one idea tells: where it stands, who acts next, what reviewers and voters think."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncWeek

from changeoffice.core.doors.templatetags import formats
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.models import Event
from ideation.models import REVIEW_AT_VOTES, Idea, VettingScore

DIMENSIONS = (
    ("value", "Value"), ("feasibility", "Feasibility"), ("strategic_fit", "Strategic fit"),
    ("effort", "Effort"),
)  # fmt: skip
UNITS_SHOWN = 3
WEEKS_SHOWN = 26
VOTE_LOCKS = {
    "draft": "Votes open when it is submitted",
    "promoted": "Votes closed when it became a demand",
    "merged": "Its votes moved to the other idea",
    "parked": "Votes wait while it is parked",
    "declined": "Votes closed when it was declined",
}


def around(idea: Idea) -> dict[str, QuerySet]:
    """What this story is told from."""
    steps = Event.objects.filter(record_id=idea.pk, after__in=Idea.steps).exclude(before=F("after"))
    weeks = idea.votes.annotate(week=TruncWeek("at")).values_list("week")
    return {
        "steps": steps.select_related("actor").order_by("at", "id"),
        "scores": idea.scores.select_related("reviewer"),
        "units": idea.votes_by_unit(), "weeks": weeks.annotate(n=Count("id")).order_by(),
    }  # fmt: skip


# ── where it stands ──────────────────────────────────────────────────────────────────────────
def stages(idea: Idea, events: list[Event], scored: int) -> list[dict[str, Any]]:
    """The five steps with the day and the person of each, from the idea's own events."""
    reached: dict[str, Event] = {}
    for event in events:
        reached.setdefault(event.after, event)
    now = idea.resume_state if idea.state in ("more_information", "parked") else idea.state
    at = Idea.steps.index(now) if now in Idea.steps else -1
    last = max((Idea.steps.index(step) for step in reached), default=-1)
    return [
        {"label": Idea.states[step].label, "detail": _detail(reached.get(step), scored),
         "state": _step_state(position, at, last)}
        for position, step in enumerate(Idea.steps)
    ]  # fmt: skip


def _step_state(position: int, at: int, last: int) -> str:
    if position == at:
        return "done" if at == len(Idea.steps) - 1 else "current"
    return "done" if position <= (at if at >= 0 else last) else "future"


def _detail(event: Event | None, scored: int) -> str:
    if event is None:
        return ""
    words = formats.short_day(event.at)
    if event.after == "vetting" and scored:
        return f"{words}, {scored} reviewer{'s' if scored > 1 else ''}"
    named = event.after in ("under_review", "vetting", "developed") and event.actor
    return f"{words}, {event.actor.name}" if named else words


# ── what reviewers think ─────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class Evaluation:
    """The scores of a round: each one for those who may see figures, the mean for everybody."""

    rows: list[VettingScore]
    means: list[dict[str, Any]]
    overall: float | None

    @property
    def count(self) -> int:
        return len(self.rows)


def evaluation(rows: list[VettingScore]) -> Evaluation:
    for row in rows:
        row.marks = [(label, getattr(row, name)) for name, label in DIMENSIONS]
    means = [_mean(label, [getattr(row, name) for row in rows]) for name, label in DIMENSIONS]
    return Evaluation(rows, means, overall(rows))


def _mean(label: str, given: list[int]) -> dict[str, Any]:
    if not given:
        return {"label": label, "mean": None, "spread": ""}
    low, high = min(given), max(given)
    spread = "all agree" if low == high else f"{low} to {high}"
    return {"label": label, "mean": round(sum(given) / len(given), 1), "spread": spread}


def overall(rows: list[VettingScore]) -> float | None:
    """Mean of the four scores out of 10, each weighing the same; little effort counts as much."""
    if not rows:
        return None
    total = sum(r.value + r.feasibility + r.strategic_fit + 6 - r.effort for r in rows)
    return round(total / len(rows) / 4 * 2, 1)


# ── who votes ────────────────────────────────────────────────────────────────────────────────
def votes(units: list[dict[str, Any]], weeks: list[tuple]) -> dict[str, Any]:
    """Votes by unit and how they grew; never who."""
    shown = [{"unit": row["unit"] or "No unit", "n": row["n"]} for row in units[:UNITS_SHOWN]]
    if rest := sum(row["n"] for row in units[UNITS_SHOWN:]):
        shown.append({"unit": "Other", "n": rest})
    return {"units": shown, "unit_count": len(units), "growth": _growth(dict(weeks)),
            "most": max((row["n"] for row in shown), default=1)}  # fmt: skip


def _growth(weeks: dict[datetime, int]) -> list[int]:
    """The total at the end of each week, at most the last half-year."""
    if not weeks:
        return []
    total, points, week = 0, [], min(weeks)
    while week <= max(*weeks, clock.now()):
        total += weeks.get(week, 0)
        points.append(total)
        week += timedelta(weeks=1)
    return points[-WEEKS_SHOWN:]


def vote_lock(idea: Idea) -> str:
    return "" if idea.takes_votes else VOTE_LOCKS.get(idea.state, "Votes are closed")


# ── what happens next ────────────────────────────────────────────────────────────────────────
def next_words(idea: Idea, person: Person) -> dict[str, str]:
    """One or two sentences for the present state: what happens, and who acts."""
    mine = idea.owner_id == person.pk
    submitter = "You" if mine else (idea.owner.name if idea.owner else "The submitter")
    needed = idea.theme.review_at_votes if idea.theme else REVIEW_AT_VOTES
    told = " You hear of the answer." if mine else ""
    words = {
        "draft": ("Only you see this draft. Submit it and colleagues can vote for it.", submitter),
        "open": (_until_review(idea, needed) + told, "The change office"),
        "under_review": ("An analyst looks at it and asks for scores if it could work." + told,
                         "The change office"),
        "more_information": (f"{submitter} {'have' if mine else 'has'} been asked a question. "
                             "Review goes on when it is answered.", submitter),
        "vetting": ("Reviewers score value, feasibility, strategic fit and effort. "
                    "An analyst then closes the round." + told, "Reviewers and the change office"),
        "developed": ("It is worth doing. An analyst turns it into a demand, which is then "
                      "assessed and decided." + told, "The change office"),
        "promoted": ("It became a demand. Everyone who voted can follow what becomes of it.", ""),
        "parked": ("It is set aside for now and comes back by itself on "
                   f"{formats.long_day(idea.revisit_on)}.", "The portal"),
        "declined": ("It was declined. It can be reopened when something has changed.", submitter),
    }  # fmt: skip
    text, who = words.get(idea.state, ("", ""))
    return {"text": text, "who": who}


def _until_review(idea: Idea, needed: int) -> str:
    missing = needed - idea.vote_count
    if missing <= 0:
        return "It has enough votes: an analyst takes it up for review next."
    more = f"{missing} more vote{'s' if missing > 1 else ''}"
    return f"{more} put it at the top of the review list. An analyst may take it up sooner."
