"""The abstract Work every business object is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import connection, models, transaction
from django.utils import timezone

from changeoffice.core import ports
from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ADMINISTRATOR, FIGURE_ROLES, SEES_FIGURES, STAFF, Rule
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record import acting, clock, undo
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.database import sequence
from changeoffice.core.record.errors import Invalid, NotNow, NotSeen
from changeoffice.core.record.inputs import Inputs
from changeoffice.core.record.models.events import Event
from changeoffice.core.record.models.header import (
    HIDDEN,
    MODERATES,
    NamedPerson,
    Reach,
    Record,
    visible,
)
from changeoffice.core.record.triggers import KeepHeader, RefuseDelete
from changeoffice.core.record.workflow import (
    ANY,
    Offer,
    State,
    constraints_in_words,
    own_context,
    transition,
    verbs_of,
)

LINK = ("reference", "title", "state")


class WorkQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        return self.filter(visible(person))

    def by_reference(self, reference: str) -> Self:
        return self.filter(reference=reference.upper())

    def open(self) -> Self:
        return self.exclude(state__in=self.model.closed_states())

    def as_links(self, *more: str) -> Self:
        """Only what a line that leads to it tells: a page of many such sets pays for every column."""
        return self.only(*LINK, *more)


class Work(models.Model):
    """A record with a state, verbs and a history. Its verbs are its only writes."""

    kind: ClassVar[str]
    prefix: ClassVar[str]
    digits: ClassVar[int] = 4
    plural: ClassVar[str]
    states: ClassVar[dict[str, State]]
    searched: ClassVar[tuple[str, ...]] = ()
    profile: ClassVar[Inputs] = {}
    counters: ClassVar[tuple[str, ...]] = ()
    editors: ClassVar[Rule]
    reserved: ClassVar[dict[str, Rule]] = {}  # profile fields whose change needs another rule
    responsible: ClassVar[tuple[str, ...]] = ("owner",)  # fields that name who answers for it
    last_event: Event | None = None  # of the verb just done to it
    menu: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # verbs under headings, in a page's menu
    results: ClassVar[frozenset[str]] = frozenset()  # verbs whose news is how it came out
    figures: ClassVar[tuple[str, ...]] = ()  # fields told only with a role on it (SEES_FIGURES)

    record = models.OneToOneField(
        Record, primary_key=True, db_column="id", on_delete=models.PROTECT, related_name="+"
    )
    reference = models.CharField(max_length=24, unique=True, editable=False)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=24, db_index=True)
    state_since = models.DateTimeField(db_default=OfficeNow())
    unit = models.ForeignKey(
        BusinessUnit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reach = models.SmallIntegerField(choices=Reach.choices, default=Reach.STAFF)
    confidential = models.BooleanField(default=False)
    home = models.ForeignKey(
        Record, on_delete=models.PROTECT, related_name="+", db_index=False, editable=False
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=OfficeNow())
    updated_at = models.DateTimeField(db_default=OfficeNow())

    objects = WorkQuerySet.as_manager()

    class Meta:
        abstract = True
        triggers = [KeepHeader(), RefuseDelete()]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return self.url_for(self.reference)

    # questions ---------------------------------------------------------------------------------
    @property
    def id(self) -> int:
        return self.record_id

    @property
    def state_label(self) -> str:
        return self.states[self.state].label

    @property
    def is_closed(self) -> bool:
        return self.states[self.state].closed

    @classmethod
    def closed_states(cls) -> list[str]:
        return [code for code, state in cls.states.items() if state.closed]

    @classmethod
    def verbs(cls):
        return verbs_of(cls)

    @classmethod
    def url_for(cls, reference: str) -> str:
        return f"/{cls.plural}/{reference}"

    def is_visible_to(self, person) -> bool:
        """The row test `visible()` asks in SQL, on a loaded object; proven equal by a test."""
        if not person.is_active:
            return False
        if self.owner_id == person.pk:
            return True
        if not self.confidential and self._reaches(grants_of(person)):
            return True
        if self.home_id in grants_of(person).scope("delegate").records:
            return True
        return NamedPerson.objects.filter(record_id=self.home_id, person=person).exists()

    def hidden_from(self, person) -> tuple[str, ...]:
        """The fields this person may neither read nor change."""
        return self.hidden_at(self, person)

    @classmethod
    def hidden_at(cls, header, person) -> tuple[str, ...]:
        """The same asked of a record's header, where the record itself is not at hand."""
        return () if not cls.figures or SEES_FIGURES.holds(person, header) else cls.figures

    def profile_for(self, person) -> Inputs:
        hidden = self.hidden_from(person)
        return {name: asked for name, asked in self.profile.items() if name not in hidden}

    def _reaches(self, grants) -> bool:
        if self.reach == Reach.STAFF:
            return grants.is_staff
        roles = {Reach.ROLES: FIGURE_ROLES, HIDDEN: MODERATES}.get(self.reach, ())
        return grants.scope(*roles).covers(self.unit_id, self.pk, self.home_id)

    @classmethod
    def answered_at(cls, reference: str, verb: str) -> str:
        """Where somebody answers whom this act asks; the record's own page unless a kind has another."""
        return cls.url_for(reference)

    def offers(self, person) -> list[Offer]:
        """Every verb that fits the present state and is offered at a door, with what is missing;
        without those that have nothing to act on."""
        found = (
            verb.offer(self, person)
            for verb in self.verbs().values()
            if verb.allows_state(self.state)
            and (verb.door or (self.kind, verb.name) in ports.next_steps)
        )
        return [offer for offer in found if not offer.is_moot]

    def open_verbs(self, person) -> list[Offer]:
        return [offer for offer in self.offers(person) if offer.allowed]

    # birth and bookkeeping ---------------------------------------------------------------------
    @classmethod
    def bear(cls, *, by, verb: str, state: str, home=None, quiet=False, words="", **fields) -> Self:
        """Insert a new row with its reference and its first event; birth verbs end in this."""
        with (
            constraints_in_words(cls),
            transaction.atomic(),
            own_context(by, verb, "") as ctx,
        ):
            number, next_reference = cls.next_identity()
            made = cls(
                record_id=number, reference=next_reference, state=state,
                home_id=home.home_id if home else number, **fields,
            )  # fmt: skip
            made.state_since = made.created_at = made.updated_at = clock.now()
            made.save(force_insert=True)
            made.note(verb, by=by, before="", context=ctx.id, quiet=quiet, words=words)
        return made

    @classmethod
    def next_identity(cls) -> tuple[int, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('record_id'), nextval(%s)", [sequence(cls.prefix)])
            number, serial = cursor.fetchone()
        return number, f"{cls.prefix}-{serial:0{cls.digits}d}"

    def settle(self, target: str | None, *, bumps: bool = True) -> None:
        """Save what a verb changed, with the new state and the next version."""
        if not bumps and target in (None, self.state):
            return
        if target is not None and target != self.state:
            self.state, self.state_since = target, clock.now()
        if bumps:
            self.version += 1
        self.updated_at = clock.now()
        self.save(force_update=True)
        if self.confidential and self.home_id == self.pk:
            self.name_responsible()

    def name_responsible(self) -> None:
        """Whoever answers for what is confidential may see it for as long as they do."""
        for part in self.responsible:
            person = getattr(self, part)
            NamedPerson.objects.filter(record_id=self.pk, part=part).exclude(person=person).delete()
            NamedPerson.put(self.pk, person, part=part)

    def note(
        self, verb: str, *, by, reason="", before="", context=None, on_behalf_of=None,
        words="", quiet=False, data: dict[str, Any] | None = None, undoable=False,
    ) -> Event:  # fmt: skip
        """Write the event and, in the same transaction, the outbox row that tells people."""
        door = acting.door()
        event = Event.objects.create(
            record_id=self.pk, verb=verb, words=words or verb.replace("_", " "), actor=by,
            on_behalf_of=on_behalf_of, door=door.name,
            client=door.client, before=before, after=self.state, reason=reason,
            data=(data or {}) | ({"together": bulk} if (bulk := acting.bulk()) else {}),
            context_id=context,
        )  # fmt: skip
        if not quiet:
            later = timezone.now() + undo.NOTICES_WAIT if undoable and door.name == "page" else None
            enqueue("event", f"event:{event.pk}", later, event_id=event.pk)
        return event

    # the verbs every work has ------------------------------------------------------------------
    @transition(
        ANY, None, who=None, label="Edit", door=False, told="edited"
    )  # who: each kind's own editors
    def revise(self, *, by, **changes) -> None:
        """Change profile fields; the door has cleaned the values against `profile`."""
        if self.is_closed:
            raise NotNow(f"{self.reference} is {self.state_label.lower()} and stays as it is.",
                         record=self)  # fmt: skip
        if by is not None and (hidden := set(self.hidden_from(by)) & set(changes)):
            # Whatever the value: a refusal of other values only would tell which one it has.
            raise Invalid(**dict.fromkeys(hidden, "You may not change this here."))
        for name, rule in self.reserved.items():
            held = getattr(self, name)
            changed = name in changes and held is not None and changes[name] != held
            if changed and by is not None and not rule.holds(by, self):
                raise Invalid(**{name: f"Changing this needs {rule.words}."})
        self._put(changes)

    @transition(ANY, None, who=ADMINISTRATOR, label="Hand over", door=False, quiet=True, unseen=True,
                told="handed over")  # fmt: skip
    def pass_on(self, *, by, person, to) -> None:
        """Somebody who answered for it leaves: from now on another person does. An administrator
        hands over risks without reading them; what is confidential does not exist for them."""
        if self.confidential and not self.is_visible_to(by):
            raise NotSeen(f"{self.reference} does not exist.")
        for field in self.responsible:
            if getattr(self, f"{field}_id") == person.pk:
                setattr(self, field, to)

    @transition(ANY, "?", who=STAFF, door=False, told="took back an act on")
    def take_back(self, *, by, event: int):
        """Undo one's own last act, as long as nothing else has happened since."""
        left = self.state
        state = undo.restore(self, event, by)
        self.after_undo(left, state)
        return state

    def stands_again(self, left: str, state: str) -> bool:
        """Whether an act that led to `left` can be taken back, so that it is in `state` again."""
        return True

    def after_undo(self, left: str, state: str) -> None:
        """For kinds whose acts touch more than their own row: it goes back from `left` to `state`."""

    def acts_on(self, comment, person) -> list[tuple[str, str]]:
        """What this person may do about a comment on it: label and address of each."""
        return []

    def after_comment(self) -> None:
        """For kinds that keep a count of their comments; called with the row locked."""

    def _put(self, changes: dict[str, Any]) -> None:
        if unknown := set(changes) - set(self.profile):
            raise Invalid(**dict.fromkeys(unknown, "This field cannot be changed here."))
        for name, value in changes.items():
            if self._meta.get_field(name).many_to_many:
                getattr(self, name).set(value)
            else:
                setattr(self, name, value)


def work_model(kind: str) -> type[Work]:
    from changeoffice.core.record.database import work_models

    if not _by_kind:
        _by_kind.update({model.kind: model for model in work_models()})
    return _by_kind[kind]


_by_kind: dict[str, type[Work]] = {}
