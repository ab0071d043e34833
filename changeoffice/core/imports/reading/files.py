"""Any file: what it is, how it is shaped, and its table."""

from dataclasses import replace
from typing import Any

from changeoffice.core.imports.reading import workbook
from changeoffice.core.imports.reading.delimited import DELIMITERS, delimiter_of, records_of
from changeoffice.core.imports.reading.table import MOST_BYTES, Guess, Shape, Sheet, Table, build
from changeoffice.core.imports.reading.text import decoded, encoding_of
from changeoffice.core.record.errors import Invalid


def sheets_of(content: bytes) -> list[Sheet]:
    """The sheets of a workbook; none for text."""
    _usable(content)
    return workbook.sheets_of(content) if _is_workbook(content) else []


def guess(content: bytes, file_name: str = "", **fixed: Any) -> Guess:
    """The shape this file most likely has; `fixed` are the parts a person already decided."""
    _usable(content)
    if _is_workbook(content):
        return workbook.guess(content, fixed)
    shape = replace(Shape("csv", encoding=encoding_of(content)), **fixed)
    text, notes = decoded(content, shape.encoding)
    if not shape.delimiter:
        shape = replace(shape, delimiter=delimiter_of(text))
    said = f"Encoding {shape.encoding}, cut at each {DELIMITERS.get(shape.delimiter, '?')}."
    return Guess(shape.checked(), [said, *notes])


def read(content: bytes, shape: Shape) -> Table:
    """The table of a file by its shape."""
    _usable(content)
    shape.checked()
    if _is_workbook(content) != (shape.format == "xlsx"):
        raise Invalid(format="The file is not of this format.")
    if shape.format == "xlsx":
        return workbook.read(content, shape)
    text, notes = decoded(content, shape.encoding or encoding_of(content))
    return build(records_of(text, shape.delimiter or ","), shape).noting(*notes)


def read_csv(content: bytes) -> Table:
    """Delimited text as it most likely is meant."""
    return read(content, guess(content).shape)


def _is_workbook(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def _usable(content: bytes) -> None:
    if not content.strip(b"\x00 \t\r\n"):
        raise Invalid(file="The file is empty.")
    if len(content) > MOST_BYTES:
        raise Invalid(file=f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
