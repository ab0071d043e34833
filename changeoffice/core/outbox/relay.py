"""Carry outbox rows out: claim, run the topic's handler, mark done, or push forward with back-off.

A row is done in the same transaction as its effect, so an effect happens exactly once however
often the relay is killed. Handlers that leave the database (mail) must tolerate a repeat.
"""

import logging
import random
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from changeoffice.core.outbox.models import Outbox

log = logging.getLogger(__name__)
Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}
_outward: set[str] = set()
MOST_ATTEMPTS = 12


def handler(topic: str, *, outward: bool = False) -> Callable[[Handler], Handler]:
    """Register the one function that carries out rows of this topic. `outward`: it waits for
    machines of others, so workers carry such rows beside the rest, which waits for none of them."""

    def register(function: Handler) -> Handler:
        _handlers[topic] = function
        (_outward.add if outward else _outward.discard)(topic)
        return function

    return register


def waiting():
    return Outbox.objects.filter(done_at=None, given_up_at=None)


def relay(
    most: int = 500, until: Callable[[], bool] = lambda: False, *, outward: bool | None = None
) -> dict[str, int]:
    """Carry out up to `most` due rows, or until told to stop; answers how many were done and how
    many failed. `outward` keeps to the topics that are, or to those that are not."""
    counts = {"done": 0, "failed": 0}
    while sum(counts.values()) < most and not until():
        outcome = _carry_one(outward)
        if outcome is None:
            break
        counts[outcome] += 1
    return counts


def _carry_one(outward: bool | None) -> str | None:
    with transaction.atomic():
        due = waiting().filter(not_before__lte=Now()).order_by("not_before", "id")
        if outward is not None:
            due = due.filter(Q(topic__in=_outward) if outward else ~Q(topic__in=_outward))
        row = due.select_for_update(skip_locked=True).first()
        if row is None:
            return None
        try:
            with transaction.atomic():
                _handlers[row.topic](**row.payload)
        except Exception as error:  # one bad row must not stop the rest
            log.exception("outbox row %s failed", row.key)
            _push_forward(row, error)
            return "failed"
        Outbox.objects.filter(pk=row.pk).update(done_at=timezone.now())
        return "done"


def _push_forward(row: Outbox, error: Exception) -> None:
    row.attempts += 1
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    if row.attempts >= MOST_ATTEMPTS:
        row.given_up_at = timezone.now()
    wait = min(10 * 2**row.attempts, 6 * 3600) * random.uniform(0.8, 1.2)  # noqa: S311 (jitter)
    row.not_before = timezone.now() + timedelta(seconds=wait)
    row.save()


def send_again(row: Outbox) -> None:
    """Give a row that was given up another full round of attempts."""
    Outbox.objects.filter(pk=row.pk, done_at=None).update(
        attempts=0, given_up_at=None, not_before=Now()
    )
