"""RAG through real records, against cases computed by hand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from bench.measure import queries
from changeoffice.core.people.models import kept_for_request
from changeoffice.core.record import acting, clock
from portfolio import engine, readings, selectors
from portfolio.columns_in_sql import FEW, columns_of_each
from portfolio.measures import asked_of
from portfolio.models import Action, Benefit, RagHistory, RagPolicy, RagReading, Risk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("late", "colour"),
    [(-3, "green"), (0, "green"), (5, "green"), (6, "amber"), (15, "amber"), (16, "red")],
)
def test_schedule_is_the_worst_open_milestone(project, make_milestone, colours, late, colour):
    make_milestone(project, late=-10, title="Earlier one")
    make_milestone(project, late=late)
    assert colours(project)["schedule"] == colour


@pytest.mark.parametrize(("late", "colour"), [(2, "green"), (3, "amber"), (7, "amber"), (8, "red")])
def test_a_gate_counts_double(analyst, unit, colours, late, colour, day):
    from portfolio.models import Project

    with clock.set_clock(clock.now()):
        made = Project.start_up(by=analyst, title="With gates", unit=unit, planned_start=day(0),
                                planned_finish=day(100))  # fmt: skip
    mark = made.milestones.get(gate__code="G2")
    assert mark.baseline_on == day(60)
    mark.re_forecast(by=analyst, forecast_on=day(60 + late), reason="Tests take longer")
    assert colours(made)["schedule"] == colour


@pytest.mark.parametrize(
    ("forecast", "colour"),
    [(900, "green"), (1050, "green"), (1051, "amber"), (1100, "amber"), (1101, "red")],
)
def test_cost_is_the_forecast_over_the_plan(make_project, colours, forecast, colour):
    made = make_project(planned_cost=1000, forecast_cost=forecast)
    assert colours(made)["cost"] == colour


@pytest.mark.parametrize(
    ("probability", "impact", "colour"), [(3, 4, "green"), (4, 4, "amber"), (4, 5, "red")]
)
def test_risk_is_the_highest_exposure(
    project, project_manager, colours, probability, impact, colour
):
    for score in ((1, 1), (probability, impact)):
        Risk.note_down(by=project_manager, project=project, title="Key engineer leaves",
                       probability=score[0], impact=score[1])  # fmt: skip
    assert colours(project)["risk"] == colour


def test_overdue_actions_weigh_more_than_a_small_risk(project, project_manager, colours):
    Risk.note_down(
        by=project_manager, project=project, title="A small thing", probability=1, impact=2
    )
    for _ in range(5):
        Action.assign(by=project_manager, project=project, title="Write it down",
                      due_on=clock.today() - timedelta(days=3), owner=project_manager)  # fmt: skip
    assert colours(project)["risk"] == "red"


def test_a_missed_benefit_is_not_green(project, project_manager, kpi, colours):
    made = [Benefit.expect(by=project_manager, project=project, kpi=kpi, planned_change=-10,
                           by_on=date(2100, 1, 1), title=name) for name in ("One", "Two")]  # fmt: skip
    assert colours(project)["scope"] == "green"
    made[0].miss(by=project_manager, reason="Nobody uses it")
    assert colours(project)["scope"] == "amber"
    made[1].miss(by=project_manager, reason="Nobody uses it either")
    assert colours(project)["scope"] == "red"


def test_overall_is_the_worst_rated_dimension(project, project_manager, make_milestone, colours):
    mark = make_milestone(project)
    assert colours(project)["overall"] == "green"
    mark.re_forecast(by=project_manager, forecast_on=mark.baseline_on + timedelta(days=60),
                     reason="Supplier is late")  # fmt: skip
    assert colours(project)["overall"] == "red"


def test_without_cost_nothing_but_red_is_rated(make_project, make_milestone, colours):
    made = make_project(planned_cost=None, forecast_cost=None)
    mark = make_milestone(made)
    assert colours(made)["overall"] == "not_rated"
    mark.re_forecast(by=made.owner, forecast_on=mark.baseline_on + timedelta(days=60),
                     reason="Supplier is late")  # fmt: skip
    assert colours(made)["overall"] == "red"


def test_what_is_not_confirmed_turns_grey_and_back(
    project, project_manager, make_milestone, colours
):
    make_milestone(project)
    with clock.set_clock(clock.now() + timedelta(days=15)):
        engine.recompute_all()
        reading = RagReading.objects.get(pk=project.pk)
        assert reading.is_stale and reading.code == "not_rated"
        project.confirm(by=project_manager, summary="All as planned.", own_colour="green")
        assert RagReading.objects.get(pk=project.pk).code == "green"


def test_imported_figures_are_judged_on_their_reporting_day(colours):
    from portfolio.models import Project

    with acting.through("import"):
        made = Project.take_over(
            title="Permits",
            reported_on=date(2011, 11, 30),
            confirmed_on=date(2011, 11, 30),
            reported_slip_days=20,
            reported_cost_percent=3,
        )
    engine.recompute_all()
    found = colours(made)
    assert (found["overall"], found["schedule"], found["cost"]) == ("red", "red", "green")


def test_a_closed_project_is_complete(project, sponsor, make_milestone, colours):
    make_milestone(project, late=20)
    project.close(by=sponsor, reason="Delivered in full.")
    found = colours(project)
    assert set(found.values()) == {"complete"}


def test_amber_returns_to_green_only_below_four_fifths(
    project, project_manager, make_milestone, colours, day
):
    mark = make_milestone(project, late=6)
    seen = []
    for late in (5, 4, 5):
        mark.re_forecast(by=project_manager, forecast_on=day(late), reason="It moves about")
        seen.append(colours(project)["schedule"])
    assert seen == ["amber", "green", "green"]


def test_a_project_may_set_tighter_limits_but_no_wider(project, sponsor, make_milestone, colours):
    from changeoffice.core.record.errors import Invalid

    make_milestone(project, late=4)
    assert colours(project)["schedule"] == "green"
    project.tighten_limits(by=sponsor, reason="The regulator watches", schedule_amber=2)
    assert colours(project)["schedule"] == "amber"
    with pytest.raises(Invalid):
        project.tighten_limits(by=sponsor, reason="We are slow", schedule_red=30)


def test_another_policy_reads_all_again(project, manager, make_milestone, colours):
    make_milestone(project, late=4)
    colours(project)
    RagPolicy.current().revise(by=manager, schedule_amber=1, schedule_red=3)
    engine.recompute_all()
    assert colours(project)["schedule"] == "red"


# Dependencies --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("late", "colour"), [(0, "green"), (8, "green"), (9, "amber"), (10, "amber"), (11, "red")]
)
def test_the_getter_reddens_when_its_giver_slips(
    make_project, make_milestone, agree, colours, day, late, colour
):
    giver_project, getter_project = make_project("Giver"), make_project("Getter")
    giver, getter = make_milestone(giver_project), make_milestone(getter_project)
    agree(giver, getter)
    giver.re_forecast(by=giver_project.owner, forecast_on=day(late), reason="It takes longer")
    assert colours(getter_project)["dependencies"] == colour
    assert colours(giver_project)["dependencies"] == "not_rated"


def test_an_expected_date_never_overwrites_a_forecast(
    make_project, make_milestone, agree, colours, day
):
    giver, getter = make_milestone(make_project("Giver")), make_milestone(make_project("Getter"))
    promise = agree(giver, getter, lag=2)
    giver.re_forecast(by=giver.project.owner, forecast_on=day(18), reason="It takes longer")
    found = colours(getter.project)
    getter = type(getter).objects.with_expected().get(pk=getter.pk)
    assert (getter.forecast_on, getter.expected_on) == (day(0), day(20))
    assert getter.expected_because == promise
    assert found["schedule"] == "red"
    giver.re_forecast(by=giver.project.owner, forecast_on=day(0), reason="Found a shorter way")
    colours(getter.project)
    assert type(getter).objects.with_expected().get(pk=getter.pk).expected_on == day(2)


def test_a_slip_travels_along_a_chain_of_projects(
    make_project, make_milestone, agree, colours, day
):
    marks = [make_milestone(make_project(name)) for name in ("One", "Two", "Three", "Four")]
    for giver, getter in pairwise(marks):
        agree(giver, getter)
    marks[0].re_forecast(by=marks[0].owner, forecast_on=day(30), reason="It takes longer")
    assert colours(marks[3].project)["schedule"] == "red"


# Keeping -------------------------------------------------------------------------------------------
def test_the_sweep_changes_nothing_the_second_time(
    make_project, make_milestone, agree, colours, day
):
    giver, getter = (
        make_milestone(make_project("Giver"), late=9),
        make_milestone(make_project("Getter")),
    )
    agree(giver, getter)
    colours(getter.project)
    engine.recompute_all()
    before = list(RagReading.objects.order_by("pk").values())
    again = engine.recompute_all()
    assert again["changed"] == again["opened"] == again["recovered"] == 0
    assert list(RagReading.objects.order_by("pk").values()) == before


def test_few_projects_are_measured_in_one_question_and_many_in_as_many_columns_the_same(
    make_project, project_manager, make_milestone, agree, django_assert_num_queries
):
    giver, getter, bare = (make_project(f"Project {n}") for n in range(3))
    agree(make_milestone(giver, late=4), make_milestone(getter, late=2))
    Risk.note_down(by=project_manager, project=giver, title="Key engineer leaves",
                   probability=3, impact=4)  # fmt: skip
    ids = sorted([giver.pk, getter.pk, bare.pk])
    asked = asked_of(clock.today()).values()
    with django_assert_num_queries(1):
        few = columns_of_each(ids, *asked)
    with django_assert_num_queries(len(few)):
        many = columns_of_each([*ids, *range(10**9, 10**9 + FEW)], *asked)
    found = [[column.tolist() for column in columns] for columns in few]
    assert found == [[column.tolist() for column in columns] for columns in many]
    assert found[0][0] == ids and all(columns for columns in found)


def test_another_forecast_asks_few_questions(project, make_milestone, day):
    mark, by = make_milestone(project, late=1), project.owner

    def move(late: int) -> None:
        mark.re_forecast(by=by, forecast_on=day(late), reason="Tests take longer")

    move(2)
    with kept_for_request():
        asked = queries(lambda: move(3))
    assert asked <= 18, asked  # 13 of its own; office, days off and rights where not kept


def test_every_kept_reading_can_be_replayed(project, project_manager, make_milestone, colours, day):
    mark = make_milestone(project, late=6)
    for late in (16, 5, 0, 20):
        with clock.set_clock(clock.now() + timedelta(minutes=late + 1)):
            mark.re_forecast(by=project_manager, forecast_on=day(late), reason="It moves about")
    kept = [*RagHistory.objects.filter(project=project), RagReading.objects.get(pk=project.pk)]
    assert len(kept) > 3
    for reading in kept:
        assert readings.replay(reading) == (reading.colour, reading.overall)


def test_the_reading_of_a_past_day_stays(make_project, project_manager, make_milestone, day):
    today = clock.today()
    with clock.set_clock(clock.now() - timedelta(days=5)):
        project = make_project(confirmed_on=today)
        mark = make_milestone(project)
    mark.re_forecast(by=project_manager, forecast_on=day(50), reason="It takes longer")
    past = today - timedelta(days=3)
    assert selectors.rag_as_of(past)[project.pk].code == "green"
    assert selectors.rag_as_of(today)[project.pk].code == "red"
    assert selectors.rag_counts(project_manager, past)["green"] == 1
    assert selectors.rag_counts(project_manager)["red"] == 1
    assert project.pk not in selectors.rag_as_of(today - timedelta(days=6))
    assert [(t.before, t.after) for t in selectors.turned_since(project_manager, past)] == [
        ("green", "red")
    ]
