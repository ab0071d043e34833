"""The stored trending figure against its definition: each vote counts 2^(-age / half-life)."""

from datetime import UTC, datetime, timedelta
from math import isclose, log2

from changeoffice.core.record.clock import set_clock
from ideation.models import HALF_LIFE_DAYS, Idea

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def voted(make_person, author, title: str, days: list[float]) -> Idea:
    """An idea of one's own, submitted with the first vote, then voted for on these days."""
    with set_clock(START):
        idea = Idea.propose(by=author, title=title, problem="Customers cannot see why.")
        idea.submit(by=author)
    for n, day in enumerate(days):
        with set_clock(START + timedelta(days=day)):
            idea.vote(by=make_person(f"{title} {n}"))
    idea.refresh_from_db()
    return idea


def decayed(days: list[float], now: float) -> float:
    return sum(2 ** ((day - now) / HALF_LIFE_DAYS) for day in [0.0, *days])


def test_the_stored_figure_gives_back_the_decayed_sum_on_any_day(make_person, author):
    days = [0.5, 3, 3.25, 20]
    idea = voted(make_person, author, "Reasons", days)
    for now in (20, 27, 300):
        elapsed = START.timestamp() / 86400 + now
        stored = 2 ** (idea.trending - elapsed / HALF_LIFE_DAYS)
        assert isclose(stored, decayed(days, now), rel_tol=1e-6)


def test_ideas_keep_their_order_as_time_passes_and_fresh_votes_weigh_more(make_person, author):
    old = voted(make_person, author, "Old and liked", [1, 1, 1, 1])
    fresh = voted(make_person, author, "Fresh", [28, 28])
    assert fresh.trending > old.trending
    difference = log2(decayed([28, 28], 60)) - log2(decayed([1, 1, 1, 1], 60))
    assert isclose(fresh.trending - old.trending, difference, rel_tol=1e-6)


def test_a_vote_taken_back_leaves_the_figure_as_if_it_had_never_been(make_person, author):
    idea = voted(make_person, author, "Wavering", [2])
    before, waverer = idea.trending, make_person("Waverer")
    with set_clock(START + timedelta(days=5)):
        idea.vote(by=waverer)
        assert idea.trending > before
        idea.withdraw_vote(by=waverer)
    assert isclose(idea.trending, before, rel_tol=1e-12)
