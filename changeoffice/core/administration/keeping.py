"""How every administrative change is written: one transaction, one context, one line on the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from changeoffice.core.access.grants import grants_of
from changeoffice.core.administration.models import note
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.workflow import constraints_in_words, own_context

ADMINISTRATORS_ONLY = "This needs an administrator."


def keeps(person, unit_id: int | None = None) -> bool:
    """An administrator of everything, or of this unit; a unit of None means the whole office."""
    scope = grants_of(person).scope("administrator")
    return scope.everywhere or (unit_id is not None and unit_id in scope.units)


def keeps_anything(person) -> bool:
    return grants_of(person).has("administrator")


def need_keeper(by, *unit_ids: int | None) -> None:
    """Refuse unless `by` is an administrator of every unit named (None: of the whole office).

    Without a person it is the portal's own console that takes a file in.
    """
    if by is None and acting.door().name == "import":
        return
    if not all(keeps(by, unit_id) for unit_id in (unit_ids or (None,))):
        where = " of this unit" if keeps_anything(by) else ""
        raise NotAllowed(f"This needs an administrator{where}.")


@dataclass
class Draft:
    """What the trail will say, filled in while the change is made."""

    by: Any
    verb: str
    reason: str
    subject: Any = None
    words: str = ""
    person: Any = None
    changes: list[dict] = field(default_factory=list)


@contextmanager
def kept(by, verb: str, *, model, reason: str = "") -> Iterator[Draft]:
    """Make one change: field history and trail carry the same context, or nothing is written."""
    draft = Draft(by, verb, reason)
    with (
        constraints_in_words(model),
        transaction.atomic(),
        own_context(by, verb, reason) as context,
    ):
        yield draft
        note(by=by, verb=verb, subject=draft.subject, words=draft.words, person=draft.person,
             changes=draft.changes, reason=reason, context=context.id)  # fmt: skip


def put(row, values: dict[str, Any]) -> list[dict]:
    """Set fields and answer what changed, in words."""
    changes = []
    for name, value in values.items():
        old = getattr(row, name)
        if old != value:
            model_field = row._meta.get_field(name)
            setattr(row, name, value)
            changes.append({"label": str(model_field.verbose_name).capitalize(),
                            "old": _said(model_field, old), "new": _said(model_field, value)})  # fmt: skip
    return changes


def _said(model_field, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return str(dict(getattr(model_field, "flatchoices", ())).get(value, value))


def need_reason(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise Invalid(reason="Say why, in a few words.")
    return reason.strip()
