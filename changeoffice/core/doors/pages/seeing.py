"""The record an address names, as one person may see it."""

from changeoffice.core.access.grants import grants_of
from changeoffice.core.people.models import Person
from changeoffice.core.record import at_once
from changeoffice.core.record.at_once import Queries
from changeoffice.core.record.errors import NotSeen
from changeoffice.core.record.models import Record, Work
from changeoffice.core.record.prepared import prepared


def seen(work: type[Work], reference: str, person, related: tuple[str, ...] = ()) -> Work:
    """The record, if it exists for this person; else as if it did not exist."""
    (found,) = at_once.fetch(
        *_named(reference[:24].upper(), person, work=work, related=related).values()
    )
    if not found:
        raise NotSeen(f"{reference[:24]} does not exist, or you may not see it.")
    return found[0]


def still_at(record: Work | Record, person) -> str:
    """Where to go on after an act: to the record, or to My work where it existed for a delegate
    only while they were asked."""
    if not grants_of(person).scope("delegate").records & {record.pk, record.home_id}:
        return record.get_absolute_url()
    now = Person.objects.get(pk=person.pk)
    is_seen = Record.objects.visible_to(now).filter(pk=record.pk).exists()
    return record.get_absolute_url() if is_seen else "/"


@prepared()
def _named(reference: str, person, *, work: type[Work], related: tuple[str, ...]) -> Queries:
    rows = work.objects.visible_to(person)
    return {"record": (rows.select_related(*related) if related else rows).by_reference(reference)}
