import itertools
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from changeoffice.calendar.working_days import WorkingDays, day_date, day_number
from portfolio import what_if as what_if_module
from portfolio.columns import NO_DAY, LinkType
from portfolio.graph import LoopError
from portfolio.network import Links, Network, Nodes
from portfolio.what_if import what_if

CALENDAR = WorkingDays(days_off=[date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1)])
FIRST = day_number(date(2026, 3, 1))
DAYS = st.integers(FIRST, FIRST + 90)


@st.composite
def networks(draw, max_nodes=12):
    """Node and link rows of a random network: ids are shuffled, links lead to later rows."""
    n = draw(st.integers(1, max_nodes))
    ids = draw(st.permutations(range(100, 100 + n)))
    nodes = []
    for node in ids:
        start, point = draw(DAYS), draw(st.booleans())
        finish = start if point else start + draw(st.integers(0, 30))
        fixed = draw(st.integers(0, 9)) == 0
        nodes.append((node, start, finish, point, fixed))
    links = []
    for link in range(draw(st.integers(0, 3 * n)) if n > 1 else 0):
        a = draw(st.integers(0, n - 2))
        b = draw(st.integers(a + 1, n - 1))
        at_point = nodes[a][3] or nodes[b][3]
        kind = LinkType.FINISH_START if at_point else draw(st.sampled_from(LinkType))
        links.append((1000 + link, ids[a], ids[b], draw(st.integers(-5, 10)), kind))
    return nodes, draw(st.permutations(links))


def built(nodes, links, **extra):
    ids, start, finish, points, fixed = zip(*nodes, strict=True)
    columns = zip(*links, strict=True) if links else ((), (), ())
    return Network.build(
        CALENDAR,
        Nodes(ids=ids, finish=finish, start=start, points=points, fixed=fixed, **extra),
        Links(*columns),
    )


def slow_dates(nodes, links, dropped=()):
    """Day by day in plain Python: push every node until no link is broken."""
    begin, end, own = {}, {}, {}
    for node, start, finish, _, fixed in nodes:
        begin[node], end[node] = (CALENDAR.next_working(day_date(d)) for d in (start, finish))
        own[node] = (start, finish, begin[node], fixed)
    length = {node: CALENDAR.slip(begin[node], end[node]) for node in begin}
    changed = True
    while changed:
        changed = False
        for _, giver, getter, lag, kind in links:
            if own[getter][3] or giver in dropped:
                continue
            from_finish = kind in (LinkType.FINISH_START, LinkType.FINISH_FINISH)
            held = CALENDAR.add(end[giver] if from_finish else begin[giver], lag)
            if kind in (LinkType.FINISH_FINISH, LinkType.START_FINISH):
                held = CALENDAR.add(held, -length[getter])
            if held > begin[getter]:
                begin[getter], end[getter] = held, CALENDAR.add(held, length[getter])
                changed = True
    return {
        node: own[node][:2]
        if begin[node] == own[node][2]
        else (day_number(begin[node]), day_number(end[node]))
        for node in begin
    }


def dates(network):
    days = zip(network.expected_start_on.tolist(), network.expected_on.tolist(), strict=True)
    return dict(zip(network.ids.tolist(), days, strict=True))


@given(networks())
def test_expected_dates_equal_pushing_every_date_by_hand(case):
    assert dates(built(*case)) == slow_dates(*case)


@given(networks())
def test_nothing_is_expected_before_its_typed_forecast_and_what_is_met_stays(case):
    network = built(*case)
    for node, start, finish, _, fixed in case[0]:
        expected = dates(network)[node]
        assert expected >= (start, finish)
        if fixed:
            assert expected == (start, finish)


@given(networks())
def test_a_chain_ends_in_the_node_and_begins_with_a_date_of_its_own(case):
    network = built(*case)
    by_id = {link[0]: link for link in case[1]}
    for node in network.ids.tolist():
        chain = network.chain(node)
        assert chain[-1].node == node
        first = network.row(chain[0].node)
        assert chain[0].link is None
        assert network.expected[first] == network.start[first]
        for before, step in itertools.pairwise(chain):
            assert by_id[step.link][1:3] == (before.node, step.node)


