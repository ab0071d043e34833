"""Real threads on a real database: counts never drift from the votes."""

import threading

import pytest
from django.db import connections

from changeoffice.core.record.errors import NotNow
from ideation.models import Idea
from tests.ideation.conftest import PROBLEM

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 24


def together(acts) -> list[Exception]:
    """Run all acts at once, each in its own thread and connection; answers what was raised."""
    gate, raised = threading.Barrier(len(acts)), []

    def run(act):
        gate.wait()
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def again(idea: Idea) -> Idea:
    return Idea.objects.get(pk=idea.pk)


def test_one_person_pressing_at_once_votes_once(idea, colleague):
    assert together([lambda: again(idea).vote(by=colleague)] * THREADS) == []
    assert again(idea).vote_count == 2 == idea.votes.count()


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


def test_merging_two_ideas_into_each_other_leaves_one(idea, analyst, manager, colleague):
    other = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    other.submit(by=colleague)
    together([
        lambda: again(other).merge(by=analyst, into=again(idea)),
        lambda: again(idea).merge(by=manager, into=again(other)),
    ])  # fmt: skip
    assert sorted((again(idea).state, again(other).state)) == ["merged", "open"]
