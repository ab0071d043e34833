"""How often one person may do the same in a short time, whichever door and process it comes through."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet

from changeoffice.core.record import acting, clock
from changeoffice.core.record.errors import TooOften

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DOORS = ("page", "api")  # jobs and files keep a pace of their own
VERBS = {"vote": ("vote", "withdraw_vote"), "comment": ("comment", "edit_comment")}


def keep(person, act: str) -> None:
    """Refuse what comes too often; called within the transaction of the act."""
    from changeoffice.core.record.models import Event

    rows = Event.objects.filter(actor=person, verb__in=VERBS.get(act, (act,)))
    keep_among(rows, person, act)


def keep_among(rows: QuerySet, person, act: str) -> None:
    if person is None or acting.door().name not in DOORS:
        return
    _one_after_another(person, act)
    now = clock.now()
    done = rows.filter(at__gt=now - HOUR).aggregate(
        hour=Count("pk"), minute=Count("pk", filter=Q(at__gt=now - MINUTE))
    )
    minute, hour = settings.PACES[act]
    if done["minute"] >= minute:
        raise TooOften(_words(act, minute, "minute"), 60)
    if done["hour"] >= hour:
        raise TooOften(_words(act, hour, "hour"), 600)


def _words(act: str, most: int, span: str) -> str:
    later = "in a minute" if span == "minute" else "later"
    return f"That was {most} {act}s within one {span}, which is as many as one person may. Try again {later}; nothing was changed."


def _one_after_another(person, act: str) -> None:
    """Or two requests at once would both be the last that is allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [f"pace {act}", person.pk])