@given(networks(), st.data())
def test_total_float_is_how_far_a_date_may_slip_before_a_chain_end_moves(case, data):
    nodes, links = case
    network = built(nodes, links)
    row = data.draw(st.integers(0, len(nodes) - 1))
    assume(not network.fixed[row])
    ends = [node for node in network.ids.tolist() if is_an_end(node, nodes, links)]
    spare = int(network.total_float[row])
    assert spare >= int(network.free_float[row]) >= 0
    before, within = dates(network), dates(later(network, nodes, links, row, spare))
    beyond = dates(later(network, nodes, links, row, spare + 1))
    others = [node for node in ends if node != network.ids[row]]
    assert all(within[node] == before[node] for node in others)
    itself = network.ids[row] in ends
    assert itself or any(beyond[node] != before[node] for node in others)


def is_an_end(node, nodes, links):
    met = {row[0] for row in nodes if row[4]}
    return not any(link[1] == node and link[2] not in met for link in links)


def later(network, nodes, links, row, working_days):
    """The network when one node is expected `working_days` later than now."""
    start, length = network.expected[row] + working_days, network.duration[row]
    days = CALENDAR.days_of([start, start + length]).tolist()
    moved = [(n[0], *days, *n[3:]) if i == row else n for i, n in enumerate(nodes)]
    return built(moved, links)


@given(networks(), st.data())
def test_free_float_is_how_far_a_date_may_slip_before_any_other_moves(case, data):
    nodes, links = case
    network = built(nodes, links)
    row = data.draw(st.integers(0, len(nodes) - 1))
    assume(not network.fixed[row])
    assume(not is_an_end(network.ids[row], nodes, links))
    spare, before = int(network.free_float[row]), dates(network)

    def others(days):
        moved = dates(later(network, nodes, links, row, days))
        return {node: day for node, day in moved.items() if node != network.ids[row]}

    assert all(before[node] == day for node, day in others(spare).items())
    assert any(before[node] != day for node, day in others(spare + 1).items())


@given(networks())
def test_the_critical_chain_leads_to_the_latest_finish_without_float(case):
    network = built(*case)
    chain = network.critical_chain()
    last = network.row(chain[-1].node)
    assert network.expected_finish[last] == network.expected_finish.max()
    for before, step in itertools.pairwise(chain):
        link = network.link_ids.tolist().index(step.link)
        reached = network.expected[network.row(before.node)] + network.weight[link]
        assert reached == network.expected[network.row(step.node)]


@st.composite
def changes(draw):
    nodes, links = draw(networks())
    overlays = {}
    for node, start, _, point, _ in nodes:
        what = draw(st.integers(0, 5))
        day = draw(DAYS)
        if what == 0:
            overlays[node] = day
        elif what == 1 and not point:
            overlays[node] = (start, start + draw(st.integers(0, 30)))
    dropped = draw(st.sets(st.sampled_from([row[0] for row in nodes]), max_size=2))
    return nodes, links, overlays, dropped


def overlaid(nodes, overlays):
    for node, start, finish, point, fixed in nodes:
        days = overlays.get(node, (start, finish))
        if not isinstance(days, tuple):
            days = (days if point else min(start, days), days)
        yield (node, *days, point, fixed)


@given(changes(), st.booleans())
@settings(max_examples=300)
def test_what_if_equals_computing_everything_anew(change, whole_pass):
    nodes, links, overlays, dropped = change
    network = built(nodes, links)
    before = dates(network)
    limit = what_if_module.HEAP_LIMIT
    what_if_module.HEAP_LIMIT = 0 if whole_pass else limit
    try:
        result = what_if(network, overlays, dropped)
    finally:
        what_if_module.HEAP_LIMIT = limit
    anew = slow_dates(list(overlaid(nodes, overlays)), links, dropped)
    moved = {node for node in anew if anew[node] != before[node]} - dropped
    found = {move.node: move for move in result.moves()}
    assert found.keys() == moved
    assert len(result) == len(moved)
    for node, move in found.items():
        assert (move.old_start, move.old_day) == before[node]
        assert (move.new_start, move.new_day) == anew[node]
        assert move.working_days == CALENDAR.slip(day_date(move.old_day), day_date(move.new_day))
        assert result.chain(node)[-1].day == move.new_day
    assert dates(network) == before


