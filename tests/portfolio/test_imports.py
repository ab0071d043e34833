"""Files of projects, milestones and dependencies: created, updated, unchanged, refused with a reason."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from changeoffice.core.imports.filing import import_file
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.record.models import Alias
from portfolio.models import DeliveryConfidence, Dependency, Milestone, Project
from portfolio.models.rag import Colour
from portfolio.selectors import rag_as_of

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(autouse=True)
def ground(office):
    """Every import needs the office's calendar."""


def take(kind: str, name: str, mapping: str, *, by=None, others=None):
    return import_file(kind, (DATA / name).read_bytes(), file_name=name, mapping_name=mapping,
                       by=by, others=others)  # fmt: skip


def rows(kind: str, *lines: str, by=None, mapping="plain", **options):
    return import_file(kind, "\n".join(lines).encode(), file_name="t.csv", mapping_name=mapping,
                       by=by, **options)  # fmt: skip


def counts(outcome) -> tuple[int, int, int, int]:
    found = outcome.as_json()
    return tuple(found[name] for name in ("created", "updated", "unchanged", "refused"))


def reasons(outcome) -> list[str]:
    return [error["message"] for error in outcome.as_json()["errors"]]


# Yearly portfolio reports --------------------------------------------------------------------------
def test_three_yearly_files_leave_three_years_of_delivery_confidence():
    for year in (2020, 2021, 2022):
        assert counts(take("projects", f"gmpp_{year}.csv", "uk_gmpp"))[3] == 0
    project = Project.objects.get(title="Local Land Charges (LLC) Programme")
    assert [(row.as_of, row.value, row.scale) for row in project.judgements.all()] == [
        (date(2020, 3, 31), "amber", "five"),
        (date(2021, 3, 31), "amber_green", "five"),
        (date(2022, 3, 31), "amber", "three"),
    ]
    assert project.judgements.first().rationale and project.judgements.first().source == "uk_gmpp"
    assert project.programme.portfolio.title == "Government Major Projects Portfolio"


def test_a_project_is_found_again_when_its_number_or_its_name_is_written_otherwise():
    for year in (2020, 2021):
        take("projects", f"gmpp_{year}.csv", "uk_gmpp")
    renumbered = Project.objects.get(title="PHE Science Hub")
    assert renumbered.judgements.count() == 2
    renamed = Project.objects.get(title="Marshall")
    assert renamed.judgements.count() == 2
    names = set(Alias.objects.filter(record_id=renamed.pk).values_list("external_id", flat=True))
    assert names == {"MOD_0033_1112-Q1", "MARSHALL", "Marshall"}


def test_a_record_with_two_names_in_its_source_has_one_last_word(analyst):
    gmpp = "project_number,project_name,department,year,end_date"
    for line in ("N1,Old name,HO,2020,2025-01-31", "N1,New name,HO,2021,2026-01-31",
                 ",Old name,HO,2022,2027-01-31"):  # fmt: skip
        assert reasons(rows("projects", gmpp, line, mapping="uk_gmpp", by=analyst)) == []
    assert Project.objects.get().forecast_finish == date(2027, 1, 31)


def test_an_exemption_text_is_no_value_and_explains_why_there_is_no_rating():
    take("projects", "gmpp_2021.csv", "uk_gmpp")
    secret = Project.objects.get(title="Joint Crypt Key Programme")
    judged = secret.judgements.get()
    assert judged.value == "not_rated" and judged.not_rated_because.startswith("Exempt under")
    assert secret.planned_finish is None and secret.forecast_cost is None


def test_an_older_report_adds_its_judgement_and_overwrites_nothing():
    take("projects", "gmpp_2021.csv", "uk_gmpp")
    before = Project.objects.get(title="PHE Science Hub").forecast_finish
    take("projects", "gmpp_2020.csv", "uk_gmpp")
    project = Project.objects.get(title="PHE Science Hub")
    assert project.reported_on == date(2021, 3, 31) and project.forecast_finish == before
    assert project.judgements.count() == 2


