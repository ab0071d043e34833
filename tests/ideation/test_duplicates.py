"""Clusters of duplicates: the core alone, what the database finds, and what an analyst decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ideation import duplicates
from ideation.clustering import Pair, clusters, is_news
from ideation.models import Duplicates, Idea
from tests.ideation.conftest import PROBLEM

KEYS = st.integers(1, 30)
PAIRS = st.lists(
    st.builds(Pair, st.sampled_from([0.5, 0.6, 0.7, 0.8]), KEYS, KEYS).filter(
        lambda pair: pair.one != pair.other
    ),
    max_size=60,
)


# the core -------------------------------------------------------------------------------------------
@given(PAIRS, st.integers(2, 8))
def test_every_idea_is_in_one_cluster_at_most_and_no_cluster_is_too_large(pairs, most):
    found = clusters(pairs, most)
    members = [key for one in found for key in one.members]
    assert len(members) == len(set(members))
    assert all(2 <= len(one.members) <= most for one in found)


@given(PAIRS, st.integers(2, 8))
def test_a_cluster_is_held_together_by_its_own_pairs(pairs, most):
    for one in clusters(pairs, most):
        reached, left = {one.members[0]}, set(one.members[1:])
        inside = [p for p in pairs if p.closeness >= one.closeness]
        for _ in one.members:
            reached |= {p.one for p in inside if p.other in reached and p.one in left}
            reached |= {p.other for p in inside if p.one in reached and p.other in left}
        assert reached == set(one.members)


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_changes_nothing(pairs, random):
    shuffled = [Pair(p.closeness, p.other, p.one) for p in pairs]
    random.shuffle(shuffled)
    assert clusters(shuffled) == clusters(pairs)


@given(PAIRS)
def test_what_is_alike_is_apart_only_where_the_cap_forbids_it(pairs):
    home = {key: one for one in clusters(pairs, 8) for key in one.members}
    for pair in pairs:
        one, other = (home.get(key) for key in (pair.one, pair.other))
        sizes = sum(len(found.members) if found else 1 for found in (one, other))
        assert (one is other and one is not None) or sizes > 8


@given(st.sets(KEYS, min_size=2), st.sets(KEYS))
def test_dismissed_ideas_are_news_only_with_another_among_them(seen, more):
    assert not is_news(list(seen)[:2], [seen])
    assert is_news(seen | more, [seen]) == bool(more - seen)


# what the database finds ----------------------------------------------------------------------------
TITLES = (
    "Tell customers why a payment is held",
    "Tell the customer why their payments are held",
    "Explain to customers why a payment is held",
    "Book a meeting room from the phone",
    "Book meeting rooms from your phone",
    "Replace the printer on floor three",
)


@pytest.fixture
def six(author) -> list[Idea]:
    rows = [Idea.propose(by=author, title=title, problem=PROBLEM) for title in TITLES]
    return [row.submit(by=author) for row in rows]


@pytest.fixture
def proposed(db, six) -> list[Duplicates]:
    duplicates.propose()
    return list(Duplicates.objects.all())


def test_titles_that_say_the_same_are_proposed_together(six, proposed):
    assert {tuple(row.members) for row in proposed} == {
        tuple(idea.pk for idea in six[:3]), tuple(idea.pk for idea in six[3:5])
    }  # fmt: skip
    assert duplicates.propose() == {"proposed": 0, "kept": 2, "gone": 0}


def test_drafts_closed_hidden_and_confidential_ideas_are_never_proposed(db, six, analyst, author):
    Idea.propose(by=author, title=TITLES[3], problem=PROBLEM)
    six[4].hide(by=analyst, reason="It names a customer.")
    six[1].decline(by=analyst, code="not_now", answer="Not in the next two years, sadly.")
    Idea.objects.filter(pk=six[2].pk).update(confidential=True)
    assert duplicates.propose()["proposed"] == 0


@pytest.mark.parametrize("door", ["page", "api"])
def test_an_analyst_merges_a_proposal_in_one_go(door, page, api, analyst, six, proposed):
    row = next(row for row in proposed if len(row.members) == 3)
    stays = six[1]
    if door == "page":
        shown = page(analyst).get("/ideas/duplicates").content.decode()
        assert all(idea.title in shown for idea in six[:5]) and six[5].title not in shown
        url = f"/ideas/duplicates/{row.pk}/merge"
        assert page(analyst).post(url, {"into": six[5].reference}).status_code == 302
        told = page(analyst).post(url, {"into": stays.reference}, follow=True).content.decode()
        assert f"{six[0].reference}, {six[2].reference} merged into {stays.reference}" in told
    else:
        listed = api(analyst).get("/api/v1/idea-duplicates/").json()["results"]
        assert sorted(len(one["ideas"]) for one in listed) == [2, 3]
        url = f"/api/v1/idea-duplicates/{row.pk}/merge/"
        assert api(analyst).post(url, {"into": six[5].reference}).status_code == 400
        assert api(analyst).post(url, {"into": stays.reference}).status_code == 200
    states = [Idea.objects.get(pk=idea.pk).state for idea in six[:3]]
    assert states == ["merged", "open", "merged"]
    row.refresh_from_db()
    assert row.decision == "merged" and row.decided_by == analyst
    assert api(analyst).post(f"/api/v1/idea-duplicates/{row.pk}/dismiss/").status_code in (404, 409)


@pytest.mark.parametrize("door", ["page", "api"])
def test_dismissed_ones_stay_away_until_another_idea_joins(
    door, page, api, analyst, author, six, proposed
):
    row = next(row for row in proposed if len(row.members) == 2)
    if door == "page":
        assert page(analyst).post(f"/ideas/duplicates/{row.pk}/dismiss").status_code == 302
    else:
        assert api(analyst).post(f"/api/v1/idea-duplicates/{row.pk}/dismiss/").status_code == 200
    assert duplicates.propose()["proposed"] == 0
    third = Idea.propose(by=author, title="Book the meeting rooms from a phone", problem=PROBLEM)
    third.submit(by=author)
    assert duplicates.propose()["proposed"] == 1
    assert [row.members[-1] for row in Duplicates.objects.filter(decided_at=None)].count(
        third.pk
    ) == 1


def test_only_analysts_meet_proposals_and_only_of_what_they_see(
    page, api, analyst, colleague, six, proposed
):
    row = next(row for row in proposed if len(row.members) == 2)
    assert page(colleague).get("/ideas/duplicates").status_code == 403
    assert api(colleague).get("/api/v1/idea-duplicates/").status_code == 403
    assert page(colleague).post(f"/ideas/duplicates/{row.pk}/dismiss").status_code == 403
    Idea.objects.filter(pk=six[4].pk).update(confidential=True)
    shown = page(analyst).get("/ideas/duplicates").content.decode()
    assert six[4].title not in shown and six[3].title not in shown
    assert api(analyst).post(f"/api/v1/idea-duplicates/{row.pk}/dismiss/").status_code == 404
