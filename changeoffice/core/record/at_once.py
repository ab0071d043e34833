"""Several small sets of rows in one round trip to the database.

A page shows a dozen short lists about one record. Each is a queryset of its own, written where it
belongs; here they are sent together, as one statement that answers each set as JSON, and every
queryset builds its own rows from its part, exactly as if it had been sent alone.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection
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


def fetch(*wanted: QuerySet | Count) -> list[Any]:
    """A list of rows for each queryset and a number for each Count, in their order."""
    texts, compilers = [], []
    given: list[Any] = []
    for one in wanted:
        text, params, compiler = _compiled(one)
        texts.append(text)
        given.extend(params)
        compilers.append(compiler)
    if not any(compilers):
        return [_built(one, None, None) for one in wanted]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(texts)}", given)
        row = cursor.fetchone()
    return [
        _built(one, *pair)
        for one, pair in zip(wanted, zip(compilers, row, strict=True), strict=True)
    ]


def fetch_named(wanted: dict[str, QuerySet | Count]) -> dict[str, Any]:
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


def _compiled(one: QuerySet | Count) -> tuple[str, Iterable[Any], Any]:
    query = (one.queryset if isinstance(one, Count) else one).query.clone()
    compiler = query.get_compiler(connection=connection)
    try:
        text, params = compiler.as_sql(with_col_aliases=True)
    except EmptyResultSet:
        return "NULL", (), None
    what = "count(*)" if isinstance(one, Count) else "json_agg(a_row)::text"
    return f"(SELECT {what} FROM ({text}) a_row)", params, compiler  # noqa: S608


def _built(one: QuerySet | Count, compiler: Any, answer: Any) -> Any:
    if isinstance(one, Count):
        return answer or 0
    read = one._chain()
    if compiler is None or answer is None:
        read._result_cache = []
        return []
    rows = _as_read(compiler, json.loads(answer, parse_float=Decimal))
    compiler.execute_sql = lambda *args, **options: [rows]
    read.query.get_compiler = lambda *args, **options: compiler
    return list(read)


def _as_read(compiler: Any, found: list[dict[str, Any]]) -> list[list[Any]]:
    """Values as the database driver would have answered them."""
    makers = [_maker(expression.output_field) for expression, _, _ in compiler.select]
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
