"""How estimates turn out, and what waiting costs: pure cores."""

from datetime import date, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.accuracy import FEWEST, Traits, bias, closest, likeness, ratio
from demand.cost_of_delay import PROFILES, cost
from demand.estimate import outlook, three_point

TODAY = date(2026, 11, 20)
RATIOS = st.lists(st.floats(0.05, 20), max_size=12)
WORDS = st.lists(st.sampled_from(["payment", "holds", "chat", "reasons", "app"]), max_size=4)
TRAITS = st.builds(
    Traits, WORDS.map(" ".join), st.frozensets(st.integers(1, 4)),
    st.sampled_from(["", "strategic", "regulatory"]), st.sampled_from(["", "S", "L"]),
)  # fmt: skip
AHEAD = st.integers(0, 900).map(lambda days: TODAY + timedelta(days=days))


@given(RATIOS)
def test_a_bias_is_the_median_of_three_or_more_and_nothing_before(ratios):
    found = bias(ratios)
    assert found.count == len(ratios)
    assert found.ratio == (pytest.approx(median(ratios)) if len(ratios) >= FEWEST else None)
    assert ("Not enough yet" in found.words) == (len(ratios) < FEWEST)


def test_a_bias_is_told_in_words():
    assert bias([1.2, 1.3, 0.9]).words == (
        "In the middle of your 3 delivered estimates it took 20 % more than estimated."
    )
    assert "5 % less than" in bias([0.95] * 4).words and "just what was" in bias([1, 1, 1]).words
    assert bias([None, 1.0]).words.startswith("Not enough yet: 1 of yours has")


@given(TRAITS, TRAITS)
def test_likeness_is_the_same_both_ways_and_most_with_oneself(one, other):
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= likeness(one, one) + 1e-9 <= 1 + 1e-9


@given(TRAITS, st.lists(TRAITS, max_size=8))
def test_the_closest_come_first_and_what_has_nothing_in_common_not_at_all(one, others):
    found = closest(one, others)
    near = [likeness(one, others[place]) for place in found]
    assert near == sorted(near, reverse=True) and len(set(found)) == len(found) <= 5
    assert all(value > 0 for value in near)


@pytest.mark.parametrize(
    ("actual", "estimated", "found"),
    [(130, 100, "1.300"), (None, 100, None), (5, 0, None), (0, 5, None), (10**9, 1, "999.000")],
)
def test_a_ratio_says_nothing_where_there_is_nothing_to_compare(actual, estimated, found):
    given_actual = None if actual is None else Decimal(actual)
    assert ratio(given_actual, Decimal(estimated)) == (found and Decimal(found))


@given(st.sampled_from([code for code, _ in PROFILES]), AHEAD, AHEAD, AHEAD)
def test_waiting_longer_never_costs_less_and_never_more_than_every_month(profile, one, other, turn):
    first, last = sorted((one, other))
    sooner, later = (cost(Decimal(3000), profile, TODAY, day, turn) for day in (first, last))
    assert 0 <= sooner <= later <= cost(Decimal(3000), "linear", TODAY, last, None)


def test_the_three_ways_waiting_costs_by_hand():
    half, year = date(2027, 5, 21), date(2027, 11, 20)
    assert cost(Decimal(12000), "linear", TODAY, year, None) == Decimal("143901.44")
    after = cost(Decimal(12000), "fixed_date", TODAY, year, half)
    before = cost(Decimal(12000), "peak", TODAY, year, half)
    assert after + before == pytest.approx(Decimal("143901.44"), abs=Decimal("0.02"))
    with pytest.raises(ValueError, match="needs a date"):
        cost(Decimal(1), "peak", TODAY, year, None)


@given(st.lists(st.lists(st.integers(0, 2000), min_size=3, max_size=3), max_size=8))
def test_p50_lies_within_the_range_and_on_the_likelys_side_of_the_mean(points):
    lines = [three_point(*sorted(one)) for one in points]
    found = outlook(lines)
    assert abs(found.p50 - found.mean) <= found.deviation / 3 + 1e-6
    for line in lines:
        alone = outlook([line])
        assert line.low - 1e-6 <= alone.p50 <= line.high + 1e-6
        assert (alone.p50 - alone.mean) * (line.likely - alone.mean) >= -1e-6


def test_p50_of_an_even_range_is_its_mean_and_of_a_long_tail_below_it():
    assert outlook([three_point(10, 20, 30)]).p50 == 20
    tail = outlook([three_point(10, 12, 60)])
    assert 12 < tail.p50 < tail.mean < tail.p80
