"""Reads records through a serializer's fields without asking the framework anew for every value.

The framework looks at every value's type, and at the signature of everything that can be called,
for each field of each row. What a field reads and how it writes it is the same for all rows.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from operator import attrgetter
from types import MethodType
from typing import Any, NamedTuple

from rest_framework import serializers

CALLED = (MethodType, partial)


class Column(NamedTuple):
    """Where a field's value is found, and how it is written; None when it needs no writing."""

    name: str
    get: Callable[[Any], Any]
    write: Callable[[Any], Any]


PLAIN: dict[type, Callable[[Any], Any]] = {
    serializers.CharField: str, serializers.IntegerField: int, serializers.BooleanField: bool,
    serializers.FloatField: float, serializers.DateField: date.isoformat,
}  # fmt: skip


def columns_of(serializer: serializers.Serializer) -> list[Column]:
    return [
        Column(field.field_name, _getter(field), PLAIN.get(type(field), field.to_representation))
        for field in serializer._readable_fields
    ]


def read(columns: list[Column], row: Any) -> dict[str, Any]:
    found = {}
    for name, get, write in columns:
        value = get(row)
        found[name] = None if value is None else write(value)
    return found


def _getter(field: serializers.Field) -> Callable[[Any], Any]:
    path = field.source_attrs
    if not path:
        return _itself
    if len(path) == 1:
        found = attrgetter(path[0])
        return lambda row: _called(found(row))

    def get(row: Any) -> Any:
        for step in path:
            row = _called(getattr(row, step))
            if row is None:
                return None
        return row

    return get


def _called(value: Any) -> Any:
    """What a method answers; a manager of related rows is for its field to read."""
    return value() if isinstance(value, CALLED) else value


def _itself(row: Any) -> Any:
    return row
