"""XLSX: choose a sheet, read what its cells last showed."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.workbook.workbook import Workbook

from changeoffice.core.imports.reading import archive
from changeoffice.core.imports.reading.layout import SAMPLE_ROWS, described, hits_in, laid_out
from changeoffice.core.imports.reading.sheet import Reader, as_text
from changeoffice.core.imports.reading.table import Guess, Line, Shape, Sheet, Table, build
from changeoffice.core.record.errors import Invalid

MOST_SHEETS = 100
NO_SHEET = "The workbook has no sheet with cells."


def sheets_of(content: bytes) -> list[Sheet]:
    with _opened(content) as book:
        return _sheets(book)


def guess(content: bytes, wanted: Sequence[str], fixed: dict[str, Any]) -> Guess:
    """The sheet that holds most of the wanted columns, else the one that is most of a table."""
    with _opened(content) as book:
        sheets = _sheets(book)
        named = fixed.get("sheet") or _likeliest(book, sheets, wanted)
        shape = replace(Shape("xlsx"), **{**fixed, "sheet": named})
        shape = laid_out(shape, _sample(book, named), wanted, fixed)
    others = f", one of {len(sheets)}" if len(sheets) > 1 else ""
    return Guess(shape.checked(), [f"Sheet “{named}”{others}.", *described(shape)])


def read(content: bytes, shape: Shape) -> Table:
    with _opened(content) as book:
        marks = archive.marks_of(content, _sheet(book, shape.sheet)._worksheet_path)
        reader = Reader(marks, shape)
        values = _sheet(book, shape.sheet).iter_rows(values_only=True)
        if marks.formulas:
            with _opened(content, data_only=False, examined=True) as written:
                formulas = _sheet(written, shape.sheet).iter_rows(values_only=True)
                table = build(reader.lines(zip(values, formulas, strict=False)), shape)
        else:
            table = build(reader.lines((row, ()) for row in values), shape)
    return table.noting(*reader.notes())


def _sheets(book: Workbook) -> list[Sheet]:
    if not book.worksheets:
        raise Invalid(file=NO_SHEET)
    return [
        Sheet(s.title, s.max_row or 0, s.max_column or 0, s.sheet_state != "visible")
        for s in book.worksheets[:MOST_SHEETS]
    ]


def _likeliest(book: Workbook, sheets: list[Sheet], wanted: Sequence[str]) -> str:
    def likelihood(sheet: Sheet) -> tuple[int, bool, int]:
        sample = _sample(book, sheet.name)
        names = max((sum(1 for cell in cells if cell) for _, cells in sample), default=0)
        return hits_in(sample, wanted), not sheet.hidden, names * (sheet.rows or len(sample))

    return max(sheets, key=likelihood).name


def _sample(book: Workbook, name: str) -> list[Line]:
    rows = islice(_sheet(book, name).iter_rows(values_only=True), SAMPLE_ROWS)
    return [(number, [as_text(value) for value in row]) for number, row in enumerate(rows, start=1)]


def _sheet(book: Workbook, name: str) -> Any:
    for sheet in book.worksheets:
        if sheet.title == name:
            return sheet
    known = ", ".join(sheet.title for sheet in book.worksheets[:20])
    raise Invalid(sheet=f"There is no sheet “{name[:40]}”. Sheets: {known}.")


@contextmanager
def _opened(
    content: bytes, *, data_only: bool = True, examined: bool = False
) -> Iterator[Workbook]:
    """The workbook; whatever is wrong inside is one sentence for the person who sent it."""
    if not examined:
        archive.examine(content)
    try:
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False
        )
        try:
            yield book
        finally:
            book.close()
    except (Invalid, MemoryError):
        raise
    except (DefusedXmlException, *archive.DAMAGE):
        raise Invalid(file=archive.BROKEN) from None
