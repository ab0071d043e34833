"""What the worker does, done at once: the outbox rows of one act, by their own handlers."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from changeoffice.core.outbox import relay

# Letters are not sent, and daily facts are filled in for the whole year at the end.
CARRIED = {"event", "rag", "dependency_alerts", "project_progress"}
ROUNDS = 20


def carry(now: datetime, *, tells: bool) -> None:
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
    raise RuntimeError("The outbox does not come to rest.")


def _done(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE outbox_outbox SET done_at = %s, key = left(key, 140) || ':' || id WHERE id = ANY(%s)",
            [timezone.now(), ids],
        )
