"""What the worker does: the outbox rows of each act at once, projects once every evening."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from changeoffice.core.outbox import relay
from portfolio import engine, promises, propagation, readings, watch

# Letters are not sent, and daily facts are filled in for the whole year at the end.
CARRIED = {"event", "rag", "dependency_alerts", "project_progress"}
ROUNDS = 20
_moved: set[int] = set()


@contextmanager
def reads_in_the_evening() -> Iterator[None]:
    """Through the play a verb only notes whose RAG it moved. Reading a project after each of some
    ten thousand verbs would take an hour; read once a day its past is as true to the day."""
    at_once = engine.recompute
    engine.recompute = _note
    _moved.clear()
    try:
        yield
    finally:
        engine.recompute = at_once


def _note(project_ids: Iterable[int], written: Iterable[int] = ()) -> dict[str, int]:
    _moved.update(project_ids)
    return {}


def read_what_moved() -> None:
    """Bring up to date what moved today, and then whoever gets something from it."""
    for _ in range(ROUNDS):
        ids = sorted(_moved)
        if not ids:
            return
        _moved.clear()
        read_now(ids)


def read_now(ids: list[int]) -> None:
    readings.take(ids)
    moved = propagation.expect(ids)
    _moved.update(propagation.getters_elsewhere(moved) - set(ids))
    promises.measure(ids)
    readings.read(ids)
    watch.look_after(ids)


def carry(*, tells: bool) -> None:
    """Carry out what the act left to the worker; old events tell nobody and letters are not sent.

    A key names one piece of work for as long as it waits. All of the demo is one transaction, so a
    row that is done gives its key free.
    """
    for _ in range(ROUNDS):
        rows = list(relay.waiting().order_by("id").values_list("id", "topic", "payload"))
        if not rows:
            return
        for _, topic, payload in rows:
            if topic in CARRIED and (tells or topic != "event"):
                relay._handlers[topic](**payload)
        _done([row[0] for row in rows])
        if not tells and all(topic == "event" for _, topic, _ in rows):
            return
    raise RuntimeError("The outbox does not come to rest.")


def _done(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_outbox SET done_at = %s, key = left(key, 140) || ':' || id WHERE id = ANY(%s)",
            [timezone.now(), ids],
        )
