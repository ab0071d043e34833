"""The record an address names, as one person may see it."""

from changeoffice.core.record.errors import NotSeen
from changeoffice.core.record.models import Work


def seen(work: type[Work], reference: str, person, related: tuple[str, ...] = ()) -> Work:
    """The record, if it exists for this person; else as if it did not exist."""
    rows = work.objects.visible_to(person)
    found = (
        (rows.select_related(*related) if related else rows).by_reference(reference[:24]).first()
    )
    if found is None:
        raise NotSeen(f"{reference[:24]} does not exist, or you may not see it.")
    return found
