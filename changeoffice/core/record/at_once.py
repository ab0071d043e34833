"""Several small sets of rows in one round trip to the database.

A page shows a dozen short lists about one record. Each is a queryset of its own, written where it
belongs; here they are sent together, as one statement that answers each set as JSON, and every
queryset builds its own rows from its part, exactly as if it had been sent alone.
"""

import json
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import JSONField, Model, QuerySet


@dataclass(frozen=True)
class Count:
    """How many rows a queryset has, counting no further than `most`."""

    rows: QuerySet
    most: int | None = None

    @property
    def queryset(self) -> QuerySet:
        plain = self.rows.order_by().values_list("pk")
        return plain if self.most is None else plain[: self.most]


@dataclass(frozen=True)
class Place:
    """Where in the parameters of known SQL one of the given values goes."""

    of: int


@dataclass
class Ready:
    """A set whose SQL is known; `filled` puts into it what it is asked for this time."""

    rows: QuerySet | Count
    text: str | None  # None where it is known that nothing will be found
    params: tuple[Any, ...]
    compiler: Any
    makers: list[Any]
    parents: dict[Any, int]  # what each row is known to belong to: a relation, and which is given

    def filled(self, values: list[Any], given: tuple[Any, ...]) -> "Ready":
        params = tuple(values[one.of] if type(one) is Place else one for one in self.params)
        return replace(self, params=params, parents={
            relation: {given[place].pk: given[place]} for relation, place in self.parents.items()
        })  # fmt: skip


Query = QuerySet | Count
Queries = dict[str, Query]
Set = Query | Ready
Sets = dict[str, Set]


def ready(rows: Set, parents: list[Any]) -> Ready:
    """Make the SQL of a set; `parents` are those its rows may be known to belong to."""
    one = rows if isinstance(rows, Ready) else _compiled(rows)
    places = {
        relation: parents.index(next(iter(of.values()))) for relation, of in one.parents.items()
    }
    return replace(one, parents=places)


def fetch(*wanted: Set) -> list[Any]:
    """A list of rows for each queryset and a number for each Count, in their order."""
    sets = [one if isinstance(one, Ready) else _compiled(one) for one in wanted]
    asked = [one for one in sets if one.text is not None]
    answers: Iterable[Any] = ()
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(map(_as_column, asked))}",
                           [value for one in asked for value in one.params])  # fmt: skip
            answers = cursor.fetchone()
    answer = iter(answers)
    return [_answered(one, next(answer) if one.text is not None else None) for one in sets]


def read(one: Set) -> list[Any]:
    """The rows of one set, by a statement of its own: what is long costs less than as JSON."""
    if not isinstance(one, Ready):
        return list(one.queryset if isinstance(one, Count) else one)
    if one.text is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(one.text, one.params)
        return _built(one, cursor.fetchall())


def fetch_named(wanted: Mapping[str, Set]) -> dict[str, Any]:
    return dict(zip(wanted, fetch(*wanted.values()), strict=True))


def gather(records: list[Any], names: dict[str, tuple[str, ...]], *more: QuerySet) -> list[Any]:
    """Related sets of many records, each with what is joined to it, as if prefetched, and whatever
    else is wanted: one query where prefetching takes one for each set."""
    if not records:
        return fetch(*more)
    sets = [_related(records, name, joined) for name, joined in names.items()]
    found = fetch(*(rows for rows, _, _ in sets), *more)
    for name, (_, key, pick), rows in zip(names, sets, found, strict=False):
        of: dict[int, list[Any]] = {}
        for row in rows:
            of.setdefault(getattr(row, key), []).append(getattr(row, pick) if pick else row)
        for record in records:
            hold(record, **{name: of.get(record.pk, [])})
    return found[len(sets) :]


def _related(records: list[Any], name: str, joined: tuple[str, ...]) -> tuple[QuerySet, str, str]:
    """The rows of a related set, the column that names their record, and what to pick of each."""
    field, ids = type(records[0])._meta.get_field(name), [record.pk for record in records]
    if field.many_to_many:
        through, target = field.remote_field.through, field.m2m_reverse_field_name()
        order = [f"{target}__{one}" for one in field.related_model._meta.ordering]
        rows = through._default_manager.filter(**{f"{field.m2m_field_name()}__in": ids})
        rows = rows.select_related(target, *(f"{target}__{one}" for one in joined)).order_by(*order)
        return rows, f"{field.m2m_field_name()}_id", target
    rows = field.related_model._default_manager.filter(**{f"{field.field.name}__in": ids})
    return (rows.select_related(*joined) if joined else rows), field.field.attname, ""


def hold(record: Model, **related: list[Any]) -> None:
    """Let a record answer these related sets from what was read already, as if prefetched."""
    for name, rows in related.items():
        kept = getattr(record, name).all()
        kept._result_cache, kept._prefetch_done = rows, True
        record.__dict__.setdefault("_prefetched_objects_cache", {})[name] = kept


def _compiled(one: Query) -> Ready:
    rows = one.queryset if isinstance(one, Count) else one
    compiler = rows.query.clone().get_compiler(connection=connections[DEFAULT_DB_ALIAS])
    parents = {} if isinstance(one, Count) else one._known_related_objects
    try:
        text, params = compiler.as_sql(with_col_aliases=True)
    except EmptyResultSet:
        return Ready(one, None, (), None, [], parents)
    return Ready(one, text, params, compiler, _makers(compiler), parents)


def _as_column(one: Ready) -> str:
    what = "count(*)" if isinstance(one.rows, Count) else "json_agg(a_row)::text"
    return f"(SELECT {what} FROM ({one.text}) a_row)"  # noqa: S608


def _answered(one: Ready, answer: Any) -> Any:
    if isinstance(one.rows, Count):
        return answer or 0
    found = json.loads(answer, parse_float=Decimal) if answer else []
    return _built(one, _as_read(one.makers, found)) if found else []


def _built(one: Ready, values: list[Any]) -> list[Any]:
    """The rows as the queryset makes them, of values as the driver answers them."""
    rows, compiler = one.rows._chain(), copy(one.compiler)  # what is ready serves several threads
    rows._known_related_objects = one.parents
    compiler.execute_sql = lambda *args, **options: [values]
    rows.query.get_compiler = lambda *args, **options: compiler
    return list(rows)


def _makers(compiler: Any) -> list[Any]:
    return [_maker(expression.output_field) for expression, _, _ in compiler.select]


def _as_read(makers: list[Any], found: list[dict[str, Any]]) -> list[list[Any]]:
    """Values as the database driver would have answered them."""
    return [
        [None if value is None else make(value) if make else value
         for make, value in zip(makers, row.values(), strict=True)]
        for row in found
    ]  # fmt: skip


def _maker(field: Any) -> Any:
    if isinstance(field, JSONField):
        return _json
    if isinstance(field, ArrayField):
        make = _maker(field.base_field)
        return (lambda values: [make(value) for value in values]) if make else None
    return field.to_python if field.get_internal_type() in DIFFERENT else None


def _json(value: Any) -> str:
    return json.dumps(value, default=float)


# What JSON writes otherwise than the driver; text, numbers and truth are the same in both.
DIFFERENT = {"DateField", "DateTimeField", "DecimalField", "FloatField", "UUIDField", "TimeField"}
