"""The KPIs: reckoned from stored facts alone, with their lists, their trend and their targets."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.people.models import BusinessUnit
from changeoffice.core.record import clock
from changeoffice.insight import rollup
from changeoffice.insight.kpis import reading
from changeoffice.insight.kpis.definitions import KPIS, Fact
from changeoffice.insight.measures import measure
from changeoffice.insight.models import DailyFact, FactDay, KpiTarget
from demand import ageing
from demand.models import Demand

NEED = "Customers call us because the app does not say why."


# Pure -----------------------------------------------------------------------------------------------
@given(st.integers(0, 50), st.integers(0, 50))
def test_a_share_is_part_of_the_whole(part, rest):
    facts = {
        "sla_met": Fact(Decimal(part), part),
        "sla_stages": Fact(Decimal(part + rest), part + rest),
    }
    found = KPIS["decided-within-limit"].reckon(facts)
    assert found is None if part + rest == 0 else 0 <= found <= 100


def test_every_kpi_is_made_of_measures_that_are_stored():
    for kpi in KPIS.values():
        assert kpi.measures and all(measure(code) for code in kpi.measures), kpi.slug


# Read ------------------------------------------------------------------------------------------------
@pytest.fixture
def counted(db):
    """Facts of this week and of four weeks ago."""
    today = clock.today()
    for day, decision, met in ((today, 27, 8), (today - timedelta(weeks=4), 31, 5)):
        FactDay.objects.create(day=day, close=clock.now(), knows_to=1)
        for code, value in (("lead_time_median", decision), ("sla_met", met), ("sla_stages", 10)):
            DailyFact.objects.create(day=day, scope="office", measure=code, value=value, n=value)
    return today


def test_a_reading_says_where_it_stands_against_target_and_four_weeks_ago(counted, analyst):
    found = {r.kpi.slug: r for r in reading.read(analyst, counted, 13)}
    decision, sla = found["time-to-decision"], found["decided-within-limit"]
    assert (decision.words, decision.change, decision.is_better, decision.is_met) == (
        "27 wd",
        -4,
        True,
        True,
    )
    assert (sla.words, sla.change_words, sla.is_better, sla.is_met) == (
        "80%",
        "30 points",
        True,
        False,
    )
    assert found["time-to-answer"].words == "no data" and found["time-to-answer"].is_met is None


def test_a_confidential_demand_counts_only_for_those_named(make_person, author, analyst, stranger):
    demand = Demand.raise_new(by=author, title="Sell the branch network", need=NEED)
    demand.submit(by=author)
    demand.restrict(by=author)
    rollup.compute([clock.today()])

    def open_for(person):
        (found,) = reading.read(person, clock.today(), 1, kpis=[KPIS["work-in-progress"]])
        return found.value

    assert (open_for(author), open_for(stranger)) == (1, 0)


def told(person, unit):
    found = reading.read(person, clock.today(), 1, unit)
    return {one.kpi.slug: (one.values, one.beside) for one in found}


def count_again():
    """As the worker does: the days into whose past something was written, and today."""
    today = clock.today()
    assert rollup.mark_stale(today)
    rollup.compute([*rollup.days_to_fill(today, 100), today])


def test_kpis_of_a_unit_that_rest_on_one_confidential_demand_tell_others_nothing_of_any_day(
    on_day, page, api, author, analyst, stranger, leader, other_unit
):
    empty = BusinessUnit.objects.create(name="Nothing here", code="nothing")
    with on_day(9):
        demand = Demand.raise_new(by=author, title="Sell the branches", need=NEED, unit=other_unit)
        demand.submit(by=author)
    with on_day(8):
        demand.screen(by=analyst)
    with on_day(7):
        demand.reject(by=analyst, answer="Not in the foreseeable future, sorry.")
        open_one = Demand.raise_new(by=author, title="Close the vault", need=NEED, unit=other_unit)
        open_one.submit(by=author)
    call_command("backfill_facts")
    assert told(stranger, other_unit) != told(stranger, empty)
    for one in (demand, open_one):
        Demand.objects.filter(pk=one.pk).update(state="screening")
        one.refresh_from_db()
        one.restrict(by=author, people=[analyst])
    count_again()
    for person in (stranger, leader):
        assert told(person, other_unit) == told(person, empty)
        for slug in KPIS:
            url = f"/kpis/{slug}?unit={other_unit.code}"
            assert "Sell the branches" not in page(person).get(url).content.decode()
    assert told(author, other_unit)["work-in-progress"][0] == [1, 2]
    for one in (demand, open_one):
        one.open_up(by=analyst)
    count_again()
    assert told(stranger, other_unit)["work-in-progress"][0] == [1, 2]


def test_the_figure_and_the_list_behind_it_agree_also_in_a_unit(
    page, author, analyst, unit, other_unit
):
    for title, where in (
        ("The first of ours", unit),
        ("The second of ours", unit),
        ("Theirs", other_unit),
    ):
        Demand.raise_new(by=author, title=title, need=NEED, unit=where).submit(by=author)
    for asked, n in (("", 3), (f"?unit={unit.code}", 2)):
        shown = page(analyst).get(f"/kpis/work-in-progress{asked}")
        assert shown.context["reading"].value == n
        door = shown.context["doors"][0]
        assert door["n"] == n == page(analyst).get(door["url"]).context["evidence"].count


def test_how_far_costs_lay_from_their_estimates_is_told_and_the_list_only_to_who_sees_figures(
    page, author, analyst, stranger, sponsor
):
    for n, ratio in enumerate(("1.300", "0.900", "1.000")):
        demand = Demand.raise_new(by=author, title=f"Demand number {n}", need=NEED)
        Demand.objects.filter(pk=demand.pk).update(
            state="completed", reach=0, cost_ratio=ratio, cost_likely=100, sponsor=sponsor, score_index=1,
            starts_on="2026-01-05", finishes_on="2026-02-05",
        )  # fmt: skip
    rollup.compute([clock.today()])
    shown = page(analyst).get("/kpis/forecast-accuracy")
    assert shown.context["reading"].words == "10%"
    assert page(analyst).get(shown.context["doors"][0]["url"]).context["evidence"].count == 3
    assert page(stranger).get("/kpis/forecast-accuracy").context["doors"] == []
    assert page(stranger).get(shown.context["doors"][0]["url"]).status_code == 404


def test_open_demands_are_told_by_stage_and_age(author, analyst, make_person):
    for n in range(3):
        demand = Demand.raise_new(by=author, title=f"Demand number {n}", need=NEED)
        demand.submit(by=author)
    today = clock.today()
    Demand.objects.filter(pk=demand.pk).update(due_on=today - timedelta(days=1))
    found = {row.state: row for row in ageing.by_stage(Demand.objects.visible_to(analyst))}
    assert (found["submitted"].total, found["submitted"].late) == (3, 1)
    assert found["submitted"].oldest.pk == demand.pk and found["screening"].total == 0


# Pages -----------------------------------------------------------------------------------------------
def test_the_page_answers_first_and_costs_the_same_for_any_number(
    counted, page, analyst, django_assert_max_num_queries
):
    client = page(analyst)
    client.get("/kpis")
    with django_assert_max_num_queries(14):
        shown = client.get("/kpis?period=quarter").content.decode()
    assert "on target" in shown and "27 wd" in shown and "target 30 wd or less" in shown


@pytest.mark.parametrize(
    "path", ["/kpis?period=x&unit=%27", "/kpis/time-to-decision?period=&unit=NO"]
)
def test_an_odd_address_shows_the_whole(counted, page, analyst, path):
    assert page(analyst).get(path).status_code == 200


def test_who_may_not_see_totals_sees_no_kpi(counted, page, outsider):
    assert page(outsider).get("/kpis").status_code == 403
    assert page(outsider).get("/kpis/throughput").status_code == 403


def test_an_unknown_kpi_does_not_exist(page, analyst, api):
    assert page(analyst).get("/kpis/luck").status_code == 404
    assert api(analyst).get("/api/v1/kpis/luck/").status_code == 404


def test_a_manager_sets_a_target_with_a_reason_and_it_stays_on_the_trail(
    counted, page, manager, analyst, colleague
):
    at = "/kpis/time-to-decision/target"
    assert page(analyst).get(at).status_code == 403
    assert page(analyst).post(at, {"target": "1", "reason": "So"}).status_code == 403
    wrong = page(manager).post(at, {"target": "-3", "reason": ""})
    assert wrong.status_code == 422 and not KpiTarget.objects.exists()
    page(manager).post(
        at, {"target": "20", "owner": colleague.username, "reason": "The board asked for it"}
    )
    row = KpiTarget.objects.get()
    assert (row.target, row.owner) == (20, colleague)
    told = AdminEvent.objects.get(verb="set_kpi_target")
    assert (told.actor, told.reason) == (manager, "The board asked for it")
    shown = page(analyst).get("/kpis/time-to-decision").content.decode()
    assert "20 wd or less" in shown and "Off target" in shown and "The board asked for it" in shown


def test_machines_read_the_same(counted, api, analyst):
    found = api(analyst).get("/api/v1/kpis/time-to-decision/").json()
    assert (found["value"], found["target"], found["is_met"]) == ("27.0", "30.0", True)
    assert found["trend"][-1] == {"day": counted.isoformat(), "value": "27.0"}
    assert [
        row["id"] for row in api(analyst).get("/api/v1/kpis/definitions/").json()["results"]
    ] == list(KPIS)
