"""Taking back one's own last act on a record: it stands again as it stood before."""

from datetime import timedelta

from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.history import states_of

# Longer than the toast that offers it, which waits while somebody looks at it.
WINDOW = timedelta(minutes=2)
NOTICES_WAIT = timedelta(seconds=15)
TOO_LATE = "It is too late to take this back."
MOVED_ON = "Something has happened since, so this can no longer be taken back."
LASTING = {"record", "reference", "version", "created_at", "updated_at", "home"}


def restore(record, event_id: int, by) -> str:
    """Put back every column the act changed, with the row locked; answers the state before it."""
    act = last_act(record, event_id, by)
    verb = record.verbs().get(act.verb)  # a birth is none
    if verb is None or not verb.undoable or clock.now() - act.at > WINDOW:
        raise NotNow(TOO_LATE, record=record)
    before = _state_before(record, act)
    if before is None:
        raise NotNow(MOVED_ON, record=record)
    for field in record._meta.concrete_fields:
        if field.name not in LASTING and hasattr(before, field.attname):
            setattr(record, field.attname, getattr(before, field.attname))
    return before.state


def last_act(record, event_id: int, by):
    """The act, where it is this person's and nothing has happened since."""
    act = _latest(record)
    if act is None or act.pk != event_id or act.actor_id != by.pk:
        raise NotNow(MOVED_ON, record=record)
    return act


def _latest(record):
    """The last thing anybody did to it; what is only said, or voted, changes nothing of it."""
    from changeoffice.core.record.models import SAID, Event

    rows = Event.objects.filter(record_id=record.pk).told().exclude(verb__in=SAID)
    return rows.order_by("-id").first()


def _state_before(record, act):
    """The state the act found; None where the record was written again since."""
    rows = list(states_of(record).reverse()[:2])
    whole = len(rows) == 2 and rows[0].pgh_context_id == act.context_id
    return rows[1] if whole else None
