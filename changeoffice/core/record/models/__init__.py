"""The record header, its events, and the abstract Work every business object is."""

from changeoffice.core.record.models.events import BALLOT, SAID, Event
from changeoffice.core.record.models.header import (
    HIDDEN,
    MODERATES,
    Alias,
    NamedPerson,
    Reach,
    Record,
    RecordQuerySet,
    query_of,
    visible,
)
from changeoffice.core.record.models.work import LINK, Work, WorkQuerySet, work_model

__all__ = [
    "BALLOT", "HIDDEN", "LINK", "MODERATES", "SAID", "Alias", "Event", "NamedPerson", "Reach", "Record", "RecordQuerySet",
    "Work", "WorkQuerySet", "query_of", "visible", "work_model",
]  # fmt: skip
