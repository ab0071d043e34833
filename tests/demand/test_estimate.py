from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demand.estimate import ThreePoint, outlook, three_point

POINTS = st.lists(st.integers(0, 2000), min_size=3, max_size=3).map(
    lambda points: ThreePoint(*sorted(points))
)


@given(POINTS)
def test_the_mean_of_a_line_lies_between_low_and_high(line):
    found = outlook([line])
    assert line.low - 1e-9 <= found.mean <= line.high + 1e-9
    assert found.mean <= found.p80 <= line.high + 1e-9 or line.low < line.high


@given(st.lists(POINTS, max_size=8))
def test_means_add_up_and_deviations_grow_slower_than_their_sum(lines):
    single = [outlook([line]) for line in lines]
    together = outlook(lines)
    assert isclose(together.mean, sum(one.mean for one in single), abs_tol=1e-6)
    assert together.deviation <= sum(one.deviation for one in single) + 1e-6
    assert together.p80 <= sum(one.p80 for one in single) + 1e-6


@given(POINTS, st.integers(0, 2000))
def test_a_price_per_day_turns_days_into_money(line, rate):
    days, money = outlook([line]), outlook([line.times(rate)])
    assert isclose(money.mean, days.mean * rate, abs_tol=1e-6)
    assert isclose(money.p80, days.p80 * rate, abs_tol=1e-6)


def test_the_figures_of_one_line_by_hand():
    found = outlook([three_point(90, 115, 150)])
    assert round(found.mean, 2) == 116.67
    assert found.deviation == 10
    assert round(found.p80, 2) == 125.08
    assert outlook([]) == (0, 0, 0, 0)


@pytest.mark.parametrize("points", [(5, 4, 6), (1, 7, 6), (-1, 0, 1)])
def test_an_estimate_that_does_not_rise_is_refused(points):
    with pytest.raises(ValueError, match="rises from low"):
        three_point(*points)


def test_a_negative_rate_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        three_point(1, 2, 3).times(-1)
