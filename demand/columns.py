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
    """Of each column, by code, whether to draw it; the usual ones where none are chosen."""
    chosen = {column.code for column in COLUMNS} & set(asked.getlist("columns"))
    return {c.code: c.code in chosen if chosen else c.is_usual for c in COLUMNS}


def chooser(asked: QueryDict) -> list[dict[str, Any]]:
    now = shown(asked)
    return [{"value": c.code, "label": c.label, "checked": now[c.code]} for c in COLUMNS]
