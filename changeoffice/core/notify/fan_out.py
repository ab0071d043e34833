"""From one event to the people it concerns: never about one's own act, once per person."""

from collections.abc import Callable

from django.conf import settings

from changeoffice.core.notify.models import Letter, Notification
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.outbox.relay import handler
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Event, work_model
from changeoffice.core.talk.models import Follower

QUIET_DOORS = {"import"}


@handler("event")
def tell(event_id: int) -> None:
    event = Event.objects.select_related("record", "actor").get(pk=event_id)
    if event.door in QUIET_DOORS:
        return
    work = work_model(event.record.kind).objects.get(pk=event.record_id)
    told: set[int] = {event.actor_id} if event.actor_id else set()
    for people, because, asks in _audience(event, work):
        for person in people:
            if person.pk not in told and work.is_visible_to(person):
                told.add(person.pk)
                notify(person, event=event, work=work, because=because, asks=asks)


def _audience(event: Event, work):
    """Groups in order of closeness; a person hears of it once, with the closest reason."""
    mentions = event.data.get("mentions", []) if event.verb == "comment" else []
    if mentions:
        yield Person.objects.filter(pk__in=mentions), "you were mentioned", True
    waits: Callable | None = getattr(work, "waits_for_after", None)
    if waits:
        yield waits(event), "it waits for you", True
    if work.owner_id:
        yield Person.objects.filter(pk=work.owner_id, is_active=True), "you own it", False
    followers = Follower.objects.filter(record_id=work.pk).values("person_id")
    yield Person.objects.filter(pk__in=followers, is_active=True), "you follow it", False


def notify(person, *, work, because: str, asks: bool = False, event=None, text: str = "",
           key: str = "") -> None:  # fmt: skip
    """Put one notice into a person's inbox, and a letter into the post where they want it."""
    who = event.actor.name if event and event.actor else "The change office"
    text = text or f"{who} {event.words} {work.reference} {work.title}"
    key = key or f"event:{event.pk}"
    _, made = Notification.objects.get_or_create(
        person=person, key=key,
        defaults={"record_id": work.pk, "event": event, "text": text[:400],
                  "because": because, "asks": asks},
    )  # fmt: skip
    past = event is not None and event.door == "demo"
    if made and person.mail_choice == "immediate" and not past:
        _post(person, text, because, work, key)


def _post(person, text: str, because: str, work, key: str) -> None:
    letter = Letter.objects.create(
        person=person, subject=text[:200], key=f"{key}:{person.pk}",
        body=f"{text}.\n\nYou get this because {because}.\n"
             f"{settings.SITE_URL}{work.get_absolute_url()}\n",
    )  # fmt: skip
    enqueue("letter", f"letter:{letter.key}", letter_id=letter.pk)
