"""Lists for pages and the API alike: one filter set, declared orderings, keyset pages.

A cursor holds the ordering, a fingerprint of the filters and the last row's key, so that a list
never skips or repeats rows and costs the same on its first and its thousandth page.
"""

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_filters
from django.core import signing
from django.core.validators import EMPTY_VALUES
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.record import at_once
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.models import Record

COUNT_CEILING = 1000


@dataclass(frozen=True)
class Ordering:
    """One way to sort: a field or expression, its label, and what an empty value counts as."""

    label: str
    by: str | Combinable
    descending: bool = True
    empty: Any = None
    figure: bool = False  # ordered only among rows whose figures the person may see
    beside: str = ""  # the row every record has beside it, so that its index gives the order

    def expression(self, person) -> Any:
        found = F(self.by) if isinstance(self.by, str) else self.by
        if self.figure:
            found = Case(When(SEES_FIGURES.q(person), then=found), default=None)
        return found if self.empty is None else Coalesce(found, Value(self.empty))


Orderings = dict[str, Ordering]
NEWEST = Ordering("Newest", "pk")


@dataclass
class Page:
    """One page of rows with the cursors around it."""

    rows: list
    next: str | None
    previous: str | None


def page_of(
    rows: QuerySet, orderings: Orderings, *, ordering: str, size: int, cursor: str = "",
    fingerprint: str = "", person=None,
) -> Page:  # fmt: skip
    """Cut one page out of `rows`; raises Invalid on a cursor of another list."""
    at = read_cursor(cursor, ordering, fingerprint) if cursor else None
    found = list(cut(rows, orderings[ordering], size, person, at))
    return page_from(found, ordering=ordering, size=size, fingerprint=fingerprint, at=at)


def cut(
    rows: QuerySet, rule: Ordering, size: int, person, at: dict[str, Any] | None = None
) -> QuerySet:
    """The rows of one page and one more, from the first on or from where a cursor is."""
    down = rule.descending != bool(at and at["b"])
    rows = rows.annotate(sort_key=rule.expression(person))
    if rule.beside:
        rows = rows.filter(**{f"{rule.beside}__isnull": False})
    if at:
        key, step = at["k"], "lt" if down else "gt"
        rows = rows.filter(
            Q(**{f"sort_key__{step}": key}) | Q(sort_key=key, **{f"pk__{step}": at["i"]})
        )
    sign = "-" if down else ""
    return rows.order_by(f"{sign}sort_key", f"{sign}pk")[: size + 1]


def page_from(found: list, *, ordering: str, size: int, fingerprint: str, at=None) -> Page:
    """The page of what was cut, with its cursors."""
    backwards = bool(at and at["b"])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()

    def cursor_at(row, back: bool) -> str:
        return write_cursor(ordering, fingerprint, row.sort_key, row.pk, back)

    has_next = bool(found) and (more or backwards)
    has_previous = bool(found) and (more if backwards else at is not None)
    return Page(
        found,
        cursor_at(found[-1], False) if has_next else None,
        cursor_at(found[0], True) if has_previous else None,
    )


def fingerprint_of(params: dict[str, Any]) -> str:
    plain = json.dumps(sorted((k, str(v)) for k, v in params.items() if v not in ("", None)))
    return hashlib.sha256(plain.encode()).hexdigest()[:12]


def counted(rows: QuerySet) -> at_once.Count:
    """Counted to a thousand, and whether there are more: a longer list costs no more to count."""
    return at_once.Count(rows, COUNT_CEILING + 1)


class Tally(int):
    """A number of rows; exact to a thousand, written "1,000+" beyond."""

    def __str__(self) -> str:
        return count_words(self)

    def __format__(self, spec: str) -> str:
        return count_words(self)


def count_words(n: int) -> str:
    return format(int(n), ",") if n <= COUNT_CEILING else f"{COUNT_CEILING:,}+"


