"""A file whose inner quotes are not doubled: its true records are accounted for."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from changeoffice.core.imports.reading import Shape, guess, read
from changeoffice.core.record.errors import Invalid

HEADER = "id,title,body,created,votes,state"


def read_csv(content: bytes):
    """The table of a text as it most likely is meant."""
    return read(content, guess(content).shape)


def record(number: int, title: str, body: str, state: str = "open") -> str:
    return f'{number:06d},"{title}","{body}","2024-01-{number % 28 + 1:02d}",{number * 7},{state}'


def file_of(*records: str) -> bytes:
    return "\n".join([HEADER, *records, ""]).encode()


SOUND = [record(n, f"Title {n}", f"A body, number {n}") for n in range(1, 9)]
BROKEN = record(9, "The so-called fix", 'They said "yes", then "no".\n\nNot 5, not "six"', "closed")
TORN = record(10, "Which", 'one","or","two", he said "so')


def test_every_record_is_found_and_the_account_says_how():
    table = read_csv(file_of(*SOUND, BROKEN, *(record(n, "T", "b") for n in range(11, 14))))
    assert len(table.rows) == 12 and not table.misshapen
    assert table.rows[8].cells["body"] == 'They said "yes", then "no".\n\nNot 5, not "six"'
    assert table.rows[8].cells["state"] == "closed"
    assert "It really holds 12 records: 11 sound, 1 repaired, 0 refused." in table.notes[0]
    assert table.notes[1] == "Repaired rows, worth a look: 10."


def test_a_record_that_could_be_cut_in_two_ways_is_refused_not_guessed_at():
    table = read_csv(file_of(*SOUND, TORN, BROKEN))
    assert len(table.rows) == 9
    [(row, why)] = table.misshapen
    assert row == 10 and why == (
        "Line 10 of the file: broken quotes; the record can be cut in more than one way."
    )
    assert "Refused rows: 10." in table.notes


def test_a_record_that_is_torn_is_refused_with_its_line():
    table = read_csv(file_of(*SOUND, '000009,"a "b" c",5,5,open', *SOUND))
    assert len(table.rows) == 16 and table.misshapen[0][0] == 10
    assert "in no way" in table.misshapen[0][1]


def test_a_file_whose_records_cannot_be_told_apart_is_refused_whole():
    with pytest.raises(Invalid, match="cannot be told apart"):
        read_csv(b'a,b\n"x "y" z","q\n"u "v" w",r"\n')


def test_a_quote_that_never_closes_is_told():
    with pytest.raises(Invalid, match="quotes in this file are broken"):
        read_csv(b'a,b\n1,"two\n3,4\n')


WORDS = st.text("abc ,.\n", min_size=1, max_size=20).map(lambda text: f"x{text}x")
TEXT = st.lists(WORDS, min_size=1, max_size=4).map(lambda parts: '"'.join(parts)).filter(
    lambda text: '",' not in text and ',"' not in text
)  # fmt: skip


@given(st.lists(TEXT, min_size=1, max_size=8))
@example(['xax"x\na,,,x', 'x\n,,,,x"x,,\nx"x,,,,,x"x,,\nx'])
def test_records_with_undoubled_quotes_read_as_they_were_meant_or_are_refused(bodies):
    """Refused only where a line of a text, with its commas, could be a record of its own."""
    meant = {f"{n:06d}": body for n, body in enumerate(bodies, start=20)}
    records = [*SOUND, *(record(int(n), "Title", body) for n, body in meant.items())]
    table = read(file_of(*records, *SOUND), Shape("csv", "utf-8", ","))
    told = {row.cells["id"]: row.cells["body"] for row in table.rows[8:-8]}
    assert told.items() <= meant.items()
    assert len(table.rows) + len(table.misshapen) == len(records) + 8
    if all(line.count(",") < 2 for body in bodies for line in body.split("\n")):
        assert told == meant


@given(st.lists(TEXT, min_size=1, max_size=8))
def test_doubled_quotes_are_never_repaired(bodies):
    file = io.StringIO()
    csv.writer(file).writerows([["id", "body"], *([n, body] for n, body in enumerate(bodies))])
    content = file.getvalue().encode()
    table = read(content, Shape("csv", "utf-8", ","))
    assert [row.cells["body"] for row in table.rows] == bodies and not table.notes
    assert guess(content).shape.format == "csv"
