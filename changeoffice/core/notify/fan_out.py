"""From one event to the people it concerns: never about one's own act, once per person."""

from collections.abc import Callable

from changeoffice.core.notify import chat, wording
from changeoffice.core.notify.models import Letter, NoticeKind, Notification
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.outbox.relay import handler
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import SAID, Event, Record, work_model
from changeoffice.core.talk.models import Follower

QUIET_DOORS = {"import"}
ASKING = {NoticeKind.ASKS, NoticeKind.MENTION}


@handler("event")
def tell(event_id: int) -> None:
    event = Event.objects.select_related("record", "actor", "on_behalf_of").get(pk=event_id)
    if event.door in QUIET_DOORS or _came_to_nothing(event):
        return
    work = work_model(event.record.kind).objects.get(pk=event.record_id)
    told: set[int] = {event.actor_id} if event.actor_id else set()
    together = _done_together(event)
    for people, because, kind in _audience(event, work):
        for person in people:
            if person.pk not in told and work.is_visible_to(person):
                told.add(person.pk)
                once = _once(event, work, together, person) if together else {}
                notify(person, event=event, work=work, because=because, kind=kind,
                       asks=kind in ASKING, **once)  # fmt: skip


def _done_together(event: Event) -> list[int]:
    """The records of the bulk act the event is a part of."""
    bulk = event.data.get("together")
    if not bulk:
        return []
    rows = Event.objects.filter(transaction=event.transaction, verb=event.verb)
    return list(rows.filter(data__together=bulk).values_list("record_id", flat=True))


def _once(event: Event, work, together: list[int], person) -> dict[str, str]:
    """One message for a bulk act, counting only what the person may see."""
    others = Record.objects.visible_to(person).filter(pk__in=together).exclude(pk=work.pk).count()
    and_more = f" and {others} more" if others else ""
    return {"key": f"bulk:{event.data['together']}",
            "text": f"{_who(event)} {event.words} {work.reference} {work.title[:200]}{and_more}"}  # fmt: skip


def _came_to_nothing(event: Event) -> bool:
    """An act taken back before anybody was told of it, and its taking back, are no news."""
    if event.verb == "take_back":
        return not Notification.objects.filter(event_id=event.data["event"]).exists()
    undone = Event.objects.filter(record_id=event.record_id, pk__gt=event.pk, verb="take_back")
    return undone.filter(data__event=event.pk).exists()


def _audience(event: Event, work):
    """Groups in order of closeness; a person hears of it once, with the closest reason."""
    mentions = event.data.get("mentions", []) if event.verb in SAID else []
    if mentions:
        yield Person.objects.filter(pk__in=mentions), "you were mentioned", NoticeKind.MENTION
    if event.verb == "edit_comment":  # who heard of the comment need not hear of each change to it
        return
    concerned: Callable | None = getattr(work, "concerned_after", None)
    if concerned:
        yield concerned(event), "you are named on it now", NoticeKind.MINE
    waits: Callable | None = getattr(work, "waits_for_after", None)
    if waits:
        yield waits(event), "it waits for you", NoticeKind.ASKS
    if event.on_behalf_of_id:
        yield [event.on_behalf_of], "it was decided for you", NoticeKind.MINE
    ends = event.verb in work.results
    if work.owner_id:
        owner = Person.objects.filter(pk=work.owner_id, is_active=True)
        yield owner, "you own it", NoticeKind.RESULT if ends else NoticeKind.MINE
    followers = Follower.objects.filter(record_id=work.pk).values("person_id")
    following = Person.objects.filter(pk__in=followers, is_active=True)
    yield following, "you follow it", NoticeKind.RESULT if ends else NoticeKind.FOLLOW


def notify(person, *, because: str, work=None, kind: str = "", asks: bool = False, event=None,
           text: str = "", key: str = "") -> None:  # fmt: skip
    """Put one notice into a person's inbox, and send it on by the ways they chose for its kind."""
    text = text or f"{_who(event)} {event.words} {work.reference} {work.title}"
    notice, made = Notification.objects.get_or_create(
        person=person, key=key or f"event:{event.pk}",
        defaults={"record": work.record if work else None, "event": event, "text": text[:400],
                  "because": because, "asks": asks,
                  "kind": kind or (NoticeKind.ASKS if asks else NoticeKind.MINE)},
    )  # fmt: skip
    past = event is not None and event.door == "demo"
    if made and not past:
        _send_on(notice, person)


def _who(event: Event | None) -> str:
    """Whoever did it, and whom they did it for."""
    who = event.actor.name if event and event.actor else "The change office"
    return f"{who}, for {event.on_behalf_of.name}," if event and event.on_behalf_of else who


def _send_on(notice: Notification, person) -> None:
    key = f"{notice.key}:{person.pk}"
    if person.mail_for(notice.kind) == "immediate":
        subject, body = wording.letter_about(notice)  # written again when it leaves
        letter = Letter.objects.create(
            person=person, notices=[notice.pk], subject=subject, body=body, key=key
        )
        enqueue("letter", f"letter:{key}", letter_id=letter.pk)
    if notice.kind in person.chat_kinds:
        chat.put(person, notice, key)
