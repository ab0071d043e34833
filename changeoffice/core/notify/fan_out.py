"""From one event to the people it concerns: never about one's own act, once per person."""

from collections.abc import Callable

from django.conf import settings

from changeoffice.core.notify.models import Letter, Notification
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.outbox.relay import handler
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Event, Record, work_model
from changeoffice.core.talk.models import Follower

QUIET_DOORS = {"import"}


@handler("event")
def tell(event_id: int) -> None:
    event = Event.objects.select_related("record", "actor", "on_behalf_of").get(pk=event_id)
    if event.door in QUIET_DOORS or _came_to_nothing(event):
        return
    work = work_model(event.record.kind).objects.get(pk=event.record_id)
    told: set[int] = {event.actor_id} if event.actor_id else set()
    together = _done_together(event)
    for people, because, asks in _audience(event, work):
        for person in people:
            if person.pk not in told and work.is_visible_to(person):
                told.add(person.pk)
                once = _once(event, work, together, person) if together else {}
                notify(person, event=event, work=work, because=because, asks=asks, **once)


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
    mentions = event.data.get("mentions", []) if event.verb == "comment" else []
    if mentions:
        yield Person.objects.filter(pk__in=mentions), "you were mentioned", True
    concerned: Callable | None = getattr(work, "concerned_after", None)
    if concerned:
        yield concerned(event), "you are named on it now", False
    waits: Callable | None = getattr(work, "waits_for_after", None)
    if waits:
        yield waits(event), "it waits for you", True
    if event.on_behalf_of_id:
        yield [event.on_behalf_of], "it was decided for you", False
    if work.owner_id:
        yield Person.objects.filter(pk=work.owner_id, is_active=True), "you own it", False
    followers = Follower.objects.filter(record_id=work.pk).values("person_id")
    yield Person.objects.filter(pk__in=followers, is_active=True), "you follow it", False


def notify(person, *, work, because: str, asks: bool = False, event=None, text: str = "",
           key: str = "") -> None:  # fmt: skip
    """Put one notice into a person's inbox, and a letter into the post where they want it."""
    text = text or f"{_who(event)} {event.words} {work.reference} {work.title}"
    key = key or f"event:{event.pk}"
    _, made = Notification.objects.get_or_create(
        person=person, key=key,
        defaults={"record_id": work.pk, "event": event, "text": text[:400],
                  "because": because, "asks": asks},
    )  # fmt: skip
    past = event is not None and event.door == "demo"
    if made and person.mail_choice == "immediate" and not past:
        verb = event.verb if event and asks else ""
        _post(person, text, because, work.answered_at(work.reference, verb), key)


def _who(event: Event | None) -> str:
    """Whoever did it, and whom they did it for."""
    who = event.actor.name if event and event.actor else "The change office"
    return f"{who}, for {event.on_behalf_of.name}," if event and event.on_behalf_of else who


def _post(person, text: str, because: str, url: str, key: str) -> None:
    letter = Letter.objects.create(
        person=person, subject=text[:200], key=f"{key}:{person.pk}",
        body=f"{text}.\n\nYou get this because {because}.\n"
             f"{settings.SITE_URL}{url}\n",
    )  # fmt: skip
    enqueue("letter", f"letter:{letter.key}", letter_id=letter.pk)
