"""One letter a day for those who want it so: what is new and still unread."""

from datetime import datetime, timedelta

from celery.schedules import crontab
from django.db import transaction
from django.db.models import Max, Q

from changeoffice.core.jobs.registry import job
from changeoffice.core.notify.delivery import DAILY
from changeoffice.core.notify.models import Letter, NoticeKind, Notification
from changeoffice.core.notify.wording import MOST_LINES
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import Person

FURTHEST_BACK = timedelta(days=7)


@job(
    "daily_letters",
    title="Daily letters",
    does="Writes one letter with all that is new to everybody who chose that.",
    every=crontab(hour=6, minute=30),
)
def daily_letters(now: datetime) -> dict[str, int]:
    wants = Q(mail_choice="digest")
    for kind in NoticeKind.values:
        wants |= Q(mail_choices__contains={kind: "digest"})
    people = Person.objects.filter(wants, is_active=True)
    return {"letters": sum(write_to(person, now) for person in people.iterator(500))}


def kinds_for(person: Person) -> list[str]:
    """The kinds somebody reads once a day; those told by the release before have none."""
    return [kind for kind in (*NoticeKind.values, "") if person.mail_for(kind) == "digest"]


@transaction.atomic
def write_to(person: Person, now: datetime) -> bool:
    """At most one letter a day, about what came since the last one; running twice adds nothing."""
    key = f"{DAILY}{now:%Y-%m-%d}:{person.pk}"
    if Letter.objects.filter(key=key).exists():
        return False
    sent = Letter.objects.filter(person=person, key__startswith=DAILY)
    since = max(
        sent.aggregate(at=Max("made_at"))["at"] or now - timedelta(days=1), now - FURTHEST_BACK
    )
    rows = Notification.objects.inbox_of(person).unread().filter(at__gt=since, at__lte=now)
    found = rows.filter(kind__in=kinds_for(person)).order_by("-asks", "-at")
    notices = list(found.values_list("pk", flat=True)[: MOST_LINES + 1])
    if not notices:
        return False
    letter = Letter.objects.create(person=person, key=key, notices=notices)
    enqueue("letter", f"letter:{key}", letter_id=letter.pk)
    return True
