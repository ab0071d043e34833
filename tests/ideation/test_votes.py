"""However people vote, take back and merge: one vote a person, and the count is what is there."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ideation.models import Idea, Vote
from tests.ideation.conftest import PROBLEM

PEOPLE, IDEAS = 4, 3
ACTS = st.lists(
    st.tuples(st.sampled_from(("vote", "withdraw_vote", "merge")), st.integers(0, IDEAS - 1),
              st.integers(0, PEOPLE - 1)),
    max_size=14,
)  # fmt: skip


@pytest.fixture
def crowd(make_person):
    return [make_person(f"Voter {n}") for n in range(PEOPLE)]


@given(acts=ACTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_count_is_the_number_of_people_whatever_they_do(acts, crowd, analyst):
    with transaction.atomic():
        ideas = [Idea.propose(by=crowd[n], title=f"Call back in slot {n}", problem=PROBLEM).submit(by=crowd[n])
                 for n in range(IDEAS)]  # fmt: skip
        expected = {n: {crowd[n]} for n in range(IDEAS)}
        for verb, at, other in acts:
            _act(verb, ideas, expected, at, other, crowd, analyst)
            for n, voters in expected.items():
                ideas[n].refresh_from_db()
                assert ideas[n].vote_count == len(voters)
                assert {vote.person for vote in Vote.objects.filter(idea=ideas[n])} == voters
        transaction.set_rollback(True)


def _act(verb, ideas, expected, at, other, crowd, analyst) -> None:
    """Do it, and say in sets what has to come of it."""
    if verb == "merge":
        into = other % IDEAS
        if into == at or {at, into} - expected.keys():
            return
        ideas[at].merge(by=analyst, into=ideas[into])
        expected[into] |= expected.pop(at)
    elif at in expected:
        getattr(ideas[at], verb)(by=crowd[other])
        change = set.add if verb == "vote" else set.discard
        change(expected[at], crowd[other])