def test_the_same_year_twice_adds_no_judgement():
    take("projects", "gmpp_2021.csv", "uk_gmpp")
    held = DeliveryConfidence.objects.count()
    assert counts(take("projects", "gmpp_2021.csv", "uk_gmpp")) == (0, 0, 5, 0)
    assert DeliveryConfidence.objects.count() == held


def test_an_imported_project_lives_since_the_day_it_was_reported():
    take("projects", "gmpp_2020.csv", "uk_gmpp")
    take("projects", "gmpp_2021.csv", "uk_gmpp")
    project = Project.objects.get(title="PHE Science Hub")
    assert project.created_at.date() == date(2020, 3, 31)
    assert project.updated_at.date() == date(2021, 3, 31)


def test_a_past_day_can_be_asked_how_an_imported_project_stood():
    take("projects", "gc_it_2016.csv", "canada_it_projects")
    take("projects", "gc_it_2019.csv", "canada_it_projects")
    pk = Project.objects.get(title="NOC Modernization with Departmental Service Bus").pk
    asked = [date(2016, 6, 8), date(2016, 6, 9), date(2019, 4, 30), date(2019, 5, 1)]
    found = [rag_as_of(day, [pk]).get(pk) for day in asked]
    assert [reading and reading.code for reading in found] == [None, "green", "green", "red"]
    assert found[-1].overall_since == date(2019, 5, 1)


# Baselines ---------------------------------------------------------------------------------------
def test_three_years_on_the_first_dates_and_budgets_are_the_plan_the_new_ones_are_held_against():
    take("projects", "gc_it_2016.csv", "canada_it_projects")
    assert counts(take("projects", "gc_it_2019.csv", "canada_it_projects"))[3] == 0
    project = Project.objects.get(title="NOC Modernization with Departmental Service Bus")
    assert (project.planned_finish, project.forecast_finish) == (
        date(2017, 3, 29), date(2020, 1, 14),
    )  # fmt: skip
    assert project.planned_cost == Decimal("1946405") and project.forecast_cost == Decimal(
        "5057091"
    )
    assert project.reported_slip_days > 700 and project.reading.overall == Colour.RED


# Projects by plain columns -------------------------------------------------------------------------
HEAD = "id,title,state,owner,unit,forecast_finish"


def test_a_project_ends_and_goes_on_as_its_source_says(analyst):
    rows("projects", HEAD, "7,Old ledger,Closed,,,2025-01-31", by=analyst)
    assert Project.objects.get().state == "closed"
    rows("projects", HEAD, "7,Old ledger,Active,,,2025-01-31", by=analyst)
    assert Project.objects.get().state == "active"


def test_people_and_units_are_found_by_name(analyst, project_manager, unit):
    rows("projects", HEAD, f"7,Ledger,,{project_manager.name},Payments,2027-01-31", by=analyst)
    made = Project.objects.get()
    assert (made.owner, made.unit) == (project_manager, unit)
    assert made.record.events.first().actor == analyst


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("7,Ledger,,nobody.known,,2027-01-31", "owner", "There is no person"),
        ("7,Ledger,,,Mars,2027-01-31", "unit", "There is no business unit “Mars”"),
        ("7,Ledger,,,,31/31/2027", "forecast_finish", "."),
        ("7,Ledger,Asleep,,,2027-01-31", "state", "no meaning here"),
        ("7,,,,,2027-01-31", "title", "may not be empty"),
    ],
)
def test_an_unusable_row_is_refused_by_its_column(analyst, line, column, words):
    outcome = rows("projects", HEAD, line, by=analyst)
    assert counts(outcome) == (0, 0, 0, 1)
    assert outcome.as_json()["errors"][0]["column"] == column and words in reasons(outcome)[0]


def test_the_file_of_somebody_without_the_role_is_refused_whole(stranger):
    with pytest.raises(NotAllowed):
        rows("projects", HEAD, "7,Ledger,,,,2027-01-31", by=stranger)