@given(networks(), st.data())
def test_a_link_that_closes_a_loop_is_refused_naming_the_loop(case, data):
    nodes, links = case
    network = built(nodes, links)
    giver, getter = (data.draw(st.sampled_from(network.ids.tolist())) for _ in range(2))
    loop = network.loop_closed_by(giver, getter)
    new = [*links, (5000, giver, getter, 0, LinkType.FINISH_START)]
    if loop is None:
        network.refuse_loop(giver, getter)
        built(nodes, new)
        return
    known = {link[1:3] for link in links} | {(giver, getter)}
    assert loop[0] == loop[-1] == giver
    assert loop[1] == getter
    assert all(pair in known for pair in itertools.pairwise(loop))
    with pytest.raises(LoopError) as refused:
        network.refuse_loop(giver, getter)
    assert refused.value.loop == loop
    with pytest.raises(LoopError) as unbuilt:
        built(nodes, new)
    named = unbuilt.value.loop
    assert named[0] == named[-1]
    assert all(pair in known for pair in itertools.pairwise(named))


@pytest.mark.parametrize("shape", ["wide", "deep"])
def test_wide_and_deep_networks_agree_with_a_plain_pass(shape):
    n, random = 3000, np.random.default_rng(7)
    giver = random.integers(0, n - 1, 9000)
    reach = n if shape == "wide" else 4
    getter = np.minimum(giver + random.integers(1, reach, 9000), n - 1)
    giver, getter = giver[giver < getter], getter[giver < getter]
    lag = random.integers(-3, 6, len(giver))
    finish = FIRST + random.integers(0, 300, n)
    network = Network.build(
        CALENDAR,
        Nodes(ids=np.arange(n), finish=finish),
        Links(np.arange(len(giver)), giver, getter, lag),
    )
    expected = CALENDAR.ordinals(finish).tolist()
    for link in np.argsort(giver, kind="stable").tolist():
        reached = expected[giver[link]] + int(lag[link])
        expected[getter[link]] = max(expected[getter[link]], reached)
    assert network.expected.tolist() == expected
    assert (network.level[giver] < network.level[getter]).all()


def test_a_due_date_that_is_passed_shows_as_negative_float():
    monday = day_number(date(2026, 6, 1))
    network = Network.build(
        CALENDAR,
        Nodes(ids=[1, 2], finish=[monday, monday], due=[NO_DAY, monday + 1]),
        Links(ids=[9], giver=[1], getter=[2], lag=[3]),
    )
    assert network.total_float.tolist() == [-2, -2]
    assert [step.node for step in network.critical_chain(2)] == [1, 2]


def test_what_cannot_be_a_network_is_refused_with_the_reason():
    points = Nodes(ids=[1, 2], finish=[FIRST, FIRST])
    with pytest.raises(ValueError, match="given twice"):
        Network.build(CALENDAR, Nodes(ids=[1, 1], finish=[FIRST, FIRST]))
    with pytest.raises(ValueError, match="node 3, which is not"):
        Network.build(CALENDAR, points, Links(ids=[9], giver=[1], getter=[3]))
    with pytest.raises(ValueError, match="only finish-start"):
        Network.build(CALENDAR, points, Links([9], [1], [2], kind=[LinkType.START_START]))
    with pytest.raises(ValueError, match="finishes before it starts"):
        Network.build(CALENDAR, Nodes(ids=[1], finish=[FIRST], start=[FIRST + 30]))
    with pytest.raises(KeyError):
        what_if(Network.build(CALENDAR, points), {7: FIRST})


def test_an_empty_network_has_nothing_to_say():
    network = Network.build(CALENDAR, Nodes(ids=[], finish=[]))
    assert network.expected_on.tolist() == []
    assert network.total_float.tolist() == []
    assert network.critical_chain() == []
    assert what_if(network).moves() == []
