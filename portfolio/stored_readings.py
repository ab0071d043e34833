"""Stored readings: read as columns, and replaced where they differ."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from changeoffice.core.record import clock
from portfolio.columns_in_sql import among, as_array, columns_of
from portfolio.judging import DIMENSION_COUNT, Ints
from portfolio.models import RagReading

KEPT = ("overall", "overall_since", "colour", "reason", "value", "worst", "previous", "since",
        "limit_set_id", "at")  # fmt: skip


ARRAYS = {"colour": "smallint", "reason": "smallint", "value": "int", "worst": "bigint"}


class Readings(NamedTuple):
    """Columns of readings in the order of their projects; those of ARRAYS are (n, dimensions)."""

    ids: Ints
    overall: Ints
    limit_set: Ints
    colour: Ints
    reason: Ints
    value: Ints
    worst: Ints

    def differ_from(self, other: "Readings") -> Ints:
        """Rows that differ by more than the time that has passed."""
        differ = (self.overall != other.overall) | (self.limit_set != other.limit_set)
        for name in ARRAYS:
            differ |= (getattr(self, name) != getattr(other, name)).any(axis=1)
        return np.flatnonzero(differ)


def stored(ids: Iterable[int]) -> Readings:
    """The readings of these projects as they stand."""
    columns = columns_of(_readings, ids)
    tables = np.array(columns[3:]).reshape(len(ARRAYS), DIMENSION_COUNT, -1)
    return Readings(*columns[:3], *(table.T for table in tables))


def _readings(ids: str) -> QuerySet:
    each = [f"{name}__{at}" for name in ARRAYS for at in range(DIMENSION_COUNT)]
    rows = RagReading.objects.filter(among("id", ids)).order_by("pk")
    return rows.values_list("pk", "overall", "limit_set_id", *each)


KEPT_NOW = ", ".join(KEPT)
PAST = f"""INSERT INTO portfolio_raghistory (project_id, until, {KEPT_NOW})
    SELECT project_id, %(now)s, {KEPT_NOW} FROM portfolio_ragreading
    WHERE project_id = ANY(%(project_id)s::bigint[]) AND at < %(now)s AND 0 <> ANY(reason)"""  # noqa: S608
PLAIN = {"project_id": "bigint", "overall": "smallint", "limit_set_id": "bigint"}
SINCE = "CASE WHEN {0} = n.{1} THEN r.{2} ELSE %(today)s END"


def _present() -> str:
    """One column of the statement's table for each number, put together to arrays again."""
    places = range(DIMENSION_COUNT)
    columns = PLAIN | {f"{name}{at}": kind for name, kind in ARRAYS.items() for at in places}
    given = ", ".join(f"%({name})s::{kind}[]" for name, kind in columns.items())
    arrays = [f"{n} = ARRAY[{', '.join(f'n.{n}{at}' for at in places)}]" for n in ARRAYS]
    since = [
        SINCE.format(f"r.colour[{at + 1}]", f"colour{at}", f"since[{at + 1}]") for at in places
    ]
    return f"""UPDATE portfolio_ragreading r SET at = %(now)s, overall = n.overall,
        limit_set_id = n.limit_set_id, previous = r.colour, {", ".join(arrays)},
        since = ARRAY[{", ".join(since)}],
        overall_since = {SINCE.format("r.overall", "overall", "overall_since")}
        FROM unnest({given}) AS n({", ".join(columns)}) WHERE r.project_id = n.project_id"""  # noqa: S608


PRESENT = _present()


def store(now: Readings, rows: Ints) -> None:
    """The old rows into the past, the new ones in their place; a first reading leaves no past."""
    columns = dict(zip(PLAIN, (now.ids, now.overall, now.limit_set), strict=True)) | {
        f"{name}{at}": getattr(now, name)[:, at] for name in ARRAYS for at in range(DIMENSION_COUNT)
    }
    given: dict[str, Any] = {
        name: as_array(column[rows].tolist()) for name, column in columns.items()
    }
    given |= {"now": clock.now(), "today": clock.today()}
    with connection.cursor() as cursor:
        cursor.execute(f"{PAST}; {PRESENT}", given)
