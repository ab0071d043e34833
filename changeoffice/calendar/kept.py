"""The office's calendar for code that asks it row by row: read once, kept for a second."""

import time

from django.db.models.signals import post_delete, post_save

from changeoffice.calendar.models import DayOff
from changeoffice.calendar.office import office_days
from changeoffice.calendar.working_days import WorkingDays
from changeoffice.core.people.models import Office

KEPT_SECONDS = 1.0
_held: tuple[float, WorkingDays] | None = None


def working_days() -> WorkingDays:
    global _held
    if _held is None or time.monotonic() > _held[0]:
        _held = (time.monotonic() + KEPT_SECONDS, office_days())
    return _held[1]


def forget(**kwargs) -> None:
    global _held
    _held = None


for _kind in (Office, DayOff):
    post_save.connect(forget, sender=_kind, dispatch_uid=f"days_{_kind.__name__}")
    post_delete.connect(forget, sender=_kind, dispatch_uid=f"days_gone_{_kind.__name__}")
