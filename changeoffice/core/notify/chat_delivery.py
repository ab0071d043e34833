"""Messages leave for a person's chat one after the other, through the outbox like letters.

Each message has a row of its own in the outbox, and each row sends the oldest message that waits.
While an address does not work, one row tries again with growing pauses and the others do nothing,
so messages keep their order and a chat that is away costs one try at a time.
"""

import random
import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from changeoffice.core import outbound
from changeoffice.core.notify import chat, wording
from changeoffice.core.notify.delivery import told_by
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import ChatHook, Letter
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.outbox.relay import handler

PATIENCE = timedelta(days=1)
LONGEST_PAUSE = 1800  # seconds
HOST_RESTS = timedelta(seconds=30)
SLOW = 3.0  # seconds


@handler("chat", outward=True)
def carry(person_id: int, attempt: int = 0) -> None:
    """Send the oldest message. `attempt` is the number of tries before, which tells the row that
    tries again from those that wait behind it."""
    _one_at_a_time(person_id)
    hook = ChatHook.objects.select_related("person").filter(pk=person_id, stopped_at=None).first()
    letter = chat.waiting_for(person_id).select_related("person").first()
    if hook is None or letter is None or hook.attempts != attempt or not hook.person.is_active:
        return
    if until := _rests_until(hook):
        enqueue("chat", f"chat:{person_id}:rests:{until.isoformat()}", not_before=until,
                person_id=person_id, attempt=attempt)  # fmt: skip
        return
    notices = told_by(letter)
    if not notices:
        letter.delete()
    elif not _sent(hook, letter, wording.chat_message(notices[0])):
        return
    if following := chat.waiting_for(person_id).first():
        enqueue("chat", f"chat:{following.pk}:next", person_id=person_id)


def _sent(hook: ChatHook, letter: Letter, text: str) -> bool:
    begun = time.monotonic()
    try:
        _wait_for_host(hook)
        chat.post(hook.address, text)
    except outbound.NotDelivered as trouble:
        _failed(hook, trouble)
        return False
    now = timezone.now()
    slow = {"away_at": now} if time.monotonic() - begun > SLOW else {}
    letter.body, letter.sent_at = text, now
    letter.save(update_fields=["body", "sent_at"])
    ChatHook.objects.filter(pk=hook.pk, address=hook.address).update(
        **(chat.HEALTHY | slow), sent_at=now
    )
    return True


def _rests_until(hook: ChatHook) -> datetime | None:
    """A host that took a message but long for it takes the next one in a while, whoever's it is:
    the chats of others do not wait behind it."""
    rested = timezone.now() - HOST_RESTS
    slow = ChatHook.objects.filter(host=hook.host, failing_since=None, away_at__gt=rested)
    last = slow.order_by("-away_at").values_list("away_at", flat=True).first()
    return last + HOST_RESTS if last else None


def _wait_for_host(hook: ChatHook) -> None:
    """A host that was just found away is away for all who have their chat there."""
    others = ChatHook.objects.filter(host=hook.host, failing_since__isnull=False).exclude(
        pk=hook.pk
    )
    if others.filter(away_at__gt=timezone.now() - HOST_RESTS).exists():
        raise outbound.NotDelivered(f"{hook.host} did not answer others a moment ago")


def _failed(hook: ChatHook, trouble: outbound.NotDelivered) -> None:
    now = timezone.now()
    since, attempts = hook.failing_since or now, hook.attempts + 1
    over = trouble.is_gone or now - since > PATIENCE
    pause = min(10 * 2 ** min(attempts, 10), LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311
    next_try = now + timedelta(seconds=pause)
    found = ChatHook.objects.filter(pk=hook.pk, address=hook.address).update(
        failing_since=since, attempts=attempts, reason=trouble.reason[:300],
        away_at=now if trouble.is_away else None, next_try_at=None if over else next_try,
        stopped_at=now if over else None,
    )  # fmt: skip
    if found and over:
        _give_up(hook, trouble.reason, since)
    elif found:
        enqueue("chat", f"chat:{hook.pk}:{since.isoformat()}:{attempts}", not_before=next_try,
                person_id=hook.pk, attempt=attempts)  # fmt: skip


def _give_up(hook: ChatHook, reason: str, since: datetime) -> None:
    """Nothing more is sent there until its owner says so; all of it stands in their inbox."""
    number, _ = chat.waiting_for(hook.pk).delete()
    lost = "One message is" if number == 1 else f"{number} messages are"
    notify(hook.person, asks=True, because="the address in your settings is yours",
           text=f"Messages no longer go to your chat: {reason}. {lost} in your inbox only. "
                "Name another address in your settings, or send a test message there",
           key=f"chat stopped:{since.isoformat()}")  # fmt: skip


def _one_at_a_time(person_id: int) -> None:
    """Two workers would overtake each other; the second waits here and then looks again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('chat'), %s)", [person_id])
