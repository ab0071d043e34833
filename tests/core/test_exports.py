"""Whatever leaves as CSV holds no cell a spreadsheet would run, from every address there is."""

import csv
import io

import pytest

from changeoffice.core.doors.export import harmless
from changeoffice.core.imports.models import Import, ImportLine
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record.database import work_models
from tests.walking import concrete, methods, routes, scene  # noqa: F401

pytestmark = pytest.mark.django_db
FORMULA = "=HYPERLINK(A1)"


@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠"]
)
def test_a_cell_that_begins_like_a_formula_becomes_text(sign):
    for value in (f"{sign}1+1", [f"{sign}1+1"], {"name": f"{sign}1+1"}):
        assert harmless(value) == f"'{sign}1+1"


@pytest.mark.parametrize("value", ["-100.00", "+4", "1,5", "A = B", "2026-01-01", ""])
def test_numbers_and_plain_words_stay_as_they_are(value):
    assert harmless(value) == value


@pytest.fixture
def formulas(scene) -> dict:
    """Every word a person may have chosen is a formula, a heading of a file taken in as well."""
    for work in work_models():
        work.objects.update(title=FORMULA)
    Person.objects.update(name=FORMULA)
    BusinessUnit.objects.update(name=FORMULA)
    taken_in = Import.objects.get()
    ImportLine.objects.create(of=taken_in, row=2, outcome="refused", cells={FORMULA: FORMULA},
                              errors=[{"column": "", "message": FORMULA}])  # fmt: skip
    return scene


def exports(client, scene) -> dict[str, list[list[str]]]:
    found = {}
    for route, item in routes():
        for address in concrete(route, item, scene) if "GET" in methods(item) else []:
            is_file = address.rstrip("/").endswith("refused")
            answer = client.get(address, {} if is_file else {"format": "csv"})
            if answer.get("Content-Type", "").startswith("text/csv"):
                text = b"".join(answer).decode("utf-8-sig")
                found[address] = list(csv.reader(io.StringIO(text)))
    return found


def test_no_export_of_the_portal_hands_out_a_formula(formulas, make_person, page):
    everywhere = make_person("Ann All", "analyst", "manager", "auditor", "administrator")
    Import.objects.update(owner=everywhere)
    found = exports(page(everywhere), formulas)
    assert {"/projects", "/milestones", "/risks", "/admin/trail"} < set(found)
    assert {f"/api/v1/{work.plural}/" for work in work_models()} - set(found) == set()
    assert len([address for address in found if "refused" in address]) == 2
    bare = {address: rows for address, rows in found.items()
            if any(harmless(cell) != cell for row in rows for cell in row)}  # fmt: skip
    assert bare == {}
    silent = [address for address, rows in found.items() if f"'{FORMULA}" not in str(rows)]
    assert silent == [], "exports in which no word of a person stood"
