"""Columns a row takes from other files of the same source, found by what both hold.

A mapping lists steps: {"file": "relationships", "on": {"to_uid": "_uid"}, "where": {"to_label":
"Activity"}, "take": {"project_uid": "from_uid"}}. Each looks for the first row of that file whose
column `to_uid` is this row's `_uid`, and gives this row a column `project_uid`.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from changeoffice.core.imports.reading import Row, Table
from changeoffice.core.imports.reading.columns import found_in
from changeoffice.core.record.errors import Invalid

Key = tuple[str, ...]


def files_of(steps: Iterable[dict[str, Any]]) -> list[str]:
    """The names of the other files a mapping wants, each once."""
    return list(dict.fromkeys(step["file"] for step in steps))


def joined(table: Table, steps: Iterable[dict[str, Any]], files: dict[str, Table]) -> Table:
    """The table with the columns its mapping takes from others; raises Invalid without them."""
    for step in steps:
        if step["file"] not in files:
            raise Invalid(
                others=f"Add the file of {step['file']}, with that word in its name: this mapping "
                "reads it as well."
            )
        table = _with(table, step, files[step["file"]])
    return table


def _with(table: Table, step: dict[str, Any], other: Table) -> Table:
    theirs = [_column(other, name, step) for name in step["on"]]
    ours = [_column(table, name, {"file": "this"}) for name in step["on"].values()]
    wanted = {_column(other, name, step): text for name, text in step.get("where", {}).items()}
    takes = {new: _column(other, name, step) for new, name in step["take"].items()}
    found: dict[Key, Row] = {}
    for row in other.rows:
        if all(row.cells[name] == text for name, text in wanted.items()):
            found.setdefault(tuple(row.cells[name].strip() for name in theirs), row)
    rows = [_row(row, found.get(tuple(row.cells[n].strip() for n in ours)), takes)
            for row in table.rows]  # fmt: skip
    new = [name for name in takes if name not in table.columns]
    return replace(table, columns=[*table.columns, *new],
                   letters=[*table.letters, *([""] * len(new))], rows=rows)  # fmt: skip


def _row(row: Row, match: Row | None, takes: dict[str, str]) -> Row:
    cells = {new: match.cells[name] if match else "" for new, name in takes.items()}
    return Row(row.number, row.cells | cells)


def _column(table: Table, name: str, step: dict[str, Any]) -> str:
    column = found_in(table.columns, name)
    if not column:
        raise Invalid(file=f"The file of {step['file']} lacks the column {name}.")
    return column
