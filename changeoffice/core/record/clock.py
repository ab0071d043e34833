"""The office clock. SQL reads office_now(); Python reads now() and today(); both agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import DateTimeField, Func
from django.utils import timezone

from changeoffice.core.people.models import Office

_set_to: ContextVar[datetime | None] = ContextVar("office_clock", default=None)


class OfficeNow(Func):
    function = "office_now"
    template = "%(function)s()"
    output_field = DateTimeField()


def now() -> datetime:
    return _set_to.get() or timezone.now()


def today(zone: ZoneInfo | None = None) -> date:
    return now().astimezone(zone or Office.current().zone).date()


def end_of(day: date, zone: ZoneInfo | None = None) -> datetime:
    """The first instant after an office day: "as of" a day means before this."""
    return datetime.combine(day + timedelta(days=1), time(), zone or Office.current().zone)


@contextmanager
def set_clock(instant: datetime) -> Iterator[None]:
    """Run one transaction at another time; the demo and imports live through a past this way."""
    with transaction.atomic():
        token = _set_to.set(instant)
        _tell_database(instant.isoformat())
        try:
            yield
        finally:
            _set_to.reset(token)
            outer = _set_to.get()
            if not connection.needs_rollback:
                _tell_database(outer.isoformat() if outer else "")


def _tell_database(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('office.now', %s, true)", [value])
