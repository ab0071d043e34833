"""Sets of rows whose SQL is made once, and after that only filled in.

Making the SQL of a small set takes Django longer than answering it takes the database, and a page
reads thirty of them. A function under `@prepared` puts querysets together from nothing but the ids
of what it is given and what a person was granted. It is run twice with stand-ins; where the
parameters differ the ids belong, and from then on the real ones are put there.

Whatever else such a function might look at is refused (another field of a record, a row of the
database, the time of day), or is part of what its SQL is kept under: its facts, the day, the time
zones days are counted in, and where each of the person's roles holds.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import wraps
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from changeoffice.core.access.grants import grants_of
from changeoffice.core.people.models import Office, Person, is_kept_for_request, kept_for_request
from changeoffice.core.record import clock
from changeoffice.core.record.at_once import Place, Ready, Set, Sets, ready

MOST_KEPT = 200  # functions times ways in which roles hold; some hundred kilobytes each
# Two rows of ids, small enough for every column; no two of a row are as far apart as in the other,
# so an id that was reckoned with is never taken for another.
STAND_INS = (range(20_000, 32_000, 101), range(20_050, 32_000, 103))
Given = Model | int | str | None
Making = Callable[..., Mapping[str, Set]]

_kept: dict[tuple, dict[str, Ready]] = {}  # what was asked for last stands last
_asked: dict[tuple, None] = {}  # once, since there was no more room
_lock = Lock()


class NotPrepared(Exception):
    """What a prepared function does cannot be done once for all."""


def prepared(*fields: str) -> Callable[[Making], Callable[..., Sets]]:
    """Prepare a function of records, people, ids and references, and of facts by name, that answers sets by name.

    `fields` are the ids it may ask of a record beside its own."""

    def decorate(make: Making) -> Callable[..., Sets]:
        @wraps(make)
        def sets(*given: Given, **facts: Any) -> Sets:
            under = (make, *sorted(facts.items()))
            return known(
                lambda *stand_ins: make(*stand_ins, **facts), *given, under=under, fields=fields
            )

        return sets

    return decorate


def known(make: Making, *given: Given, under: tuple, fields: tuple[str, ...] = ()) -> Sets:
    """What `make` answers of what is given, as it is kept `under` all that else decides it."""
    with nullcontext() if is_kept_for_request() else kept_for_request():
        key = (*under, clock.today(), *_zones(), *map(_shape, given))
        found = _kept.get(key)
        if found is None and not _is_worth_keeping(key):
            return dict(make(*given))
        _keep(key, found := _made(make, fields, given) if found is None else found)
    values = [value for one in given for value in _values(one, fields)]
    return {name: one.filled(values, given) for name, one in found.items()}


def _is_worth_keeping(key: tuple) -> bool:
    """All while there is room; then only what is asked for again soon. Where more people hold roles
    of their own than fit, keeping each would cost twice the making and save none."""
    with _lock:
        if len(_kept) < MOST_KEPT or key in _asked:
            return True
        while len(_asked) >= MOST_KEPT:
            del _asked[next(iter(_asked))]
        _asked[key] = None
    return False


def _keep(key: tuple, found: dict[str, Ready]) -> None:
    with _lock:
        _asked.pop(key, None)
        _kept.pop(key, None)
        while len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = found


def _zones() -> tuple[str, str]:
    """The office's zone begins and ends its days; the reader's own may be what Django cuts days by."""
    return Office.current().zone.key, timezone.get_current_timezone_name()


def _shape(one: Given) -> tuple:
    """What of somebody or something given may tell in the SQL beside ids."""
    if isinstance(one, Person):
        return (one.is_active, one.is_outside, grants_of(one).shape)
    return (type(one) if isinstance(one, Model | str) else int,)


def _values(one: Given, fields: tuple[str, ...]) -> list[int | str | None]:
    if not isinstance(one, Model):
        return [one]
    own = () if isinstance(one, Person) else fields
    return [one.pk, *(getattr(one, name) for name in own)]


def _made(make: Making, fields: tuple[str, ...], given: tuple) -> dict[str, Ready]:
    with connection.execute_wrapper(_refuse):
        first, second = (_tried(make, fields, given, iter(row)) for row in STAND_INS)
    for name, one in first.items():
        other = second[name]
        if one.text != other.text or len(one.params) != len(other.params):
            raise NotPrepared(f"The SQL of {name} is not the same every time.")
        if _read_after(one) != _read_after(other):
            raise NotPrepared(f"What {name} prefetches would keep the ids it was made with.")
        one.params = tuple(map(_place, one.params, other.params))
    return first


def _tried(make: Making, fields, given, ids: Iterator[int]) -> dict[str, Ready]:
    stand_ins = [_stand_in(one, fields, ids) for one in given]
    return {name: ready(rows, stand_ins) for name, rows in make(*stand_ins).items()}


def _read_after(one: Ready) -> list[tuple]:
    """The SQL of what is prefetched by a queryset of its own, which is not filled in."""
    lookups = getattr(one.rows, "_prefetch_related_lookups", ())
    own = (getattr(lookup, "queryset", None) for lookup in lookups)
    return [(sql.text, sql.params) for rows in own if rows is not None for sql in [ready(rows, [])]]


def _place(first: Any, second: Any) -> Any:
    """Which of the ids goes here, or the value itself where it is the same every time."""
    if first == second:
        return first
    for at, pair in enumerate(zip(*STAND_INS, strict=False)):
        if (str(first), str(second)) == (str(pair[0]), str(pair[1])):
            return Place(at)
    raise NotPrepared(f"An id became {first!r}: it must go into the SQL as it is.")


def _stand_in(one: Given, fields: tuple[str, ...], ids: Iterator[int]) -> Model | int | str:
    """One of the same class that knows only ids; to ask it for more asks the database."""
    if not isinstance(one, Model):
        return str(next(ids)) if isinstance(one, str) else next(ids)
    if not isinstance(one, Person):
        names = (type(one)._meta.pk.attname, *fields)
        return type(one).from_db(connection.alias, names, [next(ids) for _ in names])
    names, values = ("id", "is_active", "is_outside"), [next(ids), one.is_active, one.is_outside]
    person = Person.from_db(connection.alias, names, values)
    person._grants = grants_of(one).lent_to(person)
    return person


def _refuse(execute: Any, sql: str, *args: Any) -> Any:
    raise NotPrepared(f"What is prepared may ask for ids only, but this was asked: {sql[:200]}")
