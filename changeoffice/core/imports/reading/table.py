"""What a file becomes: a shape a person may correct, and a table of named columns and numbered rows."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from changeoffice.core.record.errors import Invalid

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 500
MOST_CELLS = 5_000_000
MOST_SIGNS = 150_000_000  # characters in all cells
LONGEST_CELL = 1_000_000  # characters
LONGEST_NAME = 500
FORMATS = ("csv", "xlsx")

Line = tuple[int, list[str]]  # row number as a spreadsheet shows it, and the cells as they stand


@dataclass(frozen=True)
class Shape:
    """How a file is to be read: everything a person may correct on the page."""

    format: str  # csv | xlsx
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    transposed: bool = False  # a column per record; the first column holds the field names

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Any) -> "Shape":
        """A shape somebody sent or saved; raises Invalid by field."""
        known = {f.name: f for f in fields(cls)}
        if not isinstance(plain, dict) or set(plain) - set(known) or "format" not in plain:
            raise Invalid(shape="This is not a shape of a file.")
        for name, value in plain.items():
            wanted = type(getattr(cls("csv"), name))
            if type(value) is not wanted or (wanted is str and len(value) > 100):
                raise Invalid(**{name: "This cannot be used here."})
        return cls(**plain).checked()

    def checked(self) -> "Shape":
        if self.format not in FORMATS:
            raise Invalid(format=f"Files are read as {' or '.join(FORMATS)}.")
        if not 1 <= self.header_row <= MOST_ROWS:
            raise Invalid(header_row="Give the number of the row that holds the column names.")
        return self


@dataclass(frozen=True)
class Sheet:
    name: str
    rows: int
    columns: int
    hidden: bool = False


@dataclass(frozen=True)
class Guess:
    shape: Shape
    notes: list[str] = field(default_factory=list)  # plain sentences


@dataclass(frozen=True)
class Row:
    number: int  # as a spreadsheet shows it; the column's number in a transposed file
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    columns: list[str]
    letters: list[str]  # where each column stands: A, B …; row numbers in a transposed file
    rows: list[Row]
    misshapen: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shape: Shape = field(default_factory=lambda: Shape("csv"))

    def place_of(self, number: int) -> str:
        """Where a row stands, in words: “row 7”, or “column H” of a transposed file."""
        return f"column {letter(number)}" if self.shape.transposed else f"row {number}"

    def noting(self, *sentences: str) -> "Table":
        return replace(self, notes=[*self.notes, *sentences])


@dataclass
class Room:
    """How much of a file has been read; raises Invalid when it is more than one file may hold."""

    rows: int = 0
    cells: int = 0
    signs: int = 0

    def take(self, cells: list[str]) -> None:
        self.rows += 1
        self.cells += len(cells)
        self.signs += sum(map(len, cells))
        for count, most, what in (
            (self.rows, MOST_ROWS, "rows"),
            (self.cells, MOST_CELLS, "cells"),
            (self.signs, MOST_SIGNS, "characters"),
        ):
            if count > most:
                raise Invalid(file=f"The file has more than {most:,} {what}. Split it.")


def letter(place: int) -> str:
    """A spreadsheet's name for its n-th column: 1 is A, 27 is AA."""
    found = ""
    while place > 0:
        place, rest = divmod(place - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def named(header: list[str]) -> list[str]:
    """Column names on one line; an empty one is called by its letter, a repeated one is counted."""
    taken: dict[str, int] = {}
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = " ".join(cell.split())[:LONGEST_NAME] or f"Column {letter(place)}"
        taken[name] = taken.get(name, 0) + 1
        numbered = name if taken[name] == 1 else f"{name} ({taken[name]})"
        while numbered in names:
            taken[name] += 1
            numbered = f"{name} ({taken[name]})"
        names.append(numbered)
    return names


def build(lines: Iterable[Line], shape: Shape) -> Table:
    """The table below (or beside) the header; rows of a wrong shape are listed, not guessed at."""
    if shape.transposed:
        lines = _turned(lines, shape.header_row)
    else:
        lines = (line for line in lines if line[0] >= shape.header_row)
    lines = (line for line in lines if any(cell.strip() for cell in line[1]))
    if (first := next(lines, None)) is None:
        raise Invalid(file="The file is empty.")
    header = first[1] if len(first[1]) <= MOST_COLUMNS else _trimmed(first[1])
    if len(header) > MOST_COLUMNS:
        raise Invalid(file=f"The file has more than {MOST_COLUMNS} columns.")
    return _filled(header, lines, shape)


def _filled(header: list[str], lines: Iterator[Line], shape: Shape) -> Table:
    names = named(header)
    rows: list[Line] = []
    misshapen: list[tuple[int, str]] = []
    width, short, again = len(names), 0, 0
    room = Room()
    for number, cells in lines:
        if cells == header:
            again += 1
            continue
        if len(cells) > width and len(cells := _trimmed(cells)) > width:
            misshapen.append((number, f"{len(cells)} cells where the header has {width}."))
            continue
        short += len(cells) < width
        rows.append((number, cells + [""] * (width - len(cells))))
        room.take(cells)
    keep = [
        bool(header[i].strip()) or any(cells[i].strip() for _, cells in rows) for i in range(width)
    ]
    if not any(keep):
        raise Invalid(file="The file is empty.")
    places = [place for place in range(width) if keep[place]]
    columns = [names[place] for place in places]
    letters = [str(p + shape.header_row) if shape.transposed else letter(p + 1) for p in places]
    table = Table(
        columns,
        letters,
        [Row(n, {names[p]: cells[p] for p in places}) for n, cells in rows],
        misshapen,
        shape=shape,
    )
    if again:
        table = table.noting(
            f"The column names stand again in {counted(again, 'row', 'rows')}, left out."
        )
    if short:
        table = table.noting(
            f"{counted(short, 'row has', 'rows have')} fewer cells than the header; "
            "what is missing counts as empty."
        )
    return table


def _turned(lines: Iterable[Line], first: int) -> Iterator[Line]:
    """Columns as rows, numbered by their place; the field names come out first."""
    grid = [cells for number, cells in lines if number >= first]
    widest = max((len(cells) for cells in grid), default=0)
    for place in range(widest):
        yield place + 1, [cells[place] if place < len(cells) else "" for cells in grid]


def _trimmed(cells: list[str]) -> list[str]:
    """Without the empty cells at the end, which spreadsheets add freely."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    return cells[:width]


def counted(number: int, one: str, many: str) -> str:
    """“1 row has”, “1,200 rows have”."""
    return f"{number:,} {one if number == 1 else many}"
