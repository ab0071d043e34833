"""One letter a day for those who want it so: what is new and still unread."""

from datetime import datetime, timedelta

from celery.schedules import crontab
from django.conf import settings
from django.db import transaction
from django.db.models import Max

from changeoffice.core.jobs.registry import job
from changeoffice.core.notify.models import Letter, Notification
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import Person

MOST_LINES = 60
FURTHEST_BACK = timedelta(days=7)


@job(
    "daily_letters",
    title="Daily letters",
    does="Writes one letter with all that is new to everybody who chose that.",
    every=crontab(hour=6, minute=30),
)
def daily_letters(now: datetime) -> dict[str, int]:
    people = Person.objects.filter(is_active=True, mail_choice="digest")
    return {"letters": sum(write_to(person, now) for person in people.iterator(500))}


@transaction.atomic
def write_to(person: Person, now: datetime) -> bool:
    """At most one letter a day, about what came since the last one; running twice adds nothing."""
    key = f"digest:{now:%Y-%m-%d}:{person.pk}"
    if Letter.objects.filter(key=key).exists():
        return False
    sent = Letter.objects.filter(person=person, key__startswith="digest:")
    since = max(
        sent.aggregate(at=Max("made_at"))["at"] or now - timedelta(days=1), now - FURTHEST_BACK
    )
    rows = Notification.objects.inbox_of(person).unread().filter(at__gt=since, at__lte=now)
    found = list(rows.select_related("record").order_by("-asks", "-at")[: MOST_LINES + 1])
    if not found:
        return False
    number = len(found) if len(found) <= MOST_LINES else f"more than {MOST_LINES}"
    letter = Letter.objects.create(
        person=person, key=key, subject=f"{number} new in your inbox",
        body="\n\n".join([_line(row) for row in found[:MOST_LINES]] + [f"{settings.SITE_URL}/inbox\n"]),
    )  # fmt: skip
    enqueue("letter", f"letter:{key}", letter_id=letter.pk)
    return True


def _line(notice: Notification) -> str:
    mark = "Asks you: " if notice.asks else ""
    url = f"\n{settings.SITE_URL}{notice.record.get_absolute_url()}" if notice.record else ""
    return f"{mark}{notice.text}. Because {notice.because}.{url}"
