"""XLSX: choose a sheet, read what its cells last showed."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.workbook.workbook import Workbook

from changeoffice.core.imports.reading.table import Guess, Line, Shape, Sheet, Table, build
from changeoffice.core.record.errors import Invalid

NOT_A_WORKBOOK = "This is not a workbook that can be read. Save it as XLSX or CSV again."
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def sheets_of(content: bytes) -> list[Sheet]:
    with _opened(content) as book:
        return [
            Sheet(sheet.title, sheet.max_row or 0, sheet.max_column or 0,
                  sheet.sheet_state != "visible")
            for sheet in book.worksheets
        ]  # fmt: skip


def guess(content: bytes, fixed: dict[str, Any]) -> Guess:
    shape = replace(Shape("xlsx"), **fixed)
    if not shape.sheet:
        sheets = [s for s in sheets_of(content) if not s.hidden] or sheets_of(content)
        if not sheets:
            raise Invalid(file="The workbook has no sheet with cells.")
        largest = max(sheets, key=lambda sheet: sheet.rows * sheet.columns)
        shape = replace(shape, sheet=largest.name)
    return Guess(shape.checked(), [f"Sheet “{shape.sheet}”."])


def read(content: bytes, shape: Shape) -> Table:
    with _opened(content) as book:
        if shape.sheet not in [sheet.title for sheet in book.worksheets]:
            raise Invalid(sheet=f"There is no sheet “{shape.sheet}”.")
        return build(_lines(book, shape.sheet), shape)


def _lines(book: Workbook, sheet: str) -> Iterator[Line]:
    for number, cells in enumerate(book[sheet].iter_rows(values_only=True), start=1):
        yield number, [as_text(value) for value in cells]


def as_text(value: Any) -> str:
    """A cell as text: dates as ISO, numbers in plain decimals, truth as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value).replace("\x00", "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _plain(value)
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value.replace(microsecond=0))
    if isinstance(value, timedelta):
        return _plain(value / timedelta(days=1))
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _plain(value: float) -> str:
    """Fifteen digits are what a spreadsheet keeps; 0.1 + 0.2 is 0.3."""
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@contextmanager
def _opened(content: bytes) -> Iterator[Workbook]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        raise Invalid(file=NOT_A_WORKBOOK) from None
    try:
        yield book
    finally:
        book.close()
