"""Rows out as CSV; cells a spreadsheet would run are neutralised."""

import csv as csv_writer
import re
from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse

MOST_ROWS = 100_000
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")
NAMES = ("id", "username", "name", "label")  # by which an object stands in a cell
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")


class Echo:
    def write(self, value: str) -> str:
        return value


def harmless(value: Any) -> Any:
    """Text that a spreadsheet could take for a formula gets a leading apostrophe; -100.00 cannot."""
    if value is None:
        return ""
    if isinstance(value, dict):
        value = next((value[key] for key in NAMES if value.get(key)), "")
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(harmless(item)) for item in value)
    if isinstance(value, str) and value.startswith(RISKY) and not PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def csv(name: str, columns: list[str], rows: Iterable[dict[str, Any]]) -> StreamingHttpResponse:
    writer = csv_writer.writer(Echo())

    def lines():
        yield "\ufeff" + writer.writerow([harmless(column) for column in columns])
        for row in rows:
            yield writer.writerow([harmless(row.get(column)) for column in columns])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
