"""Where a person's chat takes messages, and what waits for it."""

from datetime import timedelta

from django.utils import timezone

from changeoffice.core import outbound
from changeoffice.core.notify.models import ChatHook, ChatTest, Letter, NoticeKind
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import Office
from changeoffice.core.record.errors import TooOften

BETWEEN_TESTS = timedelta(seconds=10)
AT_FIRST = [NoticeKind.ASKS, NoticeKind.MENTION, NoticeKind.ALARM]
HEALTHY = {"attempts": 0, "failing_since": None, "away_at": None, "next_try_at": None,
           "stopped_at": None, "reason": ""}  # fmt: skip


def put(person, notice, key: str) -> None:
    """Let one message wait for its turn, where the person's chat takes any."""
    if ChatHook.objects.filter(person=person, stopped_at=None).exists():
        letter = Letter.objects.create(
            person=person, by_chat=True, notices=[notice.pk], key=f"chat:{key}"
        )
        enqueue("chat", f"chat:{letter.pk}", person_id=person.pk)


def waiting_for(person_id: int):
    return Letter.objects.filter(person_id=person_id, by_chat=True, sent_at=None).order_by("id")


def test(hook: ChatHook) -> None:
    """Post a word at once, in front of the person who asks. Raises NotDelivered."""
    now = timezone.now()
    test, is_first = ChatTest.objects.get_or_create(pk=hook.pk, defaults={"at": now})
    rested = ChatTest.objects.filter(pk=test.pk, at__lte=now - BETWEEN_TESTS)
    if not is_first and not rested.update(at=now):
        raise TooOften("Wait some seconds before the next test.", 10)
    post(hook.address, "This is a test from the change office. Messages reach you here.")
    work_again(hook.pk)


def keep_address(person, address: str) -> None:
    """Name the address, or another one; what still waits goes there."""
    values = {"address": address, "host": outbound.host_of(address), **HEALTHY}
    _, made = ChatHook.objects.update_or_create(person=person, defaults=values)
    if made and not person.chat_kinds:
        person.chat_kinds = list(AT_FIRST)
        person.save(update_fields=["chat_kinds"])
    work_again(person.pk)


def forget_address(person) -> None:
    ChatHook.objects.filter(person=person).delete()
    waiting_for(person.pk).delete()
    person.chat_kinds = []
    person.save(update_fields=["chat_kinds"])


def work_again(person_id: int) -> None:
    ChatHook.objects.filter(pk=person_id).update(**HEALTHY)
    if waiting_for(person_id).exists():
        enqueue("chat", f"chat:again:{person_id}:{timezone.now().isoformat()}", person_id=person_id)


def post(address: str, text: str) -> None:
    outbound.post_json(address, {"text": text}, inside=Office.current().inside_hosts)
