"""XLSX: what its cells last showed, and nothing that could take the office down."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from changeoffice.core.imports.reading import apart, archive
from changeoffice.core.imports.reading.files import guess, read, sheets_of
from changeoffice.core.record.errors import Invalid

ROWS = [["Id", "Name", "Due"], [1, "A", date(2024, 1, 5)], [2, "B", None]]


def book_of(*sheets, change=lambda book: None) -> bytes:
    """A workbook as people save it; the first sheet is the one that is shown."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for place, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"S{place}")
        for row in rows:
            sheet.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The workbook with other parts: `sheet` its first sheet, `book` its list of sheets."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "book": "xl/workbook.xml"}
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        replaced = {names.get(name, name): text for name, text in parts.items()}
        for part in old.namelist():
            new.writestr(part, replaced.pop(part, old.read(part)))
        for name, text in replaced.items():
            new.writestr(name, text)
    return file.getvalue()


def table_of(content: bytes, **fixed):
    return read(content, guess(content, **fixed).shape)


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        table_of(content)
    return str(refused.value)


def test_cells_become_text_as_a_spreadsheet_means_them():
    values = [date(2024, 1, 5), datetime(2024, 1, 5, 9, 30), time(8, 15), 0.1 + 0.2, 12.0, 1e-7, True,
              "a_x000D_\nb", None, "#N/A", 12345678901]  # fmt: skip
    content = book_of([[f"c{place}" for place in range(len(values))], values])
    assert list(table_of(content).rows[0].cells.values()) == [
        "2024-01-05", "2024-01-05 09:30:00", "08:15:00", "0.3", "12", "0.0000001", "TRUE",
        "a\nb", "", "#N/A", "12345678901"]  # fmt: skip


def test_the_sheet_is_the_one_a_mapping_looks_for_else_the_largest_table():
    notes = [["About"], ["This file"], ["holds things"]]
    content = book_of(notes, ROWS * 3, [["Ref", "Owner"], ["x", "y"]])
    assert guess(content).shape.sheet == "S2"
    assert guess(content, wanted=["owner", "ref"]).shape.sheet == "S3"
    assert [sheet.name for sheet in sheets_of(content)] == ["S1", "S2", "S3"]
    with pytest.raises(Invalid, match="There is no sheet “S9”"):
        table_of(content, sheet="S9")


def test_a_hidden_sheet_is_listed_but_not_proposed():
    def hide(book):
        book["S1"].sheet_state = "hidden"

    content = book_of(ROWS * 5, ROWS, change=hide)
    assert guess(content).shape.sheet == "S2"
    assert [sheet.hidden for sheet in sheets_of(content)] == [True, False]


def test_the_header_below_titles_and_merged_groups_is_found():
    def merge(book):
        book["S1"].merge_cells("B3:C3")
        book["S1"].merge_cells("D3:E3")
        book["S1"].merge_cells("A5:A6")

    content = book_of(
        [["Milestones of the year"], [], [None, "Planned", None, "Actual", None],
         ["Name", "Start", "End", "Start", "End"], ["A", "x", "y", "z", "w"], [None, "1", "2", "3", "4"]],
        change=merge,
    )  # fmt: skip
    table = table_of(content)
    assert table.columns == ["Name", "Planned Start", "Planned End", "Actual Start", "Actual End"]
    assert [(row.number, row.cells["Name"]) for row in table.rows] == [(5, "A"), (6, "A")]
    assert table.notes == ["Merged cells: 1 row got the value above."]


def test_a_table_below_another_is_left_for_its_own_reading():
    content = book_of(
        [["First"], ["Name", "Due", "Cost"], ["A", "2024-01-05", 1], ["Total", None, 1], [],
         ["Second"], ["Region", "Sum", "Note"], ["North", 5, "x"]]
    )  # fmt: skip
    table = table_of(content)
    assert [row.cells["Name"] for row in table.rows] == ["A", "Total"]
    assert "its column names stand in row 7" in table.notes[0]
    assert table_of(content, header_row=7).rows[0].cells == {
        "Region": "North",
        "Sum": "5",
        "Note": "x",
    }


