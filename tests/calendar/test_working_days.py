from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from changeoffice.calendar.working_days import EPOCH, WorkingDays, day_date, day_number

DATES = st.dates(date(2008, 1, 1), date(2040, 12, 31))
NEAR = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@st.composite
def calendars(draw):
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    days_off = draw(st.sets(NEAR, max_size=40))
    return WorkingDays(weekdays, days_off, date(2025, 6, 1), date(2026, 3, 31))


def worked(calendar, day):
    return day.weekday() in calendar.weekdays and day not in calendar.days_off


def walk_to_work(calendar, day):
    while not worked(calendar, day):
        day += timedelta(days=1)
    return day


def count(calendar, frm, to):
    frm, to = walk_to_work(calendar, frm), walk_to_work(calendar, to)
    if to < frm:
        return -count(calendar, to, frm)
    return sum(worked(calendar, frm + timedelta(days=i)) for i in range((to - frm).days))


@given(calendars(), NEAR, NEAR)
def test_slip_equals_walking_the_days(calendar, frm, to):
    assert calendar.slip(frm, to) == count(calendar, frm, to)


@given(calendars(), NEAR, NEAR)
def test_slip_backward_is_the_slip_forward_negated(calendar, frm, to):
    assert calendar.slip(frm, to) == -calendar.slip(to, frm)


@given(calendars(), NEAR)
def test_a_day_off_counts_as_the_next_working_day(calendar, day):
    following = walk_to_work(calendar, day)
    assert calendar.next_working(day) == following
    assert calendar.slip(day, following) == 0
    assert calendar.is_working(day) == worked(calendar, day)


@given(calendars(), NEAR, st.integers(-400, 400))
def test_adding_working_days_is_the_inverse_of_slip(calendar, day, n):
    later = calendar.add(day, n)
    assert worked(calendar, later)
    assert calendar.slip(day, later) == n


@given(calendars(), DATES, DATES)
@settings(max_examples=50)
def test_any_year_works_and_ordinals_do_not_move_as_the_table_grows(calendar, a, b):
    day = day_number(date(2025, 7, 1))
    before = calendar.ordinals([day])[0]
    slip = calendar.slip(a, b)
    assert calendar.ordinals([day])[0] == before
    fresh = WorkingDays(calendar.weekdays, calendar.days_off, date(2007, 1, 1), date(2041, 12, 31))
    assert fresh.slip(a, b) == slip


@given(calendars(), st.lists(st.tuples(NEAR, NEAR, st.integers(-50, 50)), min_size=1))
def test_columns_give_the_same_as_single_days(calendar, rows):
    frm = np.array([day_number(a) for a, _, _ in rows])
    to = np.array([day_number(b) for _, b, _ in rows])
    n = np.array([k for _, _, k in rows])
    assert calendar.slips(frm, to).tolist() == [calendar.slip(a, b) for a, b, _ in rows]
    added = [day_date(d) for d in calendar.adds(frm, n).tolist()]
    assert added == [calendar.add(a, k) for a, _, k in rows]


@given(calendars(), NEAR, NEAR)
def test_between_lists_the_working_days_of_a_half_open_range(calendar, start, end):
    days = calendar.between(start, end)
    span = range(max(0, (end - start).days))
    assert days == [d for d in (start + timedelta(days=i) for i in span) if worked(calendar, d)]


PAUSES = st.lists(st.tuples(NEAR, st.none() | NEAR), max_size=5)


@given(calendars(), NEAR, st.integers(0, 120), PAUSES)
def test_a_stage_clock_counts_each_unpaused_working_day_once(calendar, entered, length, pauses):
    left = entered + timedelta(days=length)

    def is_paused(day):
        return any(start <= day and (end is None or day < end) for start, end in pauses)

    # A stage that ends on a day off ends on the next working day, like any other date.
    days = calendar.between(entered, left)
    tail = calendar.slip(entered, left) - len(days)
    assert tail == 0
    expected = sum(not is_paused(day) for day in days)
    assert calendar.elapsed(entered, left, pauses) == expected


@given(calendars(), NEAR, st.integers(0, 90), st.integers(0, 60), PAUSES)
def test_a_stage_is_within_its_limit_until_its_deadline(calendar, entered, length, limit, pauses):
    today = entered + timedelta(days=length)
    within = calendar.elapsed(entered, today, pauses) <= limit
    assert within == (calendar.slip(today, calendar.deadline(entered, limit, today, pauses)) >= 0)


def test_the_entry_day_is_day_zero_and_a_question_stops_the_clock():
    calendar = WorkingDays()
    monday, next_monday = date(2026, 11, 2), date(2026, 11, 9)
    assert calendar.elapsed(monday, monday) == 0
    assert calendar.elapsed(monday, next_monday) == 5
    asked = [(date(2026, 11, 4), date(2026, 11, 6))]
    assert calendar.elapsed(monday, next_monday, asked) == 3
    assert calendar.elapsed(monday, next_monday, [(date(2026, 11, 4), None)]) == 2


def test_an_instant_is_refused_because_its_day_depends_on_a_time_zone():
    with pytest.raises(TypeError, match="time zone"):
        WorkingDays().slip(datetime(2026, 11, 2, 9), date(2026, 11, 3))


def test_a_calendar_without_working_days_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        WorkingDays(weekdays=())
    with pytest.raises(ValueError, match="before it begins"):
        WorkingDays(first=date(2026, 1, 2), last=date(2026, 1, 1))


def test_impossible_days_are_refused_clearly():
    with pytest.raises(ValueError, match="not dates"):
        WorkingDays().ordinals([-(2**31)])
    with pytest.raises(OverflowError, match="no working day"):
        WorkingDays().add(date(2026, 1, 1), 10_000_000)


def test_empty_columns_stay_empty():
    assert WorkingDays().slips([], []).tolist() == []
    assert day_date(0) == EPOCH
