"""Many rows read as whole columns of numbers: what to ask for, and how it comes."""

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any

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


def columns_of(rows: Callable[..., QuerySet], ids: Iterable[int], *more: Hashable) -> list[Ints]:
    """The columns of `rows(ids, *more)`, a `values_list` of whole numbers without NULL, as arrays.

    They come as PostgreSQL's binary COPY; all rows are of one width then, and nothing is parsed.
    The statement is made once for each `rows` and `more`, since making it costs more than running
    it for a single project. Raises ValueError where a column holds NULL.
    """
    statement, given, width = _made(rows, *more)
    array, sent = as_array(ids), BytesIO()
    with connection.cursor() as cursor:
        text = cursor.mogrify(statement, [array if one == IDS else one for one in given])
        cursor.copy_expert(text.decode(), sent)
    fields = [one for at in range(width) for one in (("", ">i4"), (f"c{at}", ">i8"))]
    row = np.dtype([("", ">i2"), *fields])
    body = memoryview(sent.getbuffer())[HEADER:-TRAILER]
    if len(body) % row.itemsize:
        raise ValueError("a column holds NULL")
    table = np.frombuffer(body, dtype=row)
    return [table[f"c{at}"].astype(np.int64) for at in range(width)]


@lru_cache(maxsize=64)
def _made(rows: Callable[..., QuerySet], *more: Hashable) -> tuple[str, tuple[Any, ...], int]:
    """The statement, what it is given (with IDS where the ids go), and how many columns it has."""
    query = rows(IDS, *more).query
    sql, given = query.sql_with_params()
    width = len(query.values_select) + len(query.annotation_select)
    names = [f"c{at}" for at in range(width)]
    picked = ", ".join(f"{name}::bigint" for name in names)
    inner = f"SELECT {picked} FROM ({sql}) t({', '.join(names)})"  # noqa: S608
    return f"COPY ({inner}) TO STDOUT (FORMAT binary)", given, width


def overlaid(days: Ints, ids: Ints, moved: dict[int, date]) -> Ints:
    """The days of these ids, with those that are moved in their place."""
    if not moved:
        return days
    marks = np.array(sorted(moved), dtype=np.int64)
    to = np.array([day_number(moved[mark]) for mark in marks.tolist()], dtype=np.int64)
    at = np.minimum(np.searchsorted(marks, ids), len(marks) - 1)
    return np.where(marks[at] == ids, to[at], days)
