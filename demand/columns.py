"""Which columns the table of demands has: a person's choice, held in the address."""

from typing import Any, NamedTuple

from django.http import QueryDict


class Column(NamedTuple):
    code: str
    label: str
    is_usual: bool = True


COLUMNS = (
    Column("rank", "Rank"),
    Column("score", "Score"),
    Column("state", "State"),
    Column("source", "Source"),
    Column("type", "Type", False),
    Column("unit", "Unit", False),
    Column("size", "Size"),
    Column("risk", "Risk"),
    Column("cost", "Likely cost", False),
    Column("age", "Age against limit"),
    Column("waits", "Waits for"),
    Column("mandatory", "Needed by"),
    Column("requester", "Requester", False),
    Column("sponsor", "Sponsor", False),
    Column("created", "Registered", False),
    Column("owner", "Owner"),
)


def shown(asked: QueryDict) -> dict[str, bool]:
    """The columns to draw, by code; the usual ones where none are chosen."""
    known = {column.code for column in COLUMNS}
    chosen = known & set(asked.getlist("columns"))
    return dict.fromkeys(chosen or (c.code for c in COLUMNS if c.is_usual), True)


def chooser(asked: QueryDict) -> list[dict[str, Any]]:
    now = shown(asked)
    return [{"value": c.code, "label": c.label, "checked": c.code in now} for c in COLUMNS]
