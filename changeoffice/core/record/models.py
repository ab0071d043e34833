"""The record header, the abstract Work every business object is, and its events."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Self

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from changeoffice.core import ports
from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ADMINISTRATOR, FIGURE_ROLES, SEES_FIGURES, Rule, scope_q
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record import acting, clock
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.database import sequence
from changeoffice.core.record.errors import Invalid, NotNow, NotSeen
from changeoffice.core.record.inputs import Inputs
from changeoffice.core.record.triggers import KeepHeader, RefuseDelete
from changeoffice.core.record.workflow import (
    ANY,
    Offer,
    State,
    constraints_in_words,
    context_words,
    transition,
    verbs_of,
)

LONE_MINUS = re.compile(r'-(?![\w"])')


class Reach(models.IntegerChoices):
    STAFF = 0, "All staff"
    ROLES = 1, "People with a role on it or its unit"
    OWN = 2, "Its owner and people named on it"


def visible(person, at: str = "") -> Q:
    """Which rows this person may see; the same words for Record, every Work, and joins to them.

    Confidential rows and drafts exist only for the owner and for people named on their home item.
    """
    grants = grants_of(person)
    named = Exists(NamedPerson.objects.filter(record_id=OuterRef(f"{at}home_id"), person=person))
    own = Q(**{f"{at}owner_id": person.pk})
    found = own | Q(named)
    if grants.is_staff:
        found |= Q(**{f"{at}reach": Reach.STAFF, f"{at}confidential": False})
    if held := scope_q(grants.scope(*FIGURE_ROLES), at):
        found |= Q(**{f"{at}reach": Reach.ROLES, f"{at}confidential": False}) & held
    return found if person.is_active else Q(pk__in=[])


def query_of(words: str) -> SearchQuery:
    """What a person typed as a query. A minus means "without" before a word only: hundreds in a
    row would be nested as deep, and deeper than the database goes."""
    plain = LONE_MINUS.sub(" ", words[:200])
    return SearchQuery(plain, search_type="websearch", config="office")


class RecordQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        return self.filter(visible(person))

    def search(self, words: str) -> Self:
        """Full-text over title, reference and text; best first, at most what is asked for."""
        query = query_of(words)
        return (
            self.filter(search=query)
            .annotate(closeness=SearchRank("search", query))
            .order_by("-closeness", "-id")
        )


class Record(models.Model):
    """The header of every record, kept by a trigger on its Work table and never written here."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=24)
    unit = models.ForeignKey(BusinessUnit, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reach = models.SmallIntegerField(choices=Reach.choices)
    confidential = models.BooleanField()
    home = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+")
    search = SearchVectorField(null=True)
    created_at = models.DateTimeField()

    objects = RecordQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="record_search"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="record_title_trigram"),
            models.Index(fields=["kind", "-id"], name="record_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return work_model(self.kind).url_for(self.reference)


class NamedPerson(models.Model):
    """Someone named on a record: co-author, assessor, or admitted to a confidential item."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="named")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=20, default="reader")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "person"], name="named_once")]


class Alias(models.Model):
    """The same thing under another system's name."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="aliases")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="alias_names_one_record")
        ]


# Votes are shown by unit, never by name, so nobody is told of a single one.
BALLOT = ("vote", "withdraw_vote")


class EventQuerySet(models.QuerySet):
    def told(self) -> Self:
        return self.exclude(verb__in=BALLOT)

    def visible_to(self, person) -> Self:
        return self.filter(visible(person, at="record__"))


class Event(models.Model):
    """One verb done: who, through which door, when, from which state to which, and why."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=40)
    words = models.CharField(max_length=120)
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=12)
    client = models.CharField(max_length=120, blank=True)
    before = models.CharField(max_length=24, blank=True)
    after = models.CharField(max_length=24, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    context_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=OfficeNow())
    recorded_at = models.DateTimeField(db_default=Now())
    # The transaction that wrote it: readers of the feed wait until all older ones have ended.
    transaction = models.BigIntegerField(
        db_default=models.Func(function="feed_position", output_field=models.BigIntegerField())
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["record", "-at", "-id"], name="event_of_record"),
            models.Index(fields=["transaction", "id"], name="event_feed"),
            models.Index(fields=["-at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.record_id}"


class WorkQuerySet(models.QuerySet):
    def visible_to(self, person) -> Self:
        return self.filter(visible(person))

    def by_reference(self, reference: str) -> Self:
        return self.filter(reference=reference.upper())

    def open(self) -> Self:
        return self.exclude(state__in=self.model.closed_states())


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
        return NamedPerson.objects.filter(record_id=self.home_id, person=person).exists()

    def hidden_from(self, person) -> tuple[str, ...]:
        """The fields this person may neither read nor change."""
        return () if not self.figures or SEES_FIGURES.holds(person, self) else self.figures

    def profile_for(self, person) -> Inputs:
        hidden = self.hidden_from(person)
        return {name: asked for name, asked in self.profile.items() if name not in hidden}

    def _reaches(self, grants) -> bool:
        if self.reach == Reach.STAFF:
            return grants.is_staff
        held = grants.scope(*FIGURE_ROLES)
        return self.reach == Reach.ROLES and held.covers(self.unit_id, self.pk, self.home_id)

    def offers(self, person) -> list[Offer]:
        """Every verb that fits the present state and is offered at a door, with what is missing."""
        return [
            verb.offer(self, person)
            for verb in self.verbs().values()
            if verb.allows_state(self.state)
            and (verb.door or (self.kind, verb.name) in ports.next_steps)
        ]

    def open_verbs(self, person) -> list[Offer]:
        return [offer for offer in self.offers(person) if offer.allowed]

    # birth and bookkeeping ---------------------------------------------------------------------
    @classmethod
    def bear(cls, *, by, verb: str, state: str, home=None, quiet=False, words="", **fields) -> Self:
        """Insert a new row with its reference and its first event; birth verbs end in this."""
        with (
            constraints_in_words(cls),
            transaction.atomic(),
            pghistory.context(**context_words(by, verb, "")) as ctx,
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

    def note(
        self, verb: str, *, by, reason="", before="", context=None, on_behalf_of=None,
        words="", quiet=False, data: dict[str, Any] | None = None,
    ) -> Event:  # fmt: skip
        """Write the event and, in the same transaction, the outbox row that tells people."""
        door = acting.door()
        event = Event.objects.create(
            record_id=self.pk, verb=verb, words=words or verb.replace("_", " "), actor=by,
            on_behalf_of=on_behalf_of, door=door.name,
            client=door.client, before=before, after=self.state, reason=reason,
            data=data or {}, context_id=context,
        )  # fmt: skip
        if not quiet:
            enqueue("event", f"event:{event.pk}", event_id=event.pk)
        return event

    # the one verb every work has ---------------------------------------------------------------
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
