"""A file as a table: columns by name, rows by number as a spreadsheet shows them."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from changeoffice.core.record.errors import Invalid

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 500
ENCODINGS = ("utf-8-sig", "cp1252")


@dataclass(frozen=True)
class Row:
    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[Row]
    encoding: str
    delimiter: str
    misshapen: list[tuple[int, str]]


def read_csv(content: bytes) -> Table:
    """Read delimited text; rows whose shape is broken are listed, not guessed at."""
    if len(content) > MOST_BYTES:
        raise Invalid(file=f"The file is larger than {MOST_BYTES // 1024 // 1024} MB.")
    text, encoding = _decode(content)
    delimiter = _delimiter(text)
    lines = _lines(text, delimiter)
    try:
        number, columns = next(lines)
    except StopIteration:
        raise Invalid(file="The file is empty.") from None
    columns = _named(columns)
    rows, misshapen = [], []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(columns):
            misshapen.append((number, f"{len(cells)} cells where the header has {len(columns)}."))
            continue
        padded = cells + [""] * (len(columns) - len(cells))
        rows.append(Row(number, dict(zip(columns, padded, strict=True))))
        if len(rows) > MOST_ROWS:
            raise Invalid(file=f"The file has more than {MOST_ROWS:,} rows. Split it.")
    return Table(columns, rows, encoding, delimiter, misshapen)


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace"), "utf-16"
    if b"\x00" in content[:4096]:
        raise Invalid(file="This is not a text file. Save it as CSV first.")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return content.decode("cp1252", errors="replace"), "cp1252"


def _delimiter(text: str) -> str:
    """The sign that cuts the header into most parts."""
    header = text.split("\n", 1)[0]
    return max(",;\t|", key=header.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(1024 * 1024)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    try:
        for cells in reader:
            yield start, [cell.replace("\x00", "") for cell in cells]
            start = reader.line_num + 1
    except csv.Error as error:
        raise Invalid(file=f"Line {reader.line_num} cannot be read: {error}.") from None


def _named(columns: list[str]) -> list[str]:
    """Column names as the file has them; a repeated one gets its position."""
    if len(columns) > MOST_COLUMNS:
        raise Invalid(file=f"The file has more than {MOST_COLUMNS} columns.")
    named: list[str] = []
    for place, column in enumerate(columns, start=1):
        name = " ".join(column.split()) or f"Column {place}"
        named.append(f"{name} ({place})" if name in named else name)
    return named
