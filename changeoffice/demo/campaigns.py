"""The questions the office put to everybody in its year, and what came of them."""

from __future__ import annotations

from datetime import timedelta

from changeoffice.core.record import acting
from changeoffice.demo.play import Play
from ideation.models import Campaign

# (question, what lies behind it, themes that answer it, opened days ago, days open, result)
QUESTIONS = (
    ("What should a customer never have to tell us twice?",
     "Every repeated question costs a minute and some goodwill. Show us where forms, calls and "
     "branches ask for what we already know. Anything that needs a new core system is out of scope.",
     ("Contact centre", "Branches"), 250, 42,
     "We read every idea. The one most people voted for is being scored now; each of the others has its answer."),
    ("Which report could we stop making tomorrow?",
     "Name a report nobody would miss, or two that say the same. Regulatory returns are out of scope.",
     ("Data and reporting",), 120, 30, ""),
    ("How do we use less paper and power by next spring?",
     "Small things count. Say where it happens and what it would save; a guess is fine.",
     ("Sustainability", "Workplace"), 16, 40, ""),
)  # fmt: skip


def set_up(play: Play) -> None:
    for question, description, themes, ago, days, result in QUESTIONS:
        opens = play.day(ago)
        closes = opens + timedelta(days=days)
        play.at(play.day(ago + 6), _prepare, play, question, description, themes, opens, closes)
        play.at(play.moment(opens).replace(hour=7), _turn, play, question, "open")
        play.at(
            play.moment(closes + timedelta(days=1)).replace(hour=7), _turn, play, question, "close"
        )
        if result:
            day = play.days.next_working(closes + timedelta(days=21))
            play.at(day, _conclude, play, question, result)


def open_for(play: Play, theme: str) -> Campaign | None:
    """The campaign an idea of this theme answers, while one is open."""
    made = (play.things[key] for key in play.things.get(f"campaigns of {theme}", ()))
    return next((one for one in made if one.state == "open"), None)


def _prepare(play: Play, question, description, themes, opens, closes) -> None:
    key = f"campaign:{question}"
    play.things[key] = Campaign.set_up(
        by=play.who("analyst"), title=question, description=description,
        sponsor=play.who("leadership"), opens_on=opens, closes_on=closes,
    )  # fmt: skip
    for theme in themes:
        play.things.setdefault(f"campaigns of {theme}", []).append(key)


def _turn(play: Play, question: str, verb: str) -> None:
    with acting.through("job", "campaigns_turn"):
        getattr(play.things[f"campaign:{question}"], verb)(by=None)


def _conclude(play: Play, question: str, result: str) -> None:
    campaign = play.things[f"campaign:{question}"]
    campaign.conclude(by=campaign.sponsor, result=result)
