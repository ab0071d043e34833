"""Delimited text: which sign cuts it, and its records."""

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator

from changeoffice.core.imports.reading.table import LONGEST_CELL, Line
from changeoffice.core.record.errors import Invalid

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_SIGNS = 512 * 1024
SAMPLE_RECORDS = 400


class BadQuotes(Exception):
    """A quote inside a quoted cell is not doubled, or the last one is never closed."""


def delimiter_of(text: str) -> str:
    """The sign that cuts most records into the same number of cells, quotes respected."""
    return max(DELIMITERS, key=lambda sign: evenness(sample_of(text, sign)))


def sample_of(text: str, delimiter: str, *, spaced: bool = False) -> list[Line]:
    """The first records, read leniently; one that the sample's end cuts is left out."""
    cut, records = text[:SAMPLE_SIGNS], []
    try:
        for line in records_of(cut, delimiter, strict=False, spaced=spaced):
            records.append(line)
            if len(records) > SAMPLE_RECORDS:
                return records
    except Invalid:
        return records
    return records[:-1] if len(cut) < len(text) and len(records) > 1 else records


def records_of(
    text: str, delimiter: str, *, strict: bool = True, spaced: bool = False
) -> Iterator[Line]:
    """Records by the row a spreadsheet would show them in; blank lines count.

    `spaced` ignores spaces before a quote. Strictly, a quote out of place raises BadQuotes.
    """
    if delimiter not in DELIMITERS:
        raise Invalid(delimiter=f"Choose one of {', '.join(DELIMITERS.values())}.")
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, strict=strict, skipinitialspace=spaced
    )
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [cell.replace("\x00", "") for cell in cells]
    except csv.Error as error:
        if strict and ("expected after" in str(error) or "unexpected end" in str(error)):
            raise BadQuotes from None
        raise Invalid(
            file=f"Line {reader.line_num} holds a cell longer than {LONGEST_CELL:,} characters."
        ) from None


def is_spaced(text: str, delimiter: str) -> bool:
    """Whether quotes follow a space after the delimiter, as in: a, "b, c"."""
    if not re.search(re.escape(delimiter) + r' +"', text[:SAMPLE_SIGNS]):
        return False
    spaced, plain = (sample_of(text, delimiter, spaced=spaced) for spaced in (True, False))
    return evenness(spaced) > evenness(plain)


def evenness(records: list[Line]) -> float:
    """How much this looks like a table: the share of records of the usual width, wider is better."""
    widths = Counter(len(cells) for _, cells in records if any(cell.strip() for cell in cells))
    if not widths:
        return 0.0
    width, often = max(widths.items(), key=lambda item: (item[0] > 1, item[1] * item[0]))
    return 0.0 if width == 1 else (often / widths.total()) ** 2 * math.log2(width + 1)
