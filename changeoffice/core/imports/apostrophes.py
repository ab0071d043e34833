"""Our refused rows carry an apostrophe before what a spreadsheet would run; it comes off again."""

from dataclasses import replace

from changeoffice.core.doors.export import RISKY
from changeoffice.core.imports.reading import Row, Table


def undone(table: Table) -> Table:
    return replace(
        table, columns=[_bare(name) for name in table.columns],
        rows=[Row(row.number, {_bare(name): _bare(text) for name, text in row.cells.items()})
              for row in table.rows],
    )  # fmt: skip


def _bare(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(RISKY) else text
