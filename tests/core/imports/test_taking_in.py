"""Files taken in: nothing guessed, nothing lost, nothing twice."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from changeoffice.core.imports.filing import import_file
from changeoffice.core.imports.models import Import, ImportLine
from changeoffice.core.record.errors import Invalid
from portfolio.models import Portfolio, Programme, Project

HEADER = (
    "Unique_Investment_Identifier,Business_Case_ID,Agency_Code,Agency_Name,Investment_Title,Project_ID,"
    "Project_Name,Start_Date,Cost_Variance,PlannedCost,Updated_Date,Planned_Duration,Project_delay,Start_days_after_2000"
)
ON_TIME = "005-1,1,5,Department of Trees,Forest &amp; Map System,11,Map service,2011-10-03,0.1,2.0,200,180.0,0.0,1"
LATE = "005-1,1,5,Department of Trees,Forest &amp; Map System,12,Ranger phones,2011-10-03,-0.5,2.0,200,180.0,60.0,1"


def file_of(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows]).encode()


def take_in(*rows: str, **options):
    return import_file("projects", file_of(*rows), file_name="t.csv", mapping_name="us_it_dashboard",
                       by=None, **options)  # fmt: skip


@pytest.fixture(autouse=True)
def ground(office):
    """Every import needs the office's calendar."""


def test_rows_become_projects_with_programme_portfolio_and_a_colour():
    outcome = take_in(ON_TIME, LATE)
    assert (outcome.created, outcome.refused) == (2, 0)
    late = Project.objects.select_related("reading", "programme__portfolio").get(
        title="Ranger phones"
    )
    assert late.programme.title == "Forest & Map System"
    assert late.programme.portfolio.title == "Department of Trees"
    assert late.planned_finish == date(2012, 3, 31) and late.forecast_finish == date(2012, 5, 30)
    assert late.planned_cost == Decimal("2000000.00") and late.forecast_cost == Decimal(
        "2500000.00"
    )
    assert late.reported_cost_percent == 25 and late.reported_slip_days > 15
    assert late.reading.is_red and late.currency == "USD"
    on_time = Project.objects.select_related("reading").get(title="Map service")
    assert not on_time.reading.is_red and on_time.reported_on == date(2012, 4, 20)
    assert Portfolio.objects.count() == Programme.objects.count() == 1


def test_an_old_report_is_not_stale_because_the_source_reported_then():
    take_in(ON_TIME)
    reading = Project.objects.select_related("reading").get().reading
    from portfolio.models.rag import Colour

    assert reading.overall == Colour.GREEN


def test_the_same_file_twice_changes_nothing():
    take_in(ON_TIME, LATE)
    versions = set(Project.objects.values_list("reference", "version"))
    outcome = take_in(ON_TIME, LATE)
    assert (outcome.created, outcome.updated, outcome.unchanged) == (0, 0, 2)
    assert set(Project.objects.values_list("reference", "version")) == versions


def test_a_later_file_updates_and_reads_the_colour_anew():
    take_in(ON_TIME)
    outcome = take_in(ON_TIME.replace(",180.0,0.0,", ",180.0,90.0,"))
    assert outcome.updated == 1
    project = Project.objects.select_related("reading").get()
    assert project.forecast_finish == date(2012, 6, 29) and project.reading.is_red


def test_a_field_changed_by_hand_is_kept_and_reported(manager):
    take_in(ON_TIME)
    Project.objects.get().revise(by=manager, title="Our own name for it")
    outcome = take_in(ON_TIME.replace("Map service", "Map services"))
    assert Project.objects.get().title == "Our own name for it"
    assert "by hand" in outcome.errors[0]["message"] and outcome.errors[0]["column"] == "title"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (ON_TIME.replace("2011-10-03", "soon"), "Start_Date"),
        (ON_TIME.replace(",2.0,", ",lots,"), "PlannedCost"),
        (ON_TIME.replace(",2.0,", ",NaN,"), "PlannedCost"),
        (ON_TIME.replace(",2.0,", ",1e300,"), "PlannedCost"),
        (ON_TIME.replace("Map service", "  "), "Project_Name"),
        (ON_TIME.replace(",11,", ",,"), "Project_ID"),
        (ON_TIME.replace(",180.0,", ",99999999,"), "Planned_Duration"),
        (ON_TIME + ",one,too,many", ""),
    ],
)
def test_an_unusable_row_is_refused_by_row_and_column_and_the_rest_taken(row, column):
    outcome = take_in(row, LATE)
    assert (outcome.created, outcome.refused) == (1, 1)
    assert outcome.errors[0]["row"] == 2 and outcome.errors[0]["column"] == column
    assert ImportLine.objects.get(outcome="refused").errors[0]["message"]


def test_a_row_twice_in_one_file_is_taken_once_and_said():
    outcome = take_in(ON_TIME, ON_TIME)
    assert (outcome.created, outcome.refused) == (1, 1) and "already is" in outcome.errors[0][
        "message"
    ]


def test_a_dry_run_says_the_same_and_changes_nothing():
    outcome = take_in(ON_TIME, LATE, dry_run=True)
    assert outcome.created == 2
    assert Project.objects.count() == Import.objects.count() == 0


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04\x00\x00", b"a,b\n1,2\n", "ü".encode("utf-16"), b"\xff" * 50]
)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(content):
    with pytest.raises(Invalid) as refused:
        import_file("projects", content, file_name="x", mapping_name="us_it_dashboard", by=None)
    assert str(refused.value).endswith(".")


def test_text_is_taken_literally_never_as_markup_or_formula():
    take_in(ON_TIME.replace("Map service", "\"=cmd|' /C calc'!A0 <script>x</script>\""))
    assert Project.objects.get().title == "=cmd|' /C calc'!A0 <script>x</script>"


def test_the_command_prints_counts_and_errors_as_json(tmp_path):
    path = tmp_path / "projects.csv"
    path.write_bytes(file_of(ON_TIME, LATE.replace("2011-10-03", "x")))
    out = StringIO()
    call_command(
        "import_file", "projects", str(path), "--mapping", "us_it_dashboard", "--json", stdout=out
    )
    found = json.loads(out.getvalue())
    assert {k: found[k] for k in ("created", "updated", "unchanged", "refused")} == {
        "created": 1, "updated": 0, "unchanged": 0, "refused": 1}  # fmt: skip
    assert found["errors"][0]["row"] == 3


@pytest.mark.parametrize(
    ("kind", "mapping"), [("projects", "nope"), ("dragons", "us_it_dashboard")]
)
def test_an_unknown_kind_or_mapping_is_named(tmp_path, kind, mapping):
    path = tmp_path / "f.csv"
    path.write_bytes(file_of(ON_TIME))
    with pytest.raises(CommandError, match="Known"):
        call_command("import_file", kind, str(path), "--mapping", mapping)
