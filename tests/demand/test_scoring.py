from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from demand.ranking import HORIZON, Ranked, circle, in_order
from demand.scoring import WSJF, outcome

TODAY = date(2026, 11, 20)
SCORE = st.decimals(1, 10, places=1)
ROWS = st.lists(st.tuples(SCORE, SCORE, SCORE, SCORE), min_size=1, max_size=12)
NEAR = st.none() | st.integers(-30, 900).map(lambda days: TODAY + timedelta(days=days))


def scored(row):
    return Decimal(str(outcome(WSJF, dict(zip(WSJF.codes, row, strict=True))).index))


@st.composite
def rankings(draw):
    rows = draw(ROWS)
    ids = draw(st.permutations(range(1, len(rows) + 1)))
    places = st.none() | st.integers(1, len(rows))
    return rows, [
        Ranked(pk, scored(row), draw(NEAR), draw(places) if draw(st.booleans()) else None)
        for pk, row in zip(ids, rows, strict=True)
    ]


@st.composite
def chained(draw):
    """A ranking in which some need others; any pair that would close a circle is left out."""
    rows, ranked = draw(rankings())
    ids = [row.id for row in ranked]
    pairs = []
    for pair in draw(st.lists(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=15)):
        if pair not in pairs and not circle(pairs, *pair):
            pairs.append(pair)
    needs = {pk: tuple(n for one, n in pairs if one == pk) for pk in ids}
    return rows, [row._replace(needs=needs[row.id]) for row in ranked]


def place_of(pk, ranked):
    return [found for found, _ in in_order(ranked, TODAY)].index(pk) + 1


@given(chained())
def test_everyone_stands_once_and_the_order_given_does_not_matter(case):
    _, ranked = case
    order = in_order(ranked, TODAY)
    assert sorted(pk for pk, _ in order) == sorted(row.id for row in ranked)
    assert in_order(reversed(ranked), TODAY) == order


@given(chained(), st.data())
def test_more_benefit_never_lowers_a_rank_and_a_larger_job_never_raises_it(case, data):
    rows, ranked = case
    at = data.draw(st.integers(0, len(rows) - 1))
    part = data.draw(st.integers(0, 3))
    raised = list(rows[at])
    raised[part] = data.draw(st.decimals(raised[part], 10, places=1))
    old = ranked[at]
    new = old._replace(score=scored(raised))
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


@given(chained())
def test_nobody_stands_before_what_they_need_and_only_what_is_needed_is_pulled_up(case):
    natural = [row for row in case[1] if row.moved_to is None]
    here = {row.id for row in natural}
    order = in_order(natural, TODAY)
    place = {pk: n for n, (pk, _) in enumerate(order)}
    for row in natural:
        assert all(place[n] < place[row.id] for n in row.needs if n in here)
    alone = [pk for pk, _ in in_order([row._replace(needs=()) for row in natural], TODAY)]
    pulled = {pk for pk, why in order if why == "needed"}
    assert [pk for pk, _ in order if pk not in pulled] == [pk for pk in alone if pk not in pulled]
    needed = {n for row in natural for n in row.needs}
    assert pulled <= needed


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=20), st.integers(1, 8),
       st.integers(1, 8))  # fmt: skip
def test_a_circle_is_found_exactly_when_there_is_a_way_back(pairs, demand, needs):
    reached, before = {needs}, None
    while reached != before:
        before = set(reached)
        reached |= {other for one, other in pairs if one in reached}
    found = circle(pairs, demand, needs)
    assert bool(found) == (demand in reached)
    if len(found) > 1:
        steps = list(zip(found, [*found[1:], demand], strict=True))
        assert found[:2] == [demand, needs]
        assert set(steps[1:]) <= set(pairs)
