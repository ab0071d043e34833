"""Delimited text: which sign cuts it, and its records."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator

from changeoffice.core.imports.reading.table import LONGEST_CELL, Line
from changeoffice.core.record.errors import Invalid

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_SIGNS = 512 * 1024
SAMPLE_RECORDS = 400


def delimiter_of(text: str) -> str:
    """The sign that cuts most records into the same number of fields, quotes respected."""
    return max(DELIMITERS, key=lambda sign: _evenness(sample_of(text, sign)))


def sample_of(text: str, delimiter: str) -> list[list[str]]:
    """The first records; one that the sample's end cuts is left out."""
    cut = text[:SAMPLE_SIGNS]
    try:
        records = []
        for _, cells in records_of(cut, delimiter):
            records.append(cells)
            if len(records) > SAMPLE_RECORDS:
                break
    except Invalid:
        return records
    return records[:-1] if len(cut) < len(text) and len(records) > 1 else records


def records_of(text: str, delimiter: str) -> Iterator[Line]:
    """Records by the row a spreadsheet would show them in; blank lines count."""
    if delimiter not in DELIMITERS:
        raise Invalid(delimiter=f"Choose one of {', '.join(DELIMITERS.values())}.")
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, [cell.replace("\x00", "") for cell in cells]
    except csv.Error as error:
        raise Invalid(file=f"Line {reader.line_num} cannot be read: {error}.") from None


def _evenness(records: list[list[str]]) -> float:
    widths = Counter(len(cells) for cells in records if any(cell.strip() for cell in cells))
    if not widths:
        return 0.0
    width, often = max(widths.items(), key=lambda item: (item[0] > 1, item[1] * item[0]))
    return 0.0 if width == 1 else (often / widths.total()) ** 2 * math.log2(width + 1)
