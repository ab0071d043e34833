"""Real threads on a real database: counts never drift from the votes."""

import pytest

from changeoffice.core.record.errors import NotNow
from ideation.models import Idea
from tests.crowd import Crowd, together
from tests.ideation.conftest import PROBLEM

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 24
ROUNDS = 20


def again(idea: Idea) -> Idea:
    return Idea.objects.get(pk=idea.pk)


def test_one_person_pressing_at_once_votes_once_however_often(idea, make_person):
    with Crowd(THREADS) as crowd:
        for n in range(ROUNDS):
            person = make_person(f"Person {n}")
            answers = crowd.at_once([lambda p=person: again(idea).vote(by=p)] * THREADS)
            assert not [a for a in answers if isinstance(a, Exception)]
    assert again(idea).vote_count == 1 + ROUNDS == idea.votes.count()
    assert idea.record.events.filter(verb="vote").count() == ROUNDS


def test_many_people_voting_and_taking_back_at_once_are_all_counted(idea, make_person):
    people = [make_person(f"Person {n}") for n in range(THREADS)]
    for person in people[::2]:
        idea.vote(by=person)
    acts = [
        (lambda p=p, n=n: again(idea).vote(by=p) if n % 2 else again(idea).withdraw_vote(by=p))
        for n, p in enumerate(people)
    ]
    assert together(acts) == []
    assert again(idea).vote_count == idea.votes.count() == 1 + THREADS // 2


def test_a_vote_during_a_merge_is_moved_or_refused_and_never_lost(
    idea, analyst, colleague, make_person
):
    other = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    other.submit(by=colleague)
    people = [make_person(f"Person {n}") for n in range(THREADS - 1)]
    acts = [lambda: again(other).merge(by=analyst, into=again(idea))]
    acts += [lambda p=p: again(other).vote(by=p) for p in people]
    raised = together(acts)
    assert all(isinstance(error, NotNow) for error in raised)
    assert again(other).state == "merged" and other.votes.count() == 0 == again(other).vote_count
    assert again(idea).vote_count == idea.votes.count() == 2 + len(people) - len(raised)


def test_merging_two_ideas_into_each_other_leaves_one_and_nobody_waits_in_a_circle(
    analyst, manager, author
):
    def pair(n: int) -> tuple[Idea, Idea]:
        one, other = (
            Idea.propose(by=author, title=f"Explain held payments, {n}.{k}", problem=PROBLEM)
            for k in range(2)
        )
        return one.submit(by=author), other.submit(by=author)

    with Crowd(8) as crowd:
        for n in range(ROUNDS):
            one, other = pair(n)
            there = [lambda one=one, other=other: again(one).merge(by=analyst, into=again(other))]
            back = [lambda one=one, other=other: again(other).merge(by=manager, into=again(one))]
            answers = crowd.at_once((there + back) * 4)
            refused = [a for a in answers if isinstance(a, Exception)]
            assert len(refused) == 7 and all(isinstance(a, NotNow) for a in refused), refused
            assert sorted((again(one).state, again(other).state)) == ["merged", "open"]