def count_of(rows: QuerySet) -> tuple[int, str]:
    n = rows.order_by()[: COUNT_CEILING + 1].count()
    return min(n, COUNT_CEILING), count_words(n)


def write_cursor(ordering: str, fingerprint: str, key: Any, pk: Any, back: bool) -> str:
    plain = {"o": ordering, "f": fingerprint, "k": _to_json(key), "i": pk, "b": back}
    return signing.dumps(plain, salt="cursor", compress=True)


def read_cursor(cursor: str, ordering: str, fingerprint: str) -> dict[str, Any]:
    try:
        found = signing.loads(cursor, salt="cursor")
    except (signing.BadSignature, ValueError, base64.binascii.Error):
        raise Invalid(cursor="This cursor is not one of ours.") from None
    if found["o"] != ordering or found["f"] != fingerprint:
        raise Invalid(cursor="This cursor belongs to another filter or ordering.")
    return found | {"k": _from_json(found["k"])}


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, Decimal):
        return {"n": str(value)}
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return {"t": datetime.fromisoformat, "d": date.fromisoformat, "n": Decimal}[kind](text)
    return value


class InFilter(django_filters.BaseInFilter, django_filters.CharFilter):
    pass


class FigureChoiceFilter(django_filters.ChoiceFilter):
    """Narrows by a figure, among rows whose figures the person may see."""

    def filter(self, rows: QuerySet, value: Any) -> QuerySet:
        if value in EMPTY_VALUES:
            return rows
        return super().filter(rows.filter(SEES_FIGURES.q(self.parent.person)), value)


class WorkFilterSet(django_filters.FilterSet):
    """What every list of works can be narrowed by; each kind adds its own."""

    search = django_filters.CharFilter(method="by_words", label="Words")
    state = django_filters.CharFilter(label="State")
    state__in = InFilter(field_name="state", lookup_expr="in", label="States")
    unit = django_filters.CharFilter(field_name="unit__code", label="Business unit")
    owner = django_filters.CharFilter(field_name="owner__username", label="Owner")
    created_at__gte = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_at__lt = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    updated_at__gte = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")
    updated_at__lt = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="lt")

    def by_words(self, rows: QuerySet, name: str, words: str) -> QuerySet:
        if not words.strip():
            return rows
        found = Record.objects.filter(kind=rows.model.kind).search(words[:200])
        return rows.filter(pk__in=found.order_by().values("pk"))


def whole(text: str | None, most: int) -> int | None:
    """A plain whole number up to `most`, or None: other scripts' digits are no numbers to `int`."""
    plain = bool(text) and len(text) <= 19 and text.isascii() and text.isdigit()
    return int(text) if plain and int(text) <= most else None


def size_from(text: str, most: int) -> int:
    """How many rows a page shall have; more than `most` is refused, not cut."""
    size = whole(text, most)
    if not size:
        raise Invalid(page_size=f"Choose 1 to {most}.")
    return size


def need_known(params: Iterable[str], known: Iterable[str] = ()) -> None:
    """A parameter nobody reads is an error that names it: left out in silence, it would seem to hold."""
    if unknown := sorted({*params} - {*known, "format"}):
        raise Invalid(**{name[:80]: "This parameter is not known here." for name in unknown})


def narrowed(
    filterset_class, params: dict[str, Any], rows: QuerySet, person, extra: Iterable[str] = ()
) -> QuerySet:
    """Apply the filter set; an unknown name or an unusable value is an error that names it."""
    known = set(filterset_class.base_filters)
    need_known(params, known.union(extra))
    asked = {name: value for name, value in params.items() if name in known}
    if not asked:
        return rows
    found = filterset_class(data=asked, queryset=rows)
    found.filters = {name: found.filters[name] for name in asked}
    found.person = person
    if not found.form.is_valid():
        raise Invalid(**{name: [str(e) for e in errs] for name, errs in found.form.errors.items()})
    return found.qs
