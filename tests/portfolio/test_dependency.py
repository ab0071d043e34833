from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from changeoffice.calendar.working_days import WorkingDays, day_number
from portfolio.dependency import (
    Level,
    alerts_to_send,
    gap,
    level_of,
    need_by_default,
    pace,
    slip,
    slips,
    tolerance_used,
    tolerances_used,
)

CALENDAR = WorkingDays(days_off=[date(2026, 12, 25), date(2026, 12, 28)])
USED = st.one_of(
    st.floats(0, 300), st.sampled_from([0.0, 40.0, 50.0, 70.0, 80.0, 90.0, 100.0, 100.01])
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@given(DAYS, DAYS, st.integers(-20, 20))
def test_gap_is_slip_seen_from_the_getter(need_by, giver_on, lag):
    late = slip(CALENDAR, need_by, giver_on, lag)
    assert gap(CALENDAR, need_by, giver_on, lag) == -late
    column = slips(CALENDAR, [day_number(need_by)], [day_number(giver_on)], [lag])
    assert column.tolist() == [late]


@given(DAYS, st.integers(-20, 20))
def test_a_giver_on_baseline_does_not_slip_against_the_default_need_by(baseline, lag):
    assert slip(CALENDAR, need_by_default(CALENDAR, baseline, lag), baseline, lag) == 0


@given(st.integers(-100, 300), st.integers(0, 60))
def test_breached_means_later_than_the_tolerance_allows(late, tolerance):
    breached = level_of(tolerance_used(late, tolerance)) is Level.BREACHED
    assert breached == (late > tolerance)


@given(st.integers(-100, 300), st.integers(0, 60))
def test_more_slip_never_uses_less_and_more_tolerance_never_uses_more(late, tolerance):
    used = tolerance_used(late, tolerance)
    assert tolerance_used(late + 1, tolerance) >= used >= tolerance_used(late, tolerance + 1)
    assert used >= 0
    assert tolerances_used([late], [tolerance]).tolist() == [used]


def test_a_tolerance_of_zero_is_breached_by_one_day():
    assert tolerance_used(0, 0) == 0
    assert level_of(tolerance_used(1, 0)) is Level.BREACHED
    assert level_of(tolerance_used(1, 1)) is Level.ALL


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        tolerance_used(1, -1)


@given(st.lists(USED, max_size=60))
def test_no_level_is_told_twice_unless_it_fell_back_ten_points(readings):
    told, told_at = Level.CALM, {}
    for when, used in enumerate(readings):
        alert, told = alerts_to_send(told, used)
        if alert is None:
            continue
        assert alert is level_of(used)
        if alert in told_at:
            since = readings[told_at[alert] + 1 : when]
            assert min(since) <= alert.rearmed_at
        told_at[alert] = when


@given(st.lists(USED, max_size=60))
def test_every_level_reached_for_the_first_time_is_told(readings):
    told, highest = Level.CALM, Level.CALM
    for used in readings:
        alert, told = alerts_to_send(told, used)
        if level_of(used) > highest:
            assert alert is level_of(used)
        highest = max(highest, level_of(used))


@given(st.lists(USED, max_size=20))
def test_a_rising_use_is_told_level_by_level_and_never_down(readings):
    told, alerts = Level.CALM, []
    for used in sorted(readings):
        alert, told = alerts_to_send(told, used)
        alerts += [alert] if alert else []
    assert alerts == sorted(set(alerts))


@given(st.sampled_from(Level), USED)
def test_asking_again_with_nothing_changed_tells_nothing(told, used):
    _, remembered = alerts_to_send(told, used)
    assert alerts_to_send(remembered, used) == (None, remembered)


def test_a_level_is_told_again_only_after_ten_points():
    alert, told = alerts_to_send(Level.CALM, 85)
    assert alert is Level.MOST
    assert alerts_to_send(told, 71) == (None, Level.MOST)
    alert, told = alerts_to_send(told, 70)
    assert (alert, told) == (None, Level.HALF)
    assert alerts_to_send(told, 80) == (Level.MOST, Level.MOST)


def test_a_jump_to_a_breach_is_one_message():
    assert alerts_to_send(Level.CALM, 130) == (Level.BREACHED, Level.BREACHED)


def test_erosion_per_week_and_the_days_to_a_breach():
    series = [(date(2026, 10, 9), 4), (date(2026, 10, 23), 7)]
    assert pace(series, tolerance=10) == (1.5, 11)
    assert pace(series, tolerance=6) == (1.5, 0)
    assert pace([], tolerance=5) == (0.0, None)
    assert pace(series[:1], tolerance=5) == (0.0, None)
    assert pace([(date(2026, 1, 1), 5), (date(2026, 1, 8), 3)], tolerance=5) == (-2.0, None)


@given(st.integers(1, 20), st.integers(1, 100), st.integers(0, 40))
def test_the_days_to_a_breach_are_the_first_day_beyond_the_tolerance(risen, span, tolerance):
    start = date(2026, 1, 5)
    found = pace([(start, 0), (start + timedelta(days=span), risen)], tolerance)
    if risen > tolerance:
        assert found.days_to_breach == 0
    else:
        a_day = found.erosion_per_week / 5
        assert risen + a_day * found.days_to_breach > tolerance - 1e-9
        assert risen + a_day * (found.days_to_breach - 1) <= tolerance + 1e-9
