"""Notices as a person reads them: those about one item together, a repeated one once."""

from collections.abc import Iterable
from typing import Any

from changeoffice.core.notify.models import Notification
from changeoffice.core.record.models import SAID, Record, work_model

SHOWN_AT_ONCE = 3


def grouped(notices: Iterable[Notification]) -> list[dict[str, Any]]:
    """Groups in the order of their newest notice; an item's parts stand with it, and items of one
    kind that each ask one thing stand together."""
    about: dict[Any, list[Notification]] = {}
    for notice in notices:
        head = head_of(notice)
        about.setdefault(head.pk if head else f"notice {notice.pk}", []).append(notice)
    waiting: dict[str, list[Notification]] = {}
    for found in about.values():
        if kind := _waits_alone(found):
            waiting.setdefault(kind, []).extend(found)
    groups: dict[Any, list[Notification]] = {}
    for key, found in about.items():
        kind = _waits_alone(found)
        together = kind and len(waiting[kind]) > 1
        groups.setdefault(kind if together else key, []).extend(found)
    return [_group(found) for found in groups.values()]


def head_of(notice: Notification) -> Record | None:
    """What a notice stands under: the item, or what it is a part of where the reader sees that."""
    if notice.record is None:
        return None
    return notice.record.home if notice.home_is_seen else notice.record


def _waits_alone(found: list[Notification]) -> str:
    """The kind of an item about which there is nothing but that it asks."""
    alike = {notice.text for notice in found}
    only = all(notice.asks and head_of(notice) == notice.record for notice in found)
    return found[0].record.kind if only and len(alike) == 1 and found[0].record else ""


def _group(found: list[Notification]) -> dict[str, Any]:
    heads = {head_of(notice) for notice in found}
    head = heads.pop() if len(heads) == 1 else None
    alike: dict[tuple, list[Notification]] = {}
    for notice in found:
        own = notice.pk if _mentions(notice) else None  # each is a question of its own
        said = (notice.record_id, notice.text, notice.read_at is None, own)
        alike.setdefault(said, []).append(notice)
    rows = [_drawn(same, head) for same in alike.values()]
    asks, news = [row for row in rows if row["asks"]], [row for row in rows if not row["asks"]]
    fits = len(news) <= SHOWN_AT_ONCE
    return {
        "record": head, "title": _title(found, head), "kind": found[0].record and found[0].record.kind,
        "count": len(rows), "repeated": max(row["times"] for row in rows),
        "shown": asks + (news if fits else news[:1]), "folded": [] if fits else news[1:],
    }  # fmt: skip


def _title(found: list[Notification], head: Record | None) -> str:
    if head is not None:
        return head.title
    record = found[0].record
    if record is None:
        return "The office"
    several = str(work_model(record.kind)._meta.verbose_name_plural)
    return f"{len({notice.record_id for notice in found})} {several} wait for you"


def _drawn(same: list[Notification], head: Record | None) -> dict[str, Any]:
    """The newest of notices that say the same, in words that go on from the head of its group."""
    notice = same[0]
    mentioned = _mentions(notice)
    known = notice.record if head is not None and head == notice.record else None
    return {
        "id": notice.pk, "ids": [one.pk for one in same], "times": len(same), "since": same[-1].at,
        "text": notice.text, "title": _without(notice.text, known) if known else notice.text,
        "url": f"/inbox/{notice.pk}", "at": notice.at, "why": f"Because {notice.because}.",
        "asks": notice.asks, "is_unread": notice.read_at is None,
        "kind": notice.record.kind if notice.record else "page", "can_answer": mentioned,
        "icon": "circle-help" if mentioned else "",
    }  # fmt: skip


def _mentions(notice: Notification) -> bool:
    return notice.asks and notice.event is not None and notice.event.verb in SAID


def _without(text: str, record: Record) -> str:
    """The name of the item stands above already."""
    for name in (f"{record.reference} {record.title}", record.reference):
        if text.startswith(name):
            return f"It{text[len(name) :]}"
        if name in text:
            return text.replace(name, "it", 1)
    return text