def test_formulas_give_the_value_last_saved_and_those_without_are_named():
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Id", "Sum", "Bad"])
    sheet.write_row(1, 0, [1])
    sheet.write_formula(1, 1, "=1+1", value=2)
    sheet.write_formula(1, 2, "=1/0", value="#DIV/0!")
    book.close()
    table = table_of(file.getvalue())
    assert table.rows[0].cells == {"Id": "1", "Sum": "2", "Bad": "#DIV/0!"}
    assert table.notes == [
        "2 cells hold formulas; the value last saved is used.",
        "1 cell shows an error like #REF!.",
    ]
    unsaved = table_of(book_of([["Id", "Sum"], [1, "=A2+1"], [2, "=cmd|' /C calc'!A0"]]))
    assert [row.cells["Sum"] for row in unsaved.rows] == ["", ""]
    assert "count as empty: B2, B3." in unsaved.notes[0]


def test_macros_passwords_and_other_archives_are_refused_in_plain_words():
    content = book_of(ROWS)
    assert "macros" in refusal(repacked(content, **{"xl/vbaProject.bin": b"x"}))
    assert "OpenDocument" in refusal(repacked(content, **{"content.xml": b"<x/>"}))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as other:
        other.writestr("notes.txt", "x")
    assert "packed file, not a workbook" in refusal(file.getvalue())
    assert "damaged" in refusal(content[:900])
    assert "damaged" in refusal(repacked(content, sheet=b"<worksheet><broken"))


def test_a_zip_bomb_is_refused_by_its_table_of_contents():
    content = repacked(book_of(ROWS), sheet=b"<worksheet>" + b" " * (archive.LARGE_PART + 1))
    assert len(content) < 20_000 and "far larger" in refusal(content)
    parts = {f"xl/extra{n}.bin": b"" for n in range(archive.MOST_PARTS)}
    assert "far larger" in refusal(repacked(book_of(ROWS), **parts))


@pytest.mark.parametrize("part", ["sheet", "book", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb_is_never_opened(part, encoding):
    bomb = (
        '<?xml version="1.0"?><!-- x --><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        "<worksheet>&b;</worksheet>"
    )
    words = refusal(repacked(book_of(ROWS), **{part: bomb.encode(encoding)}))
    assert "not opened" in words or "damaged" in words


def test_a_sheet_with_too_many_columns_or_rows_is_refused():
    assert "more than 500 columns" in refusal(book_of([[f"c{n}" for n in range(600)], ["x"] * 600]))


def test_a_workbook_is_read_apart_with_the_same_outcome():
    content = book_of(ROWS, [["x"]])
    found = apart.guess(content, "a.xlsx", wanted=["Name"])
    assert found == guess(content, "a.xlsx", wanted=["Name"])
    assert apart.sheets_of(content) == sheets_of(content)
    assert apart.read(content, found.shape) == read(content, found.shape)
    with pytest.raises(Invalid, match="macros"):
        apart.guess(repacked(content, **{"xl/vbaProject.bin": b"x"}))


@pytest.mark.parametrize(("limit", "value"), [("MEMORY", 40 * 1024 * 1024), ("SECONDS", 1)])
def test_a_workbook_that_is_too_much_ends_its_own_process_only(monkeypatch, limit, value):
    rows = [["Id", "Text"], *([n, f"text {n}"] for n in range(60_000))]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("S")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    monkeypatch.setattr(apart, limit, value)
    with pytest.raises(Invalid, match="more memory or time"):
        apart.read(file.getvalue(), guess(file.getvalue()).shape)


SHEET = book_of(ROWS)


@settings(max_examples=40)
@given(st.integers(0, len(SHEET) - 1), st.binary(min_size=1, max_size=40))
def test_any_damage_is_a_table_or_a_sentence(place, noise):
    content = SHEET[:place] + noise + SHEET[place + len(noise) :]
    try:
        table_of(content)
    except Invalid as refused:
        assert str(refused).endswith(".")


@settings(max_examples=40)
@given(
    st.binary(max_size=300),
    st.sampled_from(["sheet", "book", "xl/styles.xml", "[Content_Types].xml"]),
)
def test_any_part_is_a_table_or_a_sentence(noise, part):
    try:
        table_of(repacked(SHEET, **{part: b"<a>" + noise + b"</a>"}))
    except Invalid as refused:
        assert str(refused).endswith(".")
