"""Two expressions that let many rows be read as whole columns of numbers."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, IntegerField, Value


def days_since(day: Any) -> Func:
    """A date as days since 1970-01-01."""
    return Func(
        day if hasattr(day, "resolve_expression") else F(day),
        template="(%(expressions)s - DATE '1970-01-01')", output_field=IntegerField(),
    )  # fmt: skip


def among(column: str, ids: Iterable[int]) -> Func:
    """The column is one of these ids; one parameter, however many there are."""
    numbers = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    return Func(
        F("pk" if column == "id" else column), numbers,
        template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField(),
    )  # fmt: skip
