from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.ranking import HORIZON, PARTS, Ranked, in_order, wsjf
from demand.scoring import DELAY, Shift, in_words, shifts, weighted_wsjf

TODAY = date(2026, 11, 20)
SCORE = st.decimals(1, 10, places=1)
ROWS = st.lists(st.tuples(SCORE, SCORE, SCORE, SCORE), min_size=1, max_size=12)
NEAR = st.none() | st.integers(-30, 900).map(lambda days: TODAY + timedelta(days=days))


def scored(row):
    return wsjf(dict(zip(PARTS, row, strict=True)))


@st.composite
def rankings(draw):
    rows = draw(ROWS)
    ids = draw(st.permutations(range(1, len(rows) + 1)))
    places = st.none() | st.integers(1, len(rows))
    return rows, [
        Ranked(pk, scored(row), draw(NEAR), draw(places) if draw(st.booleans()) else None)
        for pk, row in zip(ids, rows, strict=True)
    ]


def place_of(pk, ranked):
    return [found for found, _ in in_order(ranked, TODAY)].index(pk) + 1


@given(ROWS)
def test_scores_by_column_equal_the_score_of_one_demand(rows):
    columns = weighted_wsjf([[float(x) for x in row] for row in rows]).tolist()
    assert columns == pytest.approx([float(scored(row)) for row in rows], abs=0.0101)


@given(rankings())
def test_everyone_stands_once_and_the_order_given_does_not_matter(case):
    _, ranked = case
    order = in_order(ranked, TODAY)
    assert sorted(pk for pk, _ in order) == sorted(row.id for row in ranked)
    assert in_order(reversed(ranked), TODAY) == order


@given(rankings(), st.data())
def test_more_benefit_never_lowers_a_rank_and_a_larger_job_never_raises_it(case, data):
    rows, ranked = case
    at = data.draw(st.integers(0, len(rows) - 1))
    part = data.draw(st.integers(0, 3))
    raised = list(rows[at])
    raised[part] = data.draw(st.decimals(raised[part], 10, places=1))
    old = ranked[at]
    new = Ranked(old.id, scored(raised), old.mandatory_on, old.moved_to)
    before = place_of(old.id, ranked)
    after = place_of(old.id, [*ranked[:at], new, *ranked[at + 1 :]])
    assert after <= before if part < 3 else after >= before


@given(rankings())
def test_a_near_mandatory_date_goes_before_any_score(case):
    _, ranked = case
    natural = [row for row in ranked if row.moved_to is None]
    order = in_order(natural, TODAY)
    by_id = {row.id: row for row in natural}
    kinds = [why for _, why in order]
    assert kinds == sorted(kinds, key=("mandatory", "score").index)
    for pk, why in order:
        due = by_id[pk].mandatory_on
        assert (why == "mandatory") == (due is not None and due <= TODAY + HORIZON)


@given(ROWS, st.data())
def test_a_shift_is_the_rank_one_would_have_with_that_weight(rows, data):
    parts = [[float(x) for x in row] for row in rows]
    ids = data.draw(st.permutations(range(1, len(rows) + 1)))
    demand = data.draw(st.sampled_from(ids))

    def ranks(weights):
        scores = dict(zip(ids, weighted_wsjf(parts, weights).tolist(), strict=True))
        return sorted(ids, key=lambda pk: (-scores[pk], pk))

    now = ranks({}).index(demand) + 1
    # Ranks with gaps: the places between belong to demands placed by date or by hand.
    given_ranks = [2 * (ranks({}).index(pk) + 1) for pk in ids]
    found = shifts(demand, ids, given_ranks, parts)
    expected = []
    for part in DELAY:
        for weight in (1.1, 0.9):
            rank = ranks({part: weight}).index(demand) + 1
            expected += [Shift(part, weight, 2 * rank)] if rank != now else []
    assert found == expected


def test_the_words_say_where_the_rank_would_move():
    assert in_words([]) == "The rank holds if any weight moves by a tenth."
    found = [Shift("value", 1.1, 2), Shift("risk_reduction", 0.9, 5)]
    assert in_words(found) == (
        "The rank would be 2 if value counted a tenth more "
        "and 5 if risk reduction counted a tenth less."
    )


def test_a_job_without_size_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        weighted_wsjf([[1, 2, 3, 0]])
    assert weighted_wsjf([[8, 6, 7, 4]]).tolist() == [float(scored(map(Decimal, (8, 6, 7, 4))))]
