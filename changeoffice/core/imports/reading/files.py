"""Any file: what it is, how it is shaped, and its table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from changeoffice.core.imports.reading import workbook
from changeoffice.core.imports.reading.delimited import (
    DELIMITERS,
    BadQuotes,
    delimiter_of,
    is_spaced,
    records_of,
    sample_of,
)
from changeoffice.core.imports.reading.formats import is_workbook, refuse_other_formats
from changeoffice.core.imports.reading.layout import described, laid_out
from changeoffice.core.imports.reading.repair import repaired
from changeoffice.core.imports.reading.table import MOST_BYTES, Guess, Shape, Sheet, Table, build
from changeoffice.core.imports.reading.text import UNREADABLE, decoded, encoding_of
from changeoffice.core.record.errors import Invalid


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets of a workbook; none for text."""
    _usable(content)
    return workbook.sheets_of(content) if is_workbook(content) else []


def guess(content: bytes, file_name: str = "", wanted: Sequence[str] = (), **fixed: Any) -> Guess:
    """The shape this file most likely has.

    `wanted` are column names a mapping looks for: the row, column or sheet that holds them wins.
    `fixed` are the parts a person already decided.
    """
    _usable(content, file_name)
    Shape.from_json({"format": "csv", **fixed})
    if is_workbook(content):
        return workbook.guess(content, wanted, fixed)
    fixed = {part: said for part, said in fixed.items() if part != "sheet"}
    shape = replace(Shape("csv", encoding=encoding_of(content)), **fixed)
    text, _ = decoded(content, shape.encoding)
    if not shape.delimiter:
        shape = replace(shape, delimiter=delimiter_of(text))
    said = f"Encoding {shape.encoding}, cut at each {DELIMITERS.get(shape.delimiter, '?')}."
    sample = sample_of(text, shape.delimiter, spaced=is_spaced(text, shape.delimiter))
    shape = laid_out(shape, sample, wanted, fixed)
    return Guess(shape.checked(), [said, *described(shape)])


def read(content: bytes, shape: Shape) -> Table:
    """The table of a file by its shape."""
    _usable(content)
    shape.checked()
    if is_workbook(content) != (shape.format == "xlsx"):
        raise Invalid(format="The file is not of this format.")
    return workbook.read(content, shape) if shape.format == "xlsx" else _text_table(content, shape)


def _text_table(content: bytes, shape: Shape) -> Table:
    shape = replace(
        shape, encoding=shape.encoding or encoding_of(content), delimiter=shape.delimiter or ","
    )
    text, notes = decoded(content, shape.encoding)
    try:
        spaced = is_spaced(text, shape.delimiter)
        table = build(records_of(text, shape.delimiter, spaced=spaced), shape)
    except BadQuotes:
        table = _mended(text, shape)
    if notes:
        table = table.noting(*notes, *_where_unreadable(table))
    return table


def _mended(text: str, shape: Shape) -> Table:
    """A table out of a file with broken quotes, and the account of its records."""
    seen = sum(1 for _, cells in records_of(text, shape.delimiter, strict=False))
    account = None if shape.transposed else repaired(text, shape.delimiter, shape.header_row)
    if account is None:
        raise Invalid(
            file=f"The quotes in this file are broken: quotes inside texts are not doubled. It reads "
            f"as {seen:,} rows, and its records cannot be told apart. Export it again, as XLSX if "
            "you can."
        )
    table = build(account.lines, shape).noting(*account.sentences(seen - shape.header_row))
    return replace(table, misshapen=sorted([*table.misshapen, *account.refused]))


def _where_unreadable(table: Table) -> list[str]:
    rows = [
        table.place_of(row.number)
        for row in table.rows
        if any(UNREADABLE in cell for cell in row.cells.values())
    ]
    more = f" and {len(rows) - 5} more" if len(rows) > 5 else ""
    return [f"Unreadable signs stand in {', '.join(rows[:5])}{more}."] if rows else []


def _usable(content: bytes, file_name: str = "") -> None:
    if not content.strip(b"\x00 \t\r\n"):
        raise Invalid(file="The file is empty.")
    refuse_large(content)
    refuse_other_formats(content, file_name)


def refuse_large(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise Invalid(file=f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it.")
