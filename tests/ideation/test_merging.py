"""Merging two ideas and taking it apart again: nothing is lost, nothing is counted twice."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changeoffice.core.record.errors import Invalid, NotNow, Refused
from changeoffice.core.record.models import NamedPerson
from changeoffice.core.talk.models import Comment, Follower, comment, follow
from ideation.models import Idea, Merge
from tests.crowd import together
from tests.ideation.conftest import PROBLEM

THREADS = 24


@pytest.fixture
def other(colleague) -> Idea:
    made = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    return made.submit(by=colleague)


def again(idea: Idea) -> Idea:
    return Idea.objects.get(pk=idea.pk)


def whole(idea: Idea) -> dict:
    """All a merge touches, as it stands."""
    now = again(idea)
    return {
        "votes": sorted(idea.votes.values_list("person", "at")),
        "comments": sorted(Comment.objects.filter(record_id=idea.pk).values_list("pk", flat=True)),
        "followers": sorted(
            Follower.objects.filter(record_id=idea.pk).values_list("person", flat=True)
        ),
        "counts": (now.vote_count, now.comment_count, round(now.trending, 9)),
        "state": now.state,
        "into": now.merged_into_id,
    }


@pytest.mark.parametrize("door", ["page", "api"])
def test_undone_within_a_day_everything_stands_as_it_stood(
    door, page, api, analyst, author, colleague, manager, idea, other
):
    other.review(by=analyst)
    idea.vote(by=manager), other.vote(by=manager), other.vote(by=author)
    comment(other, by=colleague, body="It happens daily in the branch.")
    follow(other.pk, manager)
    before = whole(idea), whole(other)
    other.merge(by=analyst, into=idea)
    assert again(idea).vote_count == 3 and again(idea).comment_count == 1
    if door == "page":
        assert "Undo the merge" in page(analyst).get(f"/ideas/{idea.reference}").content.decode()
        assert page(analyst).post(f"/ideas/{other.reference}/unmerge").status_code == 302
    else:
        answer = api(analyst).post(f"/api/v1/ideas/{other.reference}/unmerge/")
        assert answer.status_code == 200 and answer.json()["merged_into"] is None
    assert (whole(idea), whole(other)) == before
    assert not Merge.objects.exists()
    assert idea.record.events.filter(verb="release").exists()


def test_what_was_said_and_voted_since_stays_where_it_belongs(
    analyst, author, colleague, manager, leader, idea, other
):
    said = comment(other, by=colleague, body="It happens daily in the branch.")
    follow(other.pk, leader)
    other.merge(by=analyst, into=idea)
    said.refresh_from_db()
    reply = comment(idea, by=author, body="Which branch?", reply_to=said)
    stays = comment(idea, by=leader, body="I want this.")
    idea.withdraw_vote(by=colleague)
    idea.vote(by=manager)
    other.refresh_from_db()
    other.unmerge(by=analyst)
    assert {said.pk, reply.pk} == set(whole(other)["comments"])
    assert whole(idea)["comments"] == [stays.pk]
    assert again(other).vote_count == 0 and again(idea).vote_count == 2
    assert leader.pk in whole(idea)["followers"]
    assert colleague.pk not in whole(idea)["followers"]


def test_after_a_day_or_once_the_other_idea_is_closed_a_merge_stands(
    page, analyst, manager, idea, other
):
    other.merge(by=analyst, into=idea)
    idea.refresh_from_db()
    idea.decline(by=analyst, code="not_now", answer="Not in the next two years, sadly.")
    refused = page(analyst).post(f"/ideas/{other.reference}/unmerge")
    assert refused.status_code == 409 and "is closed by now" in refused.content.decode()
    idea.reopen(by=analyst, reason="We may after all")
    Idea.objects.filter(pk=other.pk).update(state_since=other.state_since - timedelta(hours=25))
    refused = page(analyst).post(f"/ideas/{other.reference}/unmerge")
    assert refused.status_code == 409 and "for one day" in refused.content.decode()
    assert again(other).state == "merged"


def test_only_the_change_office_takes_a_merge_apart(page, api, author, analyst, idea, other):
    other.merge(by=analyst, into=idea)
    assert page(author).post(f"/ideas/{other.reference}/unmerge").status_code == 403
    assert api(author).post(f"/api/v1/ideas/{other.reference}/unmerge/").status_code == 403


def test_a_chain_of_merges_comes_apart_from_its_end(analyst, make_person, idea, other):
    third = Idea.propose(by=make_person("Third"), title="Say why money waits", problem=PROBLEM)
    third.submit(by=third.owner)
    before = [whole(one) for one in (third, other, idea)]
    third.merge(by=analyst, into=other)
    again(other).merge(by=analyst, into=again(idea))
    with pytest.raises(NotNow):
        again(third).unmerge(by=analyst)
    again(other).unmerge(by=analyst)
    again(third).unmerge(by=analyst)
    assert [whole(one) for one in (third, other, idea)] == before


def test_what_is_confidential_is_merged_neither_way(analyst, idea, other):
    for kept, away in ((idea, other), (other, idea)):
        Idea.objects.filter(pk=kept.pk).update(confidential=True)
        NamedPerson.objects.get_or_create(record_id=kept.pk, person=analyst)
        for one, into in ((kept, away), (away, kept)):
            with pytest.raises((Invalid, NotNow)):
                again(one).merge(by=analyst, into=again(into))
        Idea.objects.filter(pk=kept.pk).update(confidential=False)


def test_what_was_said_on_a_hidden_idea_is_not_moved_into_sight(analyst, idea, other):
    idea.hide(by=analyst, reason="It names a customer.")
    with pytest.raises(NotNow, match="hidden"):
        idea.merge(by=analyst, into=other)


PEOPLE, IDEAS = 4, 3
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["vote", "withdraw_vote", "merge", "unmerge"]),
        st.integers(0, IDEAS - 1), st.integers(0, IDEAS - 1), st.integers(0, PEOPLE - 1),
    ),
    max_size=14,
)  # fmt: skip


@given(acts=ACTS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_never_drift_whatever_people_do(acts, analyst, voters, trio):
    with transaction.atomic():
        for verb, at, other, who in acts:
            _act(again(trio[at]), verb, again(trio[other]), voters[who], analyst)
            for idea in trio:
                assert again(idea).vote_count == idea.votes.count()
        for idea in reversed(trio * IDEAS):
            _act(again(idea), "unmerge", idea, voters[0], analyst)
        assert {again(idea).state for idea in trio} == {"open"} and not Merge.objects.exists()
        transaction.set_rollback(True)


def _act(idea: Idea, verb: str, other: Idea, person, analyst) -> None:
    given = {"vote": {"by": person}, "withdraw_vote": {"by": person},
             "merge": {"by": analyst, "into": other}, "unmerge": {"by": analyst}}  # fmt: skip
    before = whole(idea)
    try:
        getattr(idea, verb)(**given[verb])
    except Refused:
        assert whole(idea) == before


@pytest.fixture
def voters(make_person) -> list:
    return [make_person(f"Voter {n}") for n in range(PEOPLE)]


@pytest.fixture
def trio(make_person) -> list[Idea]:
    rows = [
        Idea.propose(by=make_person(f"Author {n}"), title=f"Explain payments, {n}", problem=PROBLEM)
        for n in range(IDEAS)
    ]
    return [row.submit(by=row.owner) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_a_vote_while_a_merge_is_undone_is_kept_on_one_of_the_two(
    idea, other, analyst, make_person
):
    people = [make_person(f"Person {n}") for n in range(THREADS - 1)]
    for person in people[::2]:
        other.vote(by=person)
    other.merge(by=analyst, into=idea)
    acts = [lambda: again(other).unmerge(by=analyst)]
    acts += [lambda p=p, n=n: again((idea, other)[n % 2]).vote(by=p) for n, p in enumerate(people)]
    raised = together(acts)
    assert all(isinstance(error, NotNow) for error in raised), raised
    for one in (idea, other):
        assert again(one).vote_count == one.votes.count()
    total = again(idea).vote_count + again(other).vote_count
    assert again(other).state == "open" and total >= 2 + len(people) - len(raised)


@pytest.mark.django_db(transaction=True)
def test_merging_and_undoing_at_once_leaves_one_outcome_and_nobody_in_a_circle(
    idea, other, analyst, manager
):
    for _ in range(4):
        other.refresh_from_db()
        other.merge(by=analyst, into=again(idea))
        undo = [lambda: again(other).unmerge(by=manager)] * (THREADS // 2)
        back = [lambda: again(idea).merge(by=analyst, into=again(other))] * (THREADS // 2)
        raised = together(undo + back)
        assert all(isinstance(error, Refused) for error in raised), raised
        for one in (idea, other):
            assert again(one).vote_count == one.votes.count()
        merged = [one for one in (idea, other) if again(one).state == "merged"]
        assert len(merged) <= 1
        for one in merged:
            again(one).unmerge(by=analyst)
