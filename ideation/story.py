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
from ideation import vetting
from ideation.models import REVIEW_AT_VOTES, Idea, IdeaPolicy, VettingScore

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
    range: tuple[float, float] | None  # lowest and highest of the reviewers' own totals
    apart: list[str]  # the criteria they disagree on
    wanted: int

    @property
    def count(self) -> int:
        return len(self.rows)


def evaluation(idea: Idea, rows: list[VettingScore]) -> Evaluation:
    criteria = idea.judged_by
    part, totals = vetting.shares(criteria), []
    for row in rows:
        row.marked = [(one.label, row.marks.get(one.code)) for one in criteria]
        row.total = vetting.overall(criteria, row.marks)
        totals += [row.total] if row.total is not None else []
    given = {
        one: [row.marks[one.code] for row in rows if one.code in row.marks] for one in criteria
    }
    means = [_mean(one, marks, part[one.code]) for one, marks in given.items()]
    total = vetting.mean(totals)
    return Evaluation(
        rows, means, None if total is None else round(total, 1),
        (round(min(totals), 1), round(max(totals), 1)) if len(totals) > 1 else None,
        [one.label for one, marks in given.items() if vetting.is_apart(marks)], idea.scores_wanted,
    )  # fmt: skip


def _mean(one: vetting.Criterion, given: list[int], share: float) -> dict[str, Any]:
    found = {"label": one.label, "low_is_good": one.low_is_good, "percent": round(100 * share),
             "mean": None, "spread": "", "apart": vetting.is_apart(given)}  # fmt: skip
    if not given:
        return found
    low, high = vetting.spread(given)
    spread = "all agree" if low == high else f"{low} to {high}"
    return found | {"mean": round(sum(given) / len(given), 1), "spread": spread}


# ── who votes ────────────────────────────────────────────────────────────────────────────────
def votes(units: list[dict[str, Any]], weeks: list[tuple]) -> dict[str, Any]:
    """Votes by unit and how they grew; never who."""
    named = [row for row in units if row["unit"]]
    shown = [{"unit": row["unit"], "n": row["n"]} for row in named[:UNITS_SHOWN]]
    if rest := sum(row["n"] for row in units) - sum(row["n"] for row in shown):
        shown.append({"unit": "Other and small units", "n": rest})
    return {"units": shown, "unit_count": len(named), "growth": _growth(dict(weeks)),
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
    if idea.is_withdrawn:
        return "Votes closed when it was withdrawn"
    return "" if idea.takes_votes else VOTE_LOCKS.get(idea.state, "Votes are closed")


# ── what happens next ────────────────────────────────────────────────────────────────────────
def next_words(idea: Idea, person: Person, policy: list[IdeaPolicy]) -> dict[str, str]:
    """One or two sentences for the present state: what happens, and who acts."""
    mine = idea.owner_id == person.pk
    submitter = "You" if mine else (idea.owner.name if idea.owner else "The submitter")
    needed = threshold(idea, policy)
    told = " You hear of the answer." if mine else ""
    words = {
        "draft": ("Only you see this draft. Submit it and colleagues can vote for it.", submitter),
        "open": (_until_review(idea, needed) + told, "The change office"),
        "under_review": ("An analyst looks at it and asks for scores if it could work." + told,
                         "The change office"),
        "more_information": (f"{submitter} {'have' if mine else 'has'} been asked a question. "
                             "Review goes on when it is answered.", submitter),
        "vetting": (_until_closed(idea) + told, "Reviewers and the change office"),
        "developed": ("It is worth doing. An analyst turns it into a demand, which is then "
                      "assessed and decided." + told, "The change office"),
        "promoted": ("It became a demand. Everyone who voted can follow what becomes of it.", ""),
        "parked": ("It is set aside for now and comes back by itself on "
                   f"{formats.long_day(idea.revisit_on)}.", "The portal"),
        "declined": (f"It was {idea.state_label.lower()}. It can be reopened when something has changed.", ""),
    }  # fmt: skip
    text, who = words.get(idea.state, ("", ""))
    return {"text": text, "who": who}


def threshold(idea: Idea, policy: list[IdeaPolicy]) -> int:
    """How many votes queue it: its campaign says, or its theme, or the office."""
    own = (one.review_at_votes for one in (idea.campaign, idea.theme, *policy) if one)
    return next((votes for votes in own if votes), REVIEW_AT_VOTES)


def _until_review(idea: Idea, needed: int) -> str:
    missing = needed - idea.vote_count
    if missing <= 0:
        return "It has enough votes: an analyst takes it up for review next."
    more = "1 more vote puts" if missing == 1 else f"{missing} more votes put"
    return f"{more} it at the top of the review list. An analyst may take it up sooner."


def _until_closed(idea: Idea) -> str:
    labels = [one.label if n == 0 else one.label[:1].lower() + one.label[1:]
              for n, one in enumerate(idea.judged_by)]  # fmt: skip
    listed = f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else labels[0]
    several = "one score" if idea.scores_wanted == 1 else f"{idea.scores_wanted} scores"
    return f"Reviewers mark: {listed.lower()}. With {several} an analyst closes the round."
