"""Many rows read as whole columns of numbers: what to ask for, and how it comes."""

from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    Func,
    IntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from changeoffice.calendar.working_days import day_number
from portfolio.graph import Ints

NOTHING = -(2**62)  # what stands in a column where the database has NULL
HEADER, TRAILER = 19, 2  # bytes around the rows of a binary COPY
IDS = "{ids}"  # where the ids go in a statement that is made once
FEW = 50  # up to as many ids a round trip costs more than rows written as JSON

Rows = Callable[..., QuerySet]
Asked = tuple[Any, ...]  # what makes the rows, and what it is given after the ids


def days_since(day: Any) -> Func:
    """A date as days since 1970-01-01."""
    return Func(
        day if hasattr(day, "resolve_expression") else F(day),
        template="(%(expressions)s - DATE '1970-01-01')", output_field=IntegerField(),
    )  # fmt: skip


def hundredths(amount: str) -> Func:
    """A number of two decimals as a whole one."""
    return Cast(F(amount) * 100, BigIntegerField())


def or_nothing(column: Any) -> Coalesce:
    return Coalesce(Cast(column, BigIntegerField()), Value(NOTHING, BigIntegerField()))


def among(column: str, ids: Iterable[int] | QuerySet | str) -> Func:
    """The column is one of these ids; one parameter, however many there are. A queryset is asked
    once and before anything else, where a join to it may be left for last."""
    if isinstance(ids, QuerySet):
        array: Any = ArraySubquery(ids)
    else:
        array = Value(ids if isinstance(ids, str) else as_array(ids), output_field=TextField())
    return Func(
        F("pk" if column == "id" else column), array,
        template="%(expressions)s::bigint[])", arg_joiner=" = ANY(", output_field=BooleanField(),
    )  # fmt: skip


def as_array(numbers: Iterable[int]) -> str:
    """Whole numbers as the database writes an array; much quicker than adapting one by one."""
    return f"{{{','.join(map(str, numbers))}}}"


class Made(NamedTuple):
    """A statement, what it is given (with IDS where the ids go), and its columns' names."""

    sql: str
    given: tuple[Any, ...]
    names: list[str]

    def given_for(self, array: str) -> list[Any]:
        return [array if one == IDS else one for one in self.given]


@lru_cache(maxsize=64)
def _made(rows: Rows, *more: Hashable) -> Made:
    """Made once for each `rows` and `more`: making it costs more than running it for one project."""
    query = rows(IDS, *more).query
    sql, given = query.sql_with_params()
    width = len(query.values_select) + len(query.annotation_select)
    names = [f"c{at}" for at in range(width)]
    return Made(f"({sql}) t({', '.join(names)})", given, names)


def columns_of(rows: Rows, ids: Iterable[int], *more: Hashable) -> list[Ints]:
    """The columns of `rows(ids, *more)`, a `values_list` of whole numbers without NULL, as arrays.

    They come as PostgreSQL's binary COPY; all rows are of one width then, and nothing is parsed.
    Raises ValueError where a column holds NULL.
    """
    made, sent = _made(rows, *more), BytesIO()
    picked = ", ".join(f"{name}::bigint" for name in made.names)
    copy = f"COPY (SELECT {picked} FROM {made.sql}) TO STDOUT (FORMAT binary)"  # noqa: S608
    with connection.cursor() as cursor:
        text = cursor.mogrify(copy, made.given_for(as_array(ids)))
        cursor.copy_expert(text.decode(), sent)
    fields = [one for name in made.names for one in (("", ">i4"), (name, ">i8"))]
    row = np.dtype([("", ">i2"), *fields])
    body = memoryview(sent.getbuffer())[HEADER:-TRAILER]
    if len(body) % row.itemsize:
        raise ValueError("a column holds NULL")
    table = np.frombuffer(body, dtype=row)
    return [table[name].astype(np.int64) for name in made.names]


def columns_of_each(ids: Collection[int] | None, *asked: Asked) -> list[list[Ints]]:
    """The same of several sets; in one round trip for few ids, and a COPY each for many or all."""
    if ids is None or len(ids) > FEW:
        return [columns_of(rows, ids or (), *more) for rows, *more in asked]
    return [
        list(np.array(table, dtype=np.int64).reshape(-1, len(_made(*one).names)).T)
        for one, table in zip(asked, tables_of(ids, *asked), strict=True)
    ]


def tables_of(ids: Iterable[int], *asked: Asked) -> list[list[list[Any]]]:
    """The rows of several sets in one round trip, values of any kind, as JSON writes them."""
    array, sets = as_array(ids), [_made(*one) for one in asked]
    texts = [
        f"(SELECT json_agg(json_build_array({', '.join(made.names)})) FROM {made.sql})"  # noqa: S608
        for made in sets
    ]
    given = [one for made in sets for one in made.given_for(array)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", given)
        return [found or [] for found in cursor.fetchone()]


def overlaid(days: Ints, ids: Ints, moved: dict[int, date]) -> Ints:
    """The days of these ids, with those that are moved in their place."""
    if not moved:
        return days
    marks = np.array(sorted(moved), dtype=np.int64)
    to = np.array([day_number(moved[mark]) for mark in marks.tolist()], dtype=np.int64)
    at = np.minimum(np.searchsorted(marks, ids), len(marks) - 1)
    return np.where(marks[at] == ids, to[at], days)
