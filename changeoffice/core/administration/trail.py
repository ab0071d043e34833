"""The whole trail as one list, newest first: what was done to records, and what administrators did.

Both are append-only tables with an order of their own; a page takes the newest of each and keeps
the newest of both, so that it costs the same anywhere in the trail.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.urls import Resolver404, resolve

from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.doors.lists import Page, fingerprint_of, read_cursor, write_cursor
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.history import changes_told, reason_told
from changeoffice.core.record.models import Event, Record, query_of, work_model

OFFICE, TRAIL = "administration", "trail"
SIZE, AT_ONCE = 50, 500
DOORS = {"page": "Page", "api": "API", "job": "Job:", "import": "Import:", "mail": "E-mail", "shell": "Console",
         "demo": "Demo"}  # fmt: skip
REFERENCE = re.compile(r"[A-Z]{2,8}-[0-9]+")


@dataclass(frozen=True)
class Entry:
    """One thing somebody did, whichever table holds it."""

    id: str
    at: datetime
    recorded_at: datetime
    actor: Person | None
    on_behalf_of: Person | None
    verb: str
    words: str
    kind: str
    reference: str
    title: str
    url: str
    before: str
    after: str
    reason: str
    door: str
    client: str
    context_id: Any
    changes: list[dict] = field(default_factory=list)

    @property
    def through(self) -> str:
        return f"{DOORS.get(self.door, self.door)} {self.client}".strip()


def page_of(asked: dict[str, Any], person, cursor: str = "", size: int = SIZE) -> Page:
    """One page of entries this person may see; raises Invalid on a cursor of another list."""
    fingerprint = fingerprint_of(asked)
    at = read_cursor(cursor, TRAIL, fingerprint) if cursor else None
    backwards = bool(at and at["b"])
    found = [
        (row.at, number, row.pk, row)
        for number, rows in enumerate((_office(asked), _records(asked, person)))
        for row in _cut(rows, number, at, size)
    ]
    found.sort(key=lambda one: one[:3], reverse=not backwards)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()

    def cursor_at(one: tuple, back: bool) -> str:
        return write_cursor(TRAIL, fingerprint, one[0], one[1:3], back)

    has_next = bool(found) and (more or backwards)
    has_previous = bool(found) and (more if backwards else at is not None)
    return Page(
        _entries([one[3] for one in found], person),
        cursor_at(found[-1], False) if has_next else None,
        cursor_at(found[0], True) if has_previous else None,
    )


def whole(asked: dict[str, Any], person) -> Iterator[Entry]:
    """Every entry, read page by page: as flat in memory for a million as for ten."""
    cursor: str | None = ""
    while cursor is not None:
        page = page_of(asked, person, cursor, AT_ONCE)
        yield from page.rows
        cursor = page.next


def verbs_done() -> list[str]:
    """Every verb on the trail: the index is stepped through, not the table."""
    with connection.cursor() as cursor:
        cursor.execute("""
            WITH RECURSIVE done AS (
                SELECT min(verb) AS verb FROM record_event
                 UNION ALL
                SELECT (SELECT min(verb) FROM record_event WHERE verb > done.verb)
                  FROM done WHERE done.verb IS NOT NULL)
            SELECT verb FROM done WHERE verb IS NOT NULL
             UNION SELECT verb FROM administration_adminevent
             ORDER BY verb""")
        return [verb for (verb,) in cursor.fetchall()]


# What is asked of each table -------------------------------------------------------------------------
def _records(asked: dict[str, Any], person) -> QuerySet:
    rows: QuerySet = Event.objects.visible_to(person).told()
    rows = _narrowed(rows.select_related("record", "actor", "on_behalf_of"), asked, "r")
    if kind := asked.get("kind"):
        rows = rows.filter(record__kind=kind)
    if about := asked.get("about"):
        thing = Record.objects.filter(reference=about.upper()).values_list("pk", flat=True).first()
        parts = Record.objects.filter(Q(pk=thing) | Q(home=thing))
        rows = rows.filter(record__in=parts.values("pk")) if thing else rows.none()
    if words := asked.get("q"):
        named = Record.objects.filter(search=query_of(words)).values("pk")
        said = Q(reason__icontains=words) | Q(words__icontains=words)
        rows = rows.filter(said | Q(record__in=named))
    if who := asked.get("who"):
        people = list(Person.objects.named(who).values_list("pk", flat=True)[:200])
        rows = rows.filter(Q(actor__in=people) | Q(on_behalf_of__in=people))
    return rows


def _office(asked: dict[str, Any]) -> QuerySet:
    rows = _narrowed(AdminEvent.objects.select_related("actor", "person"), asked, "a")
    if asked.get("kind") not in (None, "", OFFICE):
        return rows.none()
    if about := asked.get("about"):
        rows = rows.filter(Q(person__username__iexact=about) | Q(subject__iexact=about))
    if words := asked.get("q"):
        rows = rows.filter(Q(words__icontains=words) | Q(reason__icontains=words))
    if who := asked.get("who"):
        rows = rows.filter(actor__in=Person.objects.named(who).values("pk"))
    return rows


def _narrowed(rows: QuerySet, asked: dict[str, Any], mark: str) -> QuerySet:
    if entry := asked.get("entry"):
        return rows.filter(pk=int(entry[1:])) if entry[0] == mark else rows.none()
    if verb := asked.get("verb"):
        rows = rows.filter(verb=verb)
    if since := asked.get("since"):
        rows = rows.filter(at__gte=clock.end_of(since - timedelta(days=1)))
    if until := asked.get("until"):
        rows = rows.filter(at__lt=clock.end_of(until))
    return rows


def _cut(rows: QuerySet, number: int, at: dict[str, Any] | None, size: int) -> QuerySet:
    """The next rows of one table after the last entry shown, whichever table that came from."""
    backwards = bool(at and at["b"])
    if at:
        last, (its_number, its_pk), step = at["k"], at["i"], "gt" if backwards else "lt"
        if number == its_number:
            beside = Q(**{f"at__{step}": last}) | Q(**{f"pk__{step}": its_pk})
            rows = rows.filter(beside, **{f"at__{step}e": last})
        else:
            too = "e" if (number > its_number) == backwards else ""
            rows = rows.filter(**{f"at__{step}{too}": last})
    sign = "" if backwards else "-"
    return rows.order_by(f"{sign}at", f"{sign}pk")[: size + 1]


# What a row becomes ----------------------------------------------------------------------------------
def _entries(rows: list[Event | AdminEvent], person) -> list[Entry]:
    changed = changes_told([row for row in rows if isinstance(row, Event)], person)
    return [
        _of_record(row, changed[row.pk], person) if isinstance(row, Event) else _of_office(row)
        for row in rows
    ]


def _of_record(row: Event, changes: list[dict], person) -> Entry:
    record = row.record
    states = work_model(record.kind).states
    before, after = (states[code].label if code in states else code
                     for code in (row.before, row.after))  # fmt: skip
    return Entry(
        f"r{row.pk}", row.at, row.recorded_at, row.actor, row.on_behalf_of, row.verb, row.words,
        record.kind, record.reference, record.title,
        record.get_absolute_url() if _has_page(record.kind) else "", before, after,
        reason_told(row, record, person),
        row.door, _without_others(row.client, record.reference), row.context_id, changes,
    )  # fmt: skip


def _of_office(row: AdminEvent) -> Entry:
    someone = row.person
    return Entry(
        f"a{row.pk}", row.at, row.recorded_at, row.actor, None, row.verb, row.words, OFFICE,
        someone.username if someone else "", someone.name if someone else row.subject,
        "", "", "", row.reason, row.door, row.client, row.context_id, row.changes,
    )  # fmt: skip


def _without_others(client: str, reference: str) -> str:
    """The page somebody pressed on may be that of another record, which the reader may not see."""
    return REFERENCE.sub(lambda found: found[0] if found[0] == reference else "…", client)


@lru_cache
def _has_page(kind: str) -> bool:
    try:
        return bool(resolve(work_model(kind).url_for("X-1")))
    except Resolver404:
        return False
