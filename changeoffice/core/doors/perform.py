"""One way for every door to do a verb by its name, wherever the verb is carried out."""

from typing import Any

from changeoffice.core import ports
from changeoffice.core.record import inputs as shapes
from changeoffice.core.record.errors import NotSeen
from changeoffice.core.record.inputs import Inputs
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import Verb


def verb_named(work: type[Work], name: str) -> Verb:
    found = work.verbs().get(name)
    if found is None or not (found.door or (work.kind, name) in ports.next_steps):
        raise NotSeen("There is no such act.")
    return found


def asks_of(work: type[Work], verb: Verb, record: Work | None = None) -> Inputs:
    """What a verb asks: in general, or of one record."""
    if step := ports.next_steps.get((work.kind, verb.name)):
        return step.asks
    return verb.asks_here(record) if verb.asks_here and record is not None else verb.asks


def asked_by(person, verb: Verb, record: Work) -> Inputs:
    """What is asked of who does it. Where it depends on the record, what may be chosen tells what the
    record holds: whoever may not do it is told so before."""
    if verb.asks_here:
        verb.need_allowed(record, person)
    return asks_of(type(record), verb, record)


def perform(
    record: Work, name: str, *, by, data: dict[str, Any], at_version: int | None = None
) -> Any:
    """Clean the input, then do the verb; answers what the verb or its command answers."""
    verb = verb_named(type(record), name)
    given = shapes.clean(asked_by(by, verb, record), by, data)
    if step := ports.next_steps.get((record.kind, name)):
        return step.command(record, by=by, at_version=at_version, **given)
    return getattr(record, name)(by=by, at_version=at_version, **given)
