"""A sheet's rows as lines of text, with what is to be said about them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.utils import column_index_from_string

from changeoffice.core.imports.reading.archive import Marks
from changeoffice.core.imports.reading.layout import filled, labels
from changeoffice.core.imports.reading.table import MOST_COLUMNS, Line, Shape, counted, letter

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
ERRORS = {"#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}
MOST_FILLED = 200_000  # cells a merged area hands its value to
SHOWN = 5


class Reader:
    """Reads one sheet and keeps count of formulas, errors and merged cells on the way."""

    def __init__(self, marks: Marks, shape: Shape) -> None:
        self.shape = shape
        self.tall, self.wide = _areas(marks, shape.header_row)
        self.formulas = self.errors = self.spread = 0
        self.without_value: list[str] = []
        self.next_table = 0

    def lines(self, rows: Iterable[tuple[Sequence[Any], Sequence[Any]]]) -> Iterator[Line]:
        """Each row with the values it showed, beside the formulas it was written with."""
        numbered = (
            (number, self._cells(number, values, written))
            for number, (values, written) in enumerate(rows, start=1)
        )
        return self._first_table(self._headed(numbered))

    def notes(self) -> list[str]:
        said = []
        if self.formulas:
            said.append(
                f"{counted(self.formulas, 'cell holds a formula', 'cells hold formulas')}; "
                "the value last saved is used."
            )
        if self.without_value:
            more = f" and {len(self.without_value) - SHOWN} more" * (
                len(self.without_value) > SHOWN
            )
            said.append(
                "Formulas without a saved value count as empty: "
                f"{', '.join(self.without_value[:SHOWN])}{more}. Open the file, save it, send it again."
            )
        if self.errors:
            said.append(
                f"{counted(self.errors, 'cell shows an error', 'cells show an error')} like #REF!."
            )
        if self.spread:
            said.append(
                f"Merged cells: {counted(self.spread, 'row got', 'rows got')} the value above."
            )
        if self.next_table:
            said.append(
                f"Another table begins below; its column names stand in row {self.next_table}. "
                "Only the rows before it are read."
            )
        return said

    def _cells(self, number: int, values: Sequence[Any], written: Sequence[Any]) -> list[str]:
        cells = [as_text(value) for value in values[: MOST_COLUMNS * 2]]
        if number > self.shape.header_row:
            self._count(number, values, written[: len(cells)])
            self.errors += sum(1 for cell in cells if cell in ERRORS)
        return self._spread(number, cells)

    def _count(self, number: int, values: Sequence[Any], written: Sequence[Any]) -> None:
        for place, formula in enumerate(written):
            if not _is_formula(formula) or formula == values[place]:
                continue
            if values[place] is None:
                self.without_value.append(f"{letter(place + 1)}{number}")
            else:
                self.formulas += 1

    def _spread(self, number: int, cells: list[str]) -> list[str]:
        """Give a cell merged over rows its value in each of them."""
        for area in self.tall.get(number, ()):
            if area.place < len(cells):
                if number == area.first:
                    area.value = cells[area.place]
                elif not cells[area.place] and area.value:
                    cells[area.place] = area.value
                    self.spread += number > self.shape.header_row
        return cells

    def _headed(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Column names that repeat get the title merged above them: “Planned Start”."""
        titles: dict[int, str] = {}
        for number, cells in lines:
            if number == self.shape.header_row - 1:
                for first, last in self.wide:
                    title = cells[first] if first < len(cells) else ""
                    titles |= dict.fromkeys(range(first, last + 1), title)
            if number == self.shape.header_row and titles and not self.shape.transposed:
                repeated = {cell for cell in cells if cells.count(cell) > 1}
                cells = [
                    f"{titles.get(place, '')} {cell}".strip() if cell in repeated and cell else cell
                    for place, cell in enumerate(cells)
                ]
            yield number, cells

    def _first_table(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Up to where, after a blank row, a title and other column names follow."""
        blank, title = False, None
        for line in lines:
            number, cells = line
            full = filled(cells)
            if title and full > 1 and labels(cells) == full:
                self.next_table = number
                return
            if title:
                yield title
            title = line if blank and full == 1 and number > self.shape.header_row else None
            blank = not full
            if not title:
                yield line
        if title:
            yield title


class _Tall:
    """A cell merged over rows; its value is met in the first of them."""

    def __init__(self, place: int, first: int) -> None:
        self.place, self.first, self.value = place, first, ""


def _areas(marks: Marks, header_row: int) -> tuple[dict[int, list[_Tall]], list[tuple[int, int]]]:
    """Areas over several rows by row, and spans of columns merged in the row above the header."""
    tall: dict[int, list[_Tall]] = {}
    wide: list[tuple[int, int]] = []
    left = MOST_FILLED
    for first_column, first, last_column, last in marks.merged:
        place = column_index_from_string(first_column) - 1
        end = column_index_from_string(last_column) - 1
        if last == header_row - 1 and end > place and first == last:
            wide.append((place, end))
        if last > first and last - first < left:
            left -= last - first
            area = _Tall(place, first)
            for number in range(first, last + 1):
                tall.setdefault(number, []).append(area)
    return tall, wide


def _is_formula(value: Any) -> bool:
    return value is not None and (
        value.startswith("=") if isinstance(value, str) else hasattr(value, "ref")
    )


def as_text(value: Any) -> str:
    """A cell as text: dates as ISO, numbers in plain decimals, truth as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _unescaped(value) if "_x" in value or "\x00" in value else value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _plain(value)
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value.replace(microsecond=0))
    if isinstance(value, timedelta):
        return _plain(value / timedelta(days=1))
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _unescaped(text: str) -> str:
    """_x000D_ and the like are how XLSX writes signs XML cannot hold."""
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _plain(value: float) -> str:
    """Fifteen digits are what a spreadsheet keeps; 0.1 + 0.2 is 0.3."""
    text = format(Decimal(f"{value:.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
