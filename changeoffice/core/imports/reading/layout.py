"""Where the column names stand in a grid of cells: in which row, or down the first column."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from changeoffice.core.imports.looks import DAY, PROSE, SUM, WORDS, look_of, purity
from changeoffice.core.imports.patterns import bare, fits
from changeoffice.core.imports.reading.table import Line, Shape

SAMPLE_ROWS, SAMPLE_COLUMNS = 80, 80
DEEPEST_HEADER = 40
LONGEST_LABEL = 500
YEARS = range(1900, 2201)


@dataclass(frozen=True)
class Layout:
    header_row: int = 1
    transposed: bool = False


def laid_out(
    shape: Shape, lines: Sequence[Line], wanted: Sequence[str], fixed: Mapping[str, Any]
) -> Shape:
    """The shape with its likely layout, but for what a person fixed."""
    found = layout_of(lines, wanted)
    if "transposed" in fixed and bool(fixed["transposed"]) != found.transposed:
        found = Layout()
    header_row = fixed.get("header_row", found.header_row)
    return replace(
        shape, header_row=header_row, transposed=fixed.get("transposed", found.transposed)
    )


def described(shape: Shape) -> list[str]:
    said = []
    if shape.transposed:
        said.append("Each column is a record; the first column holds the field names.")
    if shape.header_row > 1:
        what = "The table starts" if shape.transposed else "The column names stand"
        said.append(f"{what} in row {shape.header_row}; what stands above is left out.")
    return said


def layout_of(lines: Sequence[Line], wanted: Sequence[str] = ()) -> Layout:
    """The likely layout; `wanted` are column names a mapping looks for, the surest sign there is."""
    grid = [(number, cells[:SAMPLE_COLUMNS]) for number, cells in lines[:SAMPLE_ROWS]]
    grid = [line for line in grid if filled(line[1])]
    if not grid:
        return Layout()
    return _where_wanted(grid, wanted) or _by_looks(grid)


def _where_wanted(grid: Sequence[Line], wanted: Sequence[str]) -> Layout | None:
    if not wanted:
        return None
    enough = min(2, len(wanted))
    row, across = max(
        ((number, _hits(cells, wanted)) for number, cells in grid[:DEEPEST_HEADER]),
        key=lambda found: found[1],
    )
    down = _hits([cells[0] for _, cells in grid if cells], wanted)
    if max(across, down) < enough:
        return None
    return Layout(_first_of_table(grid), transposed=True) if down > across else Layout(row)


def hits_in(lines: Sequence[Line], wanted: Sequence[str]) -> int:
    """The most wanted names that any one row, or the first column, of these holds."""
    down = [cells[0] for _, cells in lines if cells]
    return max((_hits(cells, wanted) for cells in (down, *(c for _, c in lines))), default=0)


def _hits(cells: Sequence[str], wanted: Sequence[str]) -> int:
    """How many of the wanted names are among these cells."""
    plain = {bare(cell) for cell in cells if 0 < len(cell) <= LONGEST_LABEL}
    return sum(
        bare(name) in plain or ("*" in name and any(fits(cell, name) for cell in plain))
        for name in wanted
    )


def _by_looks(grid: Sequence[Line]) -> Layout:
    if _is_turned(grid):
        return Layout(_first_of_table(grid), transposed=True)
    counts = sorted(filled(cells) for _, cells in grid)
    usual = counts[len(counts) * 4 // 5]  # most rows are not fuller than this
    for number, cells in grid[:DEEPEST_HEADER]:
        if labels(cells) >= max(1, 0.5 * usual) and labels(cells) > 0.5 * filled(cells):
            return Layout(number)
    return Layout(_first_of_table(grid))


def _is_turned(grid: Sequence[Line]) -> bool:
    """Whether each row holds one kind of value, below names in the first column, and columns do not."""
    first = _first_of_table(grid)
    rows = [cells for number, cells in grid if number >= first and cells and cells[0].strip()]
    names = [bare(cells[0]) for cells in rows]
    width = max((len(cells) for cells in rows), default=0)
    if len(rows) < 3 or width < 3 or len(set(names)) < len(names):
        return False
    if not all(_is_label(cells[0]) for cells in rows):
        return False
    columns = [[cells[p] for cells in rows[1:] if p < len(cells)] for p in range(1, width)]
    return _typed([cells[1:] for cells in rows]) > _typed(columns)


def _typed(groups: Sequence[Sequence[str]]) -> float:
    """The share of groups of some cells that hold nearly nothing but dates, or numbers."""
    found = [purity(group) for group in groups if filled(group) > 1]
    typed = sum(1 for look, share in found if look in (DAY, SUM) and share >= 0.8)
    return typed / max(1, len(found))


def _first_of_table(grid: Sequence[Line]) -> int:
    """The first row with more than one filled cell: titles stand alone."""
    return next((number for number, cells in grid if filled(cells) > 1), grid[0][0])


def filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def labels(cells: Sequence[str]) -> int:
    """How many different names stand in the row."""
    return len({bare(cell) for cell in cells if cell.strip() and _is_label(cell)})


def _is_label(cell: str) -> bool:
    look = look_of(cell)
    if look == SUM:
        return cell.strip().isdigit() and int(cell) in YEARS
    return look == WORDS or (look == PROSE and len(cell) <= LONGEST_LABEL)
