"""The colours against a slow reading of the same rules, one project and dimension at a time."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.judging import (
    AMBER,
    COMPLETE,
    COST,
    DIMENSION_COUNT,
    GREEN,
    NO_DATA,
    RED,
    SCHEDULE,
    STALE,
    Limits,
    Reason,
    judge,
    over_budget,
    overall,
    worst_of,
)

COLOURS = st.sampled_from([NO_DATA, STALE, COMPLETE, GREEN, AMBER, RED])
REASONS = st.sampled_from(
    [Reason.NO_DATA, Reason.STALE, Reason.COMPLETE, Reason.MILESTONE, Reason.BUDGET]
)
VALUES = st.integers(-20, 40)


@st.composite
def limits(draw):
    amber = draw(st.integers(0, 20))
    return amber, draw(st.integers(amber, 30)), amber * 80 // 100


CELLS = st.tuples(VALUES, REASONS, COLOURS, limits())
PROJECTS = st.lists(
    st.lists(CELLS, min_size=DIMENSION_COUNT, max_size=DIMENSION_COUNT), min_size=1, max_size=6
)


def column(rows, pick):
    return np.array([[pick(cell) for cell in row] for row in rows], dtype=np.int64)


def judged(rows):
    return judge(
        column(rows, lambda cell: cell[0]),
        column(rows, lambda cell: cell[1]),
        column(rows, lambda cell: cell[2]),
        Limits(*(column(rows, lambda cell, at=at: cell[3][at]) for at in range(3))),
    )


def slow_colour(value, reason, previous, limit):
    amber, red, back = limit
    if reason in (Reason.NO_DATA, Reason.STALE, Reason.COMPLETE):
        return {Reason.NO_DATA: NO_DATA, Reason.STALE: STALE, Reason.COMPLETE: COMPLETE}[reason]
    if value > red:
        return RED
    if value > amber:
        return AMBER
    if previous in (AMBER, RED) and value > back:
        return AMBER
    return GREEN


def slow_overall(colours):
    if RED in colours:
        return RED
    keys = colours[SCHEDULE], colours[COST]
    if STALE in keys:
        return STALE
    if NO_DATA in keys:
        return NO_DATA
    rated = [colour for colour in colours if colour in (GREEN, AMBER)]
    return max(rated) if rated else COMPLETE


@given(PROJECTS)
def test_colours_equal_the_rule_read_one_cell_at_a_time(rows):
    assert judged(rows).tolist() == [[slow_colour(*cell) for cell in row] for row in rows]


@given(st.lists(st.lists(COLOURS, min_size=7, max_size=7), min_size=1, max_size=6))
def test_overall_is_the_worst_and_unknown_without_schedule_or_cost(colours):
    found = overall(np.array(colours))
    assert found.tolist() == [slow_overall(row) for row in colours]


@given(PROJECTS)
def test_one_project_alone_reads_as_it_does_among_all(rows):
    together = judged(rows)
    alone = [judged([row])[0].tolist() for row in rows]
    assert together.tolist() == alone
    assert overall(together).tolist() == [int(overall(np.array([row]))[0]) for row in alone]


@given(CELLS)
def test_a_higher_value_never_looks_better(cell):
    value, _, previous, limit = cell
    lower = colour_of(value, previous, limit)
    assert colour_of(value + 1, previous, limit) >= lower


@given(CELLS, st.integers(0, 10), st.integers(0, 10))
def test_tighter_limits_never_look_better(cell, off_amber, off_red):
    value, _, previous, (amber, red, _) = cell
    tight = max(0, amber - off_amber)
    tighter = (tight, max(tight, red - off_red), tight * 80 // 100)
    before = colour_of(value, previous, (amber, red, amber * 80 // 100))
    assert colour_of(value, previous, tighter) >= before


@given(limits(), st.lists(st.integers(-6, 3), max_size=30))
def test_a_value_that_wavers_about_a_limit_does_not_flicker(limit, wavering):
    """Once amber it stays so until the value is at or below the return limit."""
    amber, _, back = limit
    colour = GREEN
    for step in wavering:
        now = amber + step
        before, colour = colour, colour_of(now, colour, limit)
        if before in (AMBER, RED) and colour == GREEN:
            assert now <= back


def colour_of(value, previous, limit):
    return int(judged([[(value, Reason.MILESTONE, previous, limit)] * DIMENSION_COUNT])[0, 0])


ROWS = st.lists(st.tuples(st.integers(0, 4), VALUES, st.integers(1, 99)), max_size=20)


@given(ROWS)
def test_the_worst_record_is_the_highest_value_and_of_equals_the_oldest(rows):
    at, value, ids = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(3))
    best, worst, found = worst_of(5, at, value, ids)
    for project in range(5):
        mine = [(-row[1], row[2]) for row in rows if row[0] == project]
        assert bool(found[project]) == bool(mine)
        if mine:
            top, first = min(mine)
            assert (int(best[project]), int(worst[project])) == (-top, first)


@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_cost_is_read_in_hundredths_of_a_per_cent(budget, expected):
    exact = Decimal(10_000) * (expected - budget) / budget
    found = int(over_budget(budget, expected))
    assert abs(found - exact) <= Decimal("0.5000001") + abs(exact) / 10**12


@pytest.mark.parametrize(
    ("budget", "expected", "share"), [(100, 105, 500), (300, 330, 1000), (200, 199, -50)]
)
def test_a_cost_on_its_limit_is_not_beyond_it(budget, expected, share):
    assert int(over_budget(budget, expected)) == share
