"""Verbs: the only writes. One declared transition is one place that locks, checks and records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pghistory
from django.db import IntegrityError, transaction
from pghistory import runtime

from changeoffice.core.access.rules import STAFF, Rule
from changeoffice.core.record import acting, pace
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen, Stale
from changeoffice.core.record.history import changes_since
from changeoffice.core.record.inputs import Inputs

ANY = "*"
# What every verb is called with; an input of such a name would never reach its body.
CALLED_WITH = frozenset({"self", "by", "reason", "at_version", "on_behalf_of"})
UNCHANGED = object()  # what a body answers when it was so already: nothing is recorded


@dataclass(frozen=True)
class Guard:
    """A condition on the record; `unmet` tells a person what would satisfy it. A `moot` one says
    whether there is anything to do it to: unmet, nobody is offered the act."""

    check: Callable[[Any], bool]
    unmet: str | Callable[[Any], str]
    moot: bool = False

    def words(self, record) -> str:
        return self.unmet if isinstance(self.unmet, str) else self.unmet(record)


def guard(
    unmet: str | Callable[[Any], str], *, moot: bool = False
) -> Callable[[Callable[[Any], bool]], Guard]:
    return lambda check: Guard(check, unmet, moot)


@dataclass(frozen=True)
class State:
    """A state's label on pages, its pill's tone (neutral, info, good, warn, bad) and whether it ends."""

    label: str
    tone: str = "neutral"
    closed: bool = False


@dataclass(frozen=True)
class Offer:
    """A verb as one person meets it on one record: open, or what stands in the way."""

    verb: Verb
    allowed: bool
    reasons: tuple[str, ...] = ()
    is_moot: bool = False

    @property
    def is_open(self) -> bool:
        return self.allowed and not self.reasons


@dataclass
class Verb:
    """A transition: from where, to where, who may, under which guards, and what else changes."""

    body: Callable
    source: frozenset[str]
    target: str | None
    who: Rule | None
    guards: tuple[Guard, ...] = ()
    asks: Inputs = field(default_factory=dict)
    asks_here: Callable[[Any], Inputs] | None = None  # where what it asks depends on the record
    label: str = ""
    tone: str = ""
    confirm: str = ""
    undoable: bool = False  # whoever did it may take it back at once; notices wait that long
    undone_by: str = ""  # the verb that takes it back, where its own columns are not all it changed
    told: str = ""
    quiet: bool = False
    bumps: bool = True
    door: bool = True
    also: str = ""  # the input, or field, that names another record changed with it
    reason_for: Rule | None = None  # who reads its reason; None: whoever reads of the act
    noted: bool = True  # False keeps its inputs out of the event: blind scores, figures
    about: str = ""  # the one input kept even so, told to those who see the record's figures
    tells: tuple[str, ...] = ()  # fields its own words tell, which the timeline need not repeat
    unseen: bool = False  # done to what one may not read; never offered at a door
    paced: str = ""  # which of the paces in the settings one person keeps to
    name: str = ""

    def __set_name__(self, owner, name: str) -> None:
        self.name = name
        self.label = self.label or name.replace("_", " ").capitalize()
        self.__doc__ = self.body.__doc__

    def __get__(self, record, owner=None):
        return self if record is None else BoundVerb(self, record)

    @property
    def slug(self) -> str:
        return self.name.replace("_", "-")

    @property
    def offers_undo(self) -> bool:
        return self.undoable or bool(self.undone_by)

    def allows_state(self, state: str) -> bool:
        return ANY in self.source or state in self.source

    def other(self, record, given: dict) -> Any:
        """The record that is changed with it: one that is given, or one it points to already."""
        if not self.also:
            return None
        return given[self.also] if self.also in given else getattr(record, self.also, None)

    def rule(self, record) -> Rule:
        return self.who or record.editors

    def need_allowed(self, record, person) -> None:
        rule = self.rule(record)
        if not (rule.holds(person, record) if person is not None else _is_the_portal()):
            raise NotAllowed(f"{self.label} needs {rule.words}.")

    def unmet(self, record) -> list[str]:
        return [item.words(record) for item in self._failing(record)]

    def _failing(self, record) -> list[Guard]:
        return [item for item in self.guards if not item.check(record)]

    def offer(self, record, person) -> Offer:
        if not self.rule(record).holds(person, record):
            return Offer(self, False, (f"Needs {self.rule(record).words}.",))
        failing = self._failing(record)
        reasons = tuple(item.words(record) for item in failing)
        return Offer(self, True, reasons, any(item.moot for item in failing))


@dataclass
class BoundVerb:
    verb: Verb
    record: Any

    def __call__(
        self, *, by, reason: str = "", at_version: int | None = None, on_behalf_of=None, **given
    ):
        """Do it: one transaction that locks, checks state, person and guards, changes, records."""
        verb, record = self.verb, self.record
        with (
            constraints_in_words(type(record)),
            transaction.atomic(),
            own_context(by, verb.name, reason) as ctx,
        ):
            lock(record, *filter(None, [verb.other(record, given)]))
            if at_version is not None and at_version != record.version:
                raise Stale(record, changes_since(record, at_version, by))
            if by is not None and not verb.unseen and not record.is_visible_to(by):
                raise NotSeen(f"{record.reference} does not exist.")
            self._check(by)
            if verb.paced:
                pace.keep(by, verb.paced)
            before = record.state
            answer = verb.body(record, by=by, **_reasoned(verb, given, reason))
            if answer is UNCHANGED:
                return record
            record.settle(_target(verb, answer), bumps=verb.bumps)
            record.last_event = record.note(
                verb.name, by=by, reason=reason, before=before, context=ctx.id,
                on_behalf_of=on_behalf_of, words=verb.told, quiet=verb.quiet,
                data=_kept(verb, given), undoable=verb.undoable,
            )  # fmt: skip
        return answer if verb.target is None else record

    def _check(self, by) -> None:
        verb, record = self.verb, self.record
        verb.need_allowed(record, by)
        if not verb.allows_state(record.state):
            raise NotNow(
                f"{record.reference} is {record.state_label.lower()}, so it cannot "
                f"{verb.label.lower()} now.",
                record=record,
            )
        if reasons := verb.unmet(record):
            raise NotNow(f"{verb.label} has to wait: {reasons[0]}", reasons, record)


@contextmanager
def constraints_in_words(model) -> Iterator[None]:
    """A broken database constraint is bad input, told in the constraint's own words."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        for constraint in model._meta.constraints:
            if constraint.name == name:
                raise Invalid(__all__=str(constraint.get_violation_error_message())) from error
        for column in model._meta.concrete_fields:
            if column.unique and name == f"{model._meta.db_table}_{column.column}_key":
                raise Invalid(**{column.name: "There is one of these already."}) from error
        raise