def test_a_row_of_a_project_one_may_not_see_is_refused_without_telling_of_it(analyst, manager):
    rows("projects", HEAD, "7,Ledger,,,,2027-01-31", by=analyst)
    Project.objects.get().restrict(by=manager, people=[], reason="A merger")
    outcome = rows("projects", HEAD, "7,Ledger two,,,,2028-01-31", by=analyst)
    assert reasons(outcome) == ["This row belongs to something you may not see."]
    assert Project.objects.get().title == "Ledger"


def test_a_row_the_database_refuses_is_refused_and_not_taken_for_unchanged(analyst):
    head = "id,title,planned_start,planned_finish"
    rows("projects", head, "7,Ledger,2026-01-05,2027-01-29", by=analyst)
    for _ in range(2):
        outcome = rows("projects", head, "7,Ledger,2028-01-05,2027-01-29", by=analyst)
        assert counts(outcome) == (0, 0, 0, 1)
        assert reasons(outcome) == ["Planned finish must not be before planned start."]


def test_a_start_that_moves_past_the_first_planned_end_is_a_forecast_only(analyst):
    head = "id,title,forecast_start,forecast_finish"
    rows("projects", head, "7,Ledger,2026-01-05,2027-01-29", by=analyst)
    assert counts(rows("projects", head, "7,Ledger,2028-01-05,2029-01-29", by=analyst))[3] == 0
    made = Project.objects.get()
    assert (made.planned_start, made.forecast_start) == (date(2026, 1, 5), date(2028, 1, 5))


# Milestones --------------------------------------------------------------------------------------
ACTIVITIES = (
    "_uid,Id,name,status,Start_Date_Planned,Planned_Duration,Actual_start_delay,Actual_duration"
)
TIES = "from_uid,from_label,relationship,to_uid,to_label\n22,Project,has_task,900,Activity"
KNOWN = "_uid,Id,name\n22,2207,Passport"


def activity(status="In-progress", took="", by=None):
    line = f"900,8062,Requirements,{status},2011-06-07,166 days,10 days,{took}"
    beside = {"relationships": TIES.encode(), "projects": KNOWN.encode()}
    return rows("milestones", ACTIVITIES, line, mapping="us_it_dashboard_activities", by=by,
                others=beside)  # fmt: skip


@pytest.fixture
def passport(analyst, office) -> Project:
    made = Project.take_over(by=analyst, title="Passport")
    Alias.objects.create(record_id=made.pk, source="us_it_dashboard", external_id="2207")
    return made


def test_an_activity_becomes_a_milestone_of_the_project_another_file_ties_it_to(passport, analyst):
    assert counts(activity(by=analyst)) == (1, 0, 0, 0)
    made = Milestone.objects.get()
    assert made.project == passport and made.state == "planned" and made.actual_on is None
    assert (made.baseline_on, made.forecast_on) == (date(2011, 11, 20), date(2011, 11, 30))
    assert counts(activity(by=analyst)) == (0, 0, 1, 0)


def test_a_completed_activity_is_met_on_its_day(passport, analyst):
    activity(by=analyst)
    assert counts(activity("Completed - Closed", "181 days", by=analyst)) == (0, 1, 0, 0)
    made = Milestone.objects.get()
    assert made.state == "met" and made.actual_on == date(2011, 12, 15)


def test_a_milestone_of_no_known_project_is_refused_by_name(office, analyst):
    outcome = activity(by=analyst)
    assert reasons(outcome) == ["There is no project “2207” here."]


def test_without_the_file_beside_it_the_file_is_refused_with_what_to_add(passport):
    from changeoffice.core.record.errors import Invalid

    with pytest.raises(Invalid, match="Add the file of relationships"):
        rows("milestones", ACTIVITIES, "900,1,X,In-progress,2011-06-07,1 days,0 days,",
             mapping="us_it_dashboard_activities")  # fmt: skip


