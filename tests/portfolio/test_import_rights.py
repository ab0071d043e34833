"""What somebody may take in: what is theirs to write, and nothing of what they may not see."""

import pytest

from portfolio.models import Project
from tests.portfolio.test_imports import reasons, rows

pytestmark = pytest.mark.django_db
HEAD = "id,title,unit,planned_finish"


def test_a_project_is_not_made_in_a_unit_the_importer_has_no_role_in(make_person, unit, other_unit):
    local = make_person("Lena Local", "manager", scope=unit)
    outcome = rows("projects", HEAD, f"1,Ours,{unit.code},2027-01-29",
                   f"2,Theirs,{other_unit.code},2027-01-29", by=local)  # fmt: skip
    assert Project.objects.filter(unit=other_unit).count() == 0, reasons(outcome)
    assert [project.title for project in Project.objects.all()] == ["Ours"]


def test_a_project_is_not_moved_to_or_changed_in_a_unit_without_a_role(
    make_person, unit, other_unit, manager
):
    local = make_person("Lena Local", "manager", scope=unit)
    rows("projects", HEAD, f"1,Ours,{unit.code},2027-01-29",
         f"2,Theirs,{other_unit.code},2027-01-29", by=manager)  # fmt: skip
    outcome = rows("projects", HEAD, f"1,Ours,{other_unit.code},2027-01-29",
                   f"2,Mine now,{other_unit.code},2027-01-29", by=local)  # fmt: skip
    assert outcome.refused == 2, outcome.as_json()
    assert set(Project.objects.values_list("title", "unit__code")) == {
        ("Ours", unit.code), ("Theirs", other_unit.code)}  # fmt: skip


def test_whoever_holds_a_role_for_one_unit_names_the_unit_of_what_is_new(make_person, unit):
    local = make_person("Lena Local", "analyst", scope=unit)
    outcome = rows("projects", HEAD, "1,Nowhere,,2027-01-29", by=local)
    assert "Name one of yours" in reasons(outcome)[0] and not Project.objects.exists()