def _is_the_portal() -> bool:
    return acting.door().name in {"job", "import"}


def _reasoned(verb: Verb, given: dict, reason: str) -> dict:
    return {**given, "reason": reason} if "reason" in verb.asks else given


def _target(verb: Verb, answer: Any) -> str | None:
    return answer if verb.target == "?" else verb.target


def lock(*records) -> None:
    """Take the rows and read them again; whoever comes second sees what the first one did.

    The older record first, whatever its kind: two acts on the same pair never wait in a circle.
    """
    for record in sorted(records, key=lambda record: record.pk):
        rows = type(record)._base_manager.select_for_update(of=("self",), no_key=True)
        record.refresh_from_db(from_queryset=rows)


@contextmanager
def own_context(by, verb: str, reason: str) -> Iterator[runtime.Context]:
    """What history says of the rows a verb writes.

    pghistory shares one context among all that are nested, so that a verb done inside another
    would overwrite who did the outer one; here each has its own.
    """
    words, outer = _context_words(by, verb, reason), getattr(runtime._tracker, "value", None)
    if outer is None:
        with pghistory.context(**words) as ctx:
            yield ctx
        return
    runtime._tracker.value = runtime.Context(uuid4(), words)
    try:
        yield runtime._tracker.value
    finally:
        runtime._tracker.value = outer


def _context_words(by, verb: str, reason: str) -> dict[str, Any]:
    door = acting.door()
    words = {"by": by.pk if by else None, "verb": verb, "door": door.name, "client": door.client}
    return words | ({"reason": reason[:500]} if reason else {})


def _kept(verb: Verb, given: dict[str, Any]) -> dict[str, Any]:
    return _noted(given if verb.noted else {k: given[k] for k in given if k == verb.about})


def _noted(given: dict[str, Any]) -> dict[str, Any]:
    """Inputs as the event keeps them: short plain values; long text is in the field history."""
    noted: dict[str, Any] = {}
    for key, value in given.items():
        if isinstance(value, (int, float, bool)) or value is None:
            noted[key] = value
        elif isinstance(value, (list, tuple, set)):
            noted[key] = [str(item)[:200] for item in value][:50]
        elif not hasattr(value, "__dict__") or hasattr(value, "pk") or isinstance(value, str):
            name = getattr(value, "username", value)  # of people, since names repeat
            noted[key] = str(getattr(value, "reference", name))[:500]
        else:
            noted[key] = str(value)[:500]
    return noted


def transition(
    source: str | Iterable[str],
    target: str | None,
    *,
    who: Rule | None,
    guards: Iterable[Guard] = (),
    asks: Inputs | None = None,
    **options: Any,
) -> Callable[[Callable], Verb]:
    """Declare a verb. `source` is a state, several, or ANY; `target` a state, None (stays), or
    "?" when the body answers with the state (as a return from *more information* does)."""
    sources = frozenset([source] if isinstance(source, str) else source)

    def declare(body: Callable) -> Verb:
        return Verb(body, sources, target, who, tuple(guards), asks or {}, **options)

    return declare


def need_staff(person, what: str) -> None:
    """Asked by births, which have no record yet a rule could look at; jobs and imports may."""
    if person is not None and not STAFF.holds(person, None):
        raise NotAllowed(f"{what} is for members of staff.")


def verbs_of(model) -> dict[str, Verb]:
    """Every verb the model declares, in the order it declares them."""
    found: dict[str, Verb] = {}
    for base in reversed(model.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, Verb):
                found[name] = value
    return found
