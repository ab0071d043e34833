"""Cards of any method and criteria: scores, the index they rank by, and what a rank rests on."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from demand.scoring import (
    RICE,
    SHORT,
    USUAL,
    WSJF,
    Card,
    Criterion,
    Shift,
    disagreement,
    in_words,
    indexes,
    means,
    outcome,
    problems,
    raw_scores,
    shifts,
)

WHOLE = st.integers(1, 50)


@st.composite
def cards(draw):
    method = draw(st.sampled_from(sorted(SHORT)))
    items = []
    for n in range(draw(st.integers(2, 5))):
        low = draw(WHOLE) if method != "weighted" else draw(st.integers(0, 50))
        weight = draw(st.sampled_from([0.5, 1, 2, 3]))
        inverted = n == 0 if n < 2 else draw(st.booleans())
        items.append(Criterion(f"c{n}", f"Part {n}", "", low, low + draw(WHOLE), weight, inverted))
    card = Card(method, tuple(items))
    assume(not problems(card))  # one whose scores no column holds is refused where it is made
    return card


@st.composite
def marked(draw, most=1):
    card = draw(cards())
    row = st.tuples(*(st.integers(int(item.low), int(item.high)) for item in card.criteria))
    return card, draw(st.lists(row, min_size=1, max_size=most))


@given(marked())
def test_an_index_lies_between_0_and_100_and_reaches_both_ends(case):
    card, rows = case
    assert 0 <= indexes(card, rows)[0] <= 100
    worst = [item.high if item.inverted else item.low for item in card.criteria]
    best = [item.low if item.inverted else item.high for item in card.criteria]
    assert indexes(card, [worst, best]).tolist() == [0, 100]


@given(marked(), st.data())
def test_a_higher_mark_never_lowers_the_index_and_an_inverted_one_never_raises_it(case, data):
    card, [row] = case
    at = data.draw(st.integers(0, len(row) - 1))
    raised = list(row)
    raised[at] = data.draw(st.integers(row[at], int(card.criteria[at].high)))
    before, after = indexes(card, [row, raised])
    assert after <= before if card.criteria[at].inverted else after >= before


@given(marked(most=6), st.data())
def test_a_score_never_moves_because_another_demand_did(case, data):
    card, rows = case
    kept = data.draw(st.integers(0, len(rows) - 1))
    others = data.draw(st.permutations(rows))
    alone = outcome(card, dict(zip(card.codes, rows[kept], strict=True)))
    together = indexes(card, [rows[kept], *others])[0]
    assert alone.index == pytest.approx(together, abs=1e-3)


@given(marked(most=6))
def test_the_index_orders_demands_of_one_card_as_their_scores_do(case):
    card, rows = case
    raw, placed = raw_scores(card, rows), indexes(card, rows)
    order = np.argsort(raw, kind="stable")
    assert (np.diff(placed[order]) >= -1e-9).all()


@given(marked(most=8), st.data())
def test_a_shift_is_the_rank_one_would_have_with_that_weight_and_names_whom_it_passes(case, data):
    card, rows = case
    ids = data.draw(st.permutations(range(1, len(rows) + 1)))
    demand = data.draw(st.sampled_from(ids))

    def order(factors):
        scores = dict(zip(ids, indexes(card, rows, factors).tolist(), strict=True))
        return sorted(ids, key=lambda pk: (-scores[pk], pk))

    # Ranks with gaps: the places between belong to demands placed by date or by hand.
    now = order({})
    given_ranks = [2 * (now.index(pk) + 1) for pk in ids]
    found = {(s.code, s.factor): s for s in shifts(card, demand, ids, given_ranks, rows)}
    for code in card.codes:
        for factor in (1.1, 0.9):
            then = order({code: factor})
            shift = found.pop((code, factor), None)
            if then.index(demand) == now.index(demand):
                assert shift is None
                continue
            assert shift.rank == 2 * (then.index(demand) + 1)
            rises = then.index(demand) < now.index(demand)
            for pk in shift.passed:
                assert (now.index(pk) < now.index(demand)) == rises
                assert (then.index(pk) > then.index(demand)) == rises
            assert len(shift.passed) >= abs(then.index(demand) - now.index(demand))
    assert found == {}


@given(marked(most=5))
def test_the_widest_disagreement_is_as_wide_as_any_and_is_none_where_all_agree(case):
    card, rows = case
    given_marks = [dict(zip(card.codes, row, strict=True)) for row in rows]
    found = disagreement(card, given_marks)
    widths = [(max(r[n] for r in rows) - min(r[n] for r in rows)) / (item.high - item.low)
              for n, item in enumerate(card.criteria)]  # fmt: skip
    assert (found is None) == (max(widths) == 0)
    assert found is None or found.share == pytest.approx(max(widths))


def test_the_usual_cards_by_hand():
    value = {"value": 8, "time_criticality": 5, "risk_reduction": 5, "job_size": 3}
    assert outcome(WSJF, value).raw == 6
    assert outcome(WSJF, value).index == pytest.approx(65.0515, abs=1e-3)
    rice = {"reach": 1000, "impact": 2, "confidence": 0.8, "effort": 4}
    assert outcome(RICE, rice).raw == pytest.approx(400)
    fit = {"strategic_fit": 10, "value": 5.5, "urgency": 1, "delivery_risk": 1}
    found = outcome(USUAL["weighted"], fit)
    assert (found.raw, found.index) == (pytest.approx(65), pytest.approx(65))
    assert all(problems(card) == [] for card in USUAL.values())
    assert means(WSJF, [value, value | {"value": 5}])["value"] == 6.5


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (Card("wsjf", ()), "at least one"),
        (Card("wsjf", (Criterion("a", "A"),)), "lowers it"),
        (Card("rice", (Criterion("a", "A", low=0), Criterion("b", "B", inverted=True))), "above zero"),
        (Card("weighted", (Criterion("a", "A", low=5, high=5),)), "go up"),
        (Card("weighted", (Criterion("a", "A", weight=0),)), "weight"),
        (Card("rice", (Criterion("a", "A", weight=20), Criterion("b", "B", inverted=True))), "narrower"),
        (Card("rice", (Criterion("a", "A"), Criterion("b", "B", weight=1000, inverted=True))), "lowest"),
    ],
)  # fmt: skip
def test_a_card_that_gives_no_score_says_what_would_mend_it(card, words):
    assert any(words in told for told in problems(card))


def test_the_words_say_where_the_rank_would_move_and_past_whom():
    assert in_words(WSJF, []) == "The rank holds if any weight moves by a tenth."
    found = [Shift("value", 1.1, 2, (7, 8)), Shift("risk_reduction", 0.9, 5, (9,))]
    assert in_words(WSJF, found, {8: "DMD-0008", 9: "DMD-0009"}) == (
        "The rank would be 2 if value counted a tenth more (past DMD-0008) "
        "and 5 if risk reduction counted a tenth less (past DMD-0009)."
    )


def test_a_mark_that_cannot_be_divided_by_is_refused():
    with pytest.raises(ValueError, match="above zero"):
        raw_scores(WSJF, [[1, 2, 3, 0]])