def test_a_forecast_moved_by_hand_is_kept_and_said(passport, analyst, manager):
    head = "id,title,project,baseline_on,forecast_on"
    rows("milestones", head, "1,Exit,2207,2027-01-29,2027-01-29", by=analyst)
    Milestone.objects.get().re_forecast(by=manager, forecast_on=date(2027, 3, 1), reason="Late kit")
    outcome = rows("milestones", head, "1,Exit,2207,2027-01-29,2027-02-26", by=analyst)
    assert Milestone.objects.get().forecast_on == date(2027, 3, 1)
    assert "by hand" in reasons(outcome)[0]


# Dependencies ------------------------------------------------------------------------------------
PROMISES = "id,title,giver,getter,need_by,lag,tolerance,state"


@pytest.fixture
def ends(make_project, make_milestone):
    giver = make_milestone(make_project("Hub"), title="Interface ready")
    getter = make_milestone(make_project("Ledger"), title="Test begins")
    return giver, getter


def test_a_promise_is_proposed_between_two_milestones(ends, analyst):
    line = f"1,Interface,{ends[0].reference},{ends[1].reference},2027-01-29,2,7,"
    assert counts(rows("dependencies", PROMISES, line, by=analyst)) == (1, 0, 0, 0)
    made = Dependency.objects.get()
    assert (made.state, made.lag, made.tolerance) == ("proposed", 2, 7)
    assert counts(rows("dependencies", PROMISES, line, by=analyst)) == (0, 0, 1, 0)


def test_a_project_stands_for_its_last_milestone(ends, analyst):
    rows(
        "dependencies", PROMISES, f"1,Interface,{ends[0].project.reference},Ledger,,,,", by=analyst
    )
    made = Dependency.objects.get()
    assert (made.giver, made.getter) == ends


def test_only_a_manager_takes_a_promise_over_as_agreed(ends, analyst, manager):
    line = f"1,Interface,{ends[0].reference},{ends[1].reference},,,,Agreed"
    assert "a manager takes it over" in reasons(rows("dependencies", PROMISES, line, by=analyst))[0]
    rows("dependencies", PROMISES, line, by=manager)
    assert Dependency.objects.get().state == "agreed"


def test_other_terms_have_to_be_agreed_again(ends, analyst, agree):
    made = agree(*ends)
    Alias.objects.create(record_id=made.pk, source="plain:dependencies", external_id="1")
    line = f"1,Interface ready,{ends[0].reference},{ends[1].reference},2027-01-29,,3,"
    rows("dependencies", PROMISES.removesuffix(",state"), line.removesuffix(","), by=analyst)
    made.refresh_from_db()
    assert made.tolerance == 3 and made.state == "proposed" and made.giver_agreed_at is None


@pytest.mark.parametrize(
    ("giver", "getter", "tolerance", "words"),
    [
        ("MS-9999", "Ledger", "", "There is no milestone or project “MS-9999” here."),
        ("Hub", "", "", "may not be empty"),
        ("Hub", "Hub", "", "circle"),
        ("Hub", "Ledger", "-4", "whole working days"),
        ("Hub", "Ledger", "1.5", "whole working days"),
    ],
)
def test_an_end_nobody_knows_or_an_odd_figure_is_refused(
    ends, analyst, giver, getter, tolerance, words
):
    outcome = rows("dependencies", PROMISES, f"1,Thing,{giver},{getter},,,{tolerance},", by=analyst)
    assert counts(outcome) == (0, 0, 0, 1) and words in reasons(outcome)[0]


def test_a_loop_is_refused_and_named(ends, analyst, make_project):
    there, back = "1,There,Hub,Ledger,,,,", "2,Back,Ledger,Hub,,,,"
    outcome = rows("dependencies", PROMISES, there, back, by=analyst)
    assert counts(outcome) == (1, 0, 0, 1) and "circle" in reasons(outcome)[0]
