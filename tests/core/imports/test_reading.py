"""Bytes become a table, or a sentence."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from changeoffice.core.imports.reading import Shape, guess, read
from changeoffice.core.imports.reading.table import MOST_BYTES, letter
from changeoffice.core.record.errors import Invalid

DATA = Path(__file__).parent / "data"
ROWS = "Name;Start;Cost\nÄrger;2024-01-05;1,5\nCafé;2024-02-05;2,5\n"


def read_csv(content: bytes):
    """The table of a text as it most likely is meant."""
    return read(content, guess(content).shape)


def refusal(content: bytes, file_name: str = "") -> str:
    with pytest.raises(Invalid) as refused:
        read(content, guess(content, file_name).shape)
    return str(refused.value)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be"), ("cp1252", "cp1252"),
    ],
)  # fmt: skip
def test_the_encoding_is_recognised(encoding, found):
    content = ROWS.encode(encoding)
    shape = guess(content).shape
    assert (shape.encoding, shape.delimiter) == (found, ";")
    assert [row.cells["Name"] for row in read(content, shape).rows] == ["Ärger", "Café"]


def test_a_byte_the_encoding_does_not_know_is_told_with_its_row():
    table = read_csv(b"Name,Note\nCaf\xe9,one\nB\x81d,two\n")
    assert [row.cells["Name"] for row in table.rows] == ["Café", "B\ufffdd"]
    assert "1 byte could not be read as cp1252." in table.notes
    assert "Unreadable signs stand in row 3." in table.notes


def test_a_broken_byte_in_utf8_does_not_spoil_the_rest():
    table = read_csv("Name,Note\nÄäÖöÜüß,ééé\n".encode() + b"x\xff,y\n")
    assert table.rows[0].cells["Name"] == "ÄäÖöÜüß" and table.shape.encoding == "utf-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_decided_over_many_lines_and_quotes(delimiter):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["Name, first; last", "Amount", "Text"])
    writer.writerows([f"N{n}", "1,5;2|3\t4", 'a "b", c; d'] for n in range(20))
    shape = guess(file.getvalue().encode()).shape
    assert shape.delimiter == delimiter


def test_quotes_after_a_space_are_quotes():
    table = read_csv(b'Name, Text\nA, "b, c"\nD, "e, f"\n')
    assert [row.cells["Text"] for row in table.rows] == ["b, c", "e, f"]


def test_title_lines_above_the_header_are_left_out_and_said():
    content = b"Portfolio report,,\nAs of May,,\n,,\nId,Name,Due\n1,A,2024-01-05\n2,B,2024-01-06\n"
    found = guess(content)
    assert found.shape.header_row == 4
    assert "The column names stand in row 4; what stands above is left out." in found.notes
    assert [(row.number, row.cells["Name"]) for row in read(content, found.shape).rows] == [
        (5, "A"), (6, "B")]  # fmt: skip


def test_what_a_mapping_looks_for_decides_where_the_header_is():
    content = b"Who,What,When\nx,y,z\nProject Name,Start Date,Cost\nA,2024-01-05,1\n"
    assert guess(content).shape.header_row == 1
    assert guess(content, wanted=["project_name", "start*"]).shape.header_row == 3


def test_a_column_per_record_is_recognised():
    content = (DATA / "uk_gmpp_2014_excerpt.csv").read_bytes()
    found = guess(content)
    table = read(content, found.shape)
    assert found.shape.transposed and len(table.rows) == 4
    first = table.rows[0]
    assert first.cells["Project name"] == "FE Capital Investment Programme"
    assert first.cells["Project - Start Date (Latest approved start date)"] == "31/05/2010"
    assert table.place_of(first.number) == "column B" and table.letters[:3] == ["1", "2", "3"]


def test_an_ordinary_table_is_not_turned():
    content = b"Name,2019,2020,2021\nA,1,2,3\nB,4,5,6\nC,7,8,9\n"
    assert not guess(content).shape.transposed
    dates = b"Name,Start,End\nA,2020-01-01,2020-02-01\nB,2020-01-01,2020-02-01\nC,2020-01-01,2020-02-01\n"
    assert not guess(dates).shape.transposed


def test_a_person_may_correct_the_shape():
    content = b"a,1\nb,2\nc,3\n"
    shape = guess(content, header_row=2, transposed=False).shape
    assert read(content, shape).columns == ["b", "2"]
    turned = read(content, Shape("csv", delimiter=",", transposed=True))
    assert turned.columns == ["a", "b", "c"] and turned.rows[0].cells == {
        "a": "1",
        "b": "2",
        "c": "3",
    }


def test_names_that_repeat_or_lack_are_told_apart():
    table = read_csv(b"Name,Rating,Rating,,Empty\nA,red,green,x,\n")
    assert table.columns == ["Name", "Rating", "Rating (2)", "Column D", "Empty"]
    assert table.letters == ["A", "B", "C", "D", "E"] and letter(28) == "AB"


def test_rows_of_another_width_are_padded_or_refused_and_repeated_headers_left_out():
    table = read_csv(b"a,b,c\n1,2\n\na,b,c\n1,2,3,4\n5,6,7,,\n")
    assert [row.number for row in table.rows] == [2, 6]
    assert table.misshapen == [(5, "4 cells where the header has 3.")]
    assert table.notes == [
        "The column names stand again in 1 row, left out.",
        "1 row has fewer cells than the header; what is missing counts as empty.",
    ]


def test_line_breaks_in_cells_do_not_shift_the_row_numbers():
    table = read_csv(b'a,b\n"x\ny",1\nz,2\n')
    assert [(row.number, row.cells["a"]) for row in table.rows] == [(2, "x\ny"), (3, "z")]


def test_one_column_is_a_table():
    assert [row.cells for row in read_csv(b"Title\nA\nB\n").rows] == [
        {"Title": "A"},
        {"Title": "B"},
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\r\n\t", "empty"),
        (b"\x00\x01\x02\x03" * 99, "not a text file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old Excel file"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"\x1f\x8b\x08\x00", "packed"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b'<?xml version="1.0"?><Workbook/>', "web page"),
    ],
)
def test_what_is_no_table_is_refused_in_plain_words(content, words):
    assert words in refusal(content)


def test_a_web_page_that_calls_itself_excel_is_told_apart():
    assert "name of an Excel file" in refusal(b"<html><table>", "report.xls")


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    assert "larger than 50 MB" in refusal(b"a,b\n" + b"x" * MOST_BYTES)
    assert "columns" in refusal(b",".join(b"c%d" % n for n in range(600)) + b"\n1,2\n")
    assert "longer than" in refusal(b"a,b\n1," + b"x" * 1_100_000)


@pytest.mark.parametrize(
    "plain",
    [
        {"format": "xls"}, {"format": "csv", "header_row": 0}, {"format": "csv", "header_row": True},
        {"format": "csv", "x": 1}, {"format": "csv", "sheet": "x" * 200}, [], {"delimiter": ","},
    ],
)  # fmt: skip
def test_a_shape_somebody_sent_is_checked(plain):
    with pytest.raises(Invalid):
        Shape.from_json(plain)
    assert Shape.from_json(Shape("csv", delimiter=";").as_json()).delimiter == ";"


@pytest.mark.parametrize("shape", [{"encoding": "klingon"}, {"delimiter": "x"}, {"format": "xlsx"}])
def test_a_shape_the_file_cannot_have_is_refused(shape):
    with pytest.raises(Invalid):
        read(b"a,b\n1,2\n", Shape(**{"format": "csv", "delimiter": ",", **shape}))


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(
    rows=st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6)
    ),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_table_a_csv_writer_wrote_reads_back(rows, delimiter, quoting, end):
    # Python's writer leaves a line break bare that is not its own line end: no reader can tell.
    bare = {"\n", "\r"} - set(end) if quoting == csv.QUOTE_MINIMAL else set()
    assume(not any(bare & set(cell) for row in rows for cell in row))
    width = len(rows[0]) if rows else 1
    header = [f"c{place}" for place in range(width)]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(
        [header, *rows]
    )
    table = read(file.getvalue().encode(), Shape("csv", "utf-8", delimiter))
    filled = [row for row in rows if any(cell.strip() for cell in row) and row != header]
    assert [list(row.cells.values()) for row in table.rows] == filled
    assert not table.misshapen


@given(st.binary(max_size=400) | st.text('ab",;\n\r', max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_a_sentence(content):
    try:
        table = read(content, guess(content).shape)
    except Invalid as refused:
        assert str(refused).endswith(".")
    else:
        assert all(set(row.cells) == set(table.columns) for row in table.rows)
