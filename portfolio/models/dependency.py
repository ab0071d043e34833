"""Dependencies: a contract between a giver's milestone and a getter's."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.db import connection, models, transaction
from django.db.models import F, Q

from changeoffice.calendar.kept import working_days
from changeoffice.core.access.rules import MANAGER
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow, NotSeen
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, LongText, Number, Ref, Text
from changeoffice.core.record.models import NamedPerson, WorkQuerySet, visible
from changeoffice.core.record.workflow import State, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import staff
from portfolio import dependency as promise
from portfolio.columns_in_sql import among
from portfolio.models.milestone import Milestone
from portfolio.models.parts import MovesRag
from portfolio.models.project import Project
from portfolio.rules import ANSWERS, EITHER_SIDE, GETS, GIVES, IMPORTS, KEEPS_PROJECT

TERMS = {"need_by", "lag", "tolerance"}
BINDING = ("agreed", "met")
STANDING = ("proposed", "agreed", "met")
# One lock for every change of links: two of them, each harmless alone, could close a loop.
LINKS_LOCK = 0x4C494E4B


class Link(models.TextChoices):
    FINISH_START = "FS", "Finish to start"
    START_START = "SS", "Start to start"
    FINISH_FINISH = "FF", "Finish to finish"
    START_FINISH = "SF", "Start to finish"


class DependencyQuerySet(WorkQuerySet):
    def visible_to(self, person) -> "DependencyQuerySet":
        """Whoever may see both ends; one end that does not exist for a person hides the whole."""
        return (
            super().visible_to(person)
            .filter(visible(person, at="giver__"), visible(person, at="getter__"))
        )  # fmt: skip

    def with_ends(self) -> "DependencyQuerySet":
        return self.select_related(
            "reading", "giver__project", "getter__project", "giver__expectation",
            "giver_owner", "getter_owner", "unit", "owner",
        )  # fmt: skip

    def touching(self, projects: Iterable[Project]) -> "DependencyQuerySet":
        """What these projects give or get. Their milestones are found first, so that each end has
        its index to look in, however much is joined to a dependency."""
        marks = Milestone.objects.filter(project__in=projects).order_by().values("pk")
        return self.filter(Q(among("giver_id", marks)) | Q(among("getter_id", marks)))

    def binding(self) -> "DependencyQuerySet":
        return self.filter(state__in=BINDING)

    def breached(self) -> "DependencyQuerySet":
        return self.filter(state="agreed", reading__used__gt=100)


@tracked
class Dependency(MovesRag):
    kind, prefix, plural = "dependency", "DEP", "dependencies"
    searched = ("acceptance",)
    states: ClassVar = {
        "proposed": State("Proposed", "info"),
        "agreed": State("Agreed", "info"),
        "met": State("Met", "good", closed=True),
        "withdrawn": State("Withdrawn", closed=True),
    }
    editors = EITHER_SIDE | MANAGER
    responsible = ("owner", "giver_owner", "getter_owner")

    giver = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="gives")
    getter = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="needs")
    acceptance = models.TextField(blank=True, verbose_name="acceptance criteria")
    need_by = models.DateField(null=True, blank=True)
    link = models.CharField(max_length=2, choices=Link.choices, default=Link.FINISH_START)
    lag = models.SmallIntegerField(default=0)
    tolerance = models.PositiveSmallIntegerField(default=5)
    giver_owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    getter_owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    giver_agreed_at = models.DateTimeField(null=True, editable=False)
    getter_agreed_at = models.DateTimeField(null=True, editable=False)

    profile: ClassVar = {
        "title": Text(label="What is needed", min=3),
        "acceptance": LongText(label="Accepted when", lines=3, required=False),
        "giver_owner": Ref(label="Owner on the giving side", rows=staff, key="username",
                           required=False),
        "getter_owner": Ref(label="Owner on the getting side", rows=staff, key="username",
                            required=False),
    }  # fmt: skip

    objects = DependencyQuerySet.as_manager()

    class Meta(MovesRag.Meta):
        ordering = ["-record_id"]
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(
                fields=["giver", "getter", "title"], condition=~Q(state="withdrawn"),
                name="one_promise_of_a_thing",
                violation_error_message="These two milestones have this dependency already.",
            ),
            models.CheckConstraint(
                condition=~Q(giver=F("getter")), name="nothing_waits_for_itself",
                violation_error_message="Choose two different milestones.",
            ),
        ]  # fmt: skip

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def propose(cls, *, by, giver, getter, title, acceptance="", need_by=None, lag=None,
                tolerance=None, giver_owner=None, getter_owner=None) -> "Dependency":  # fmt: skip
        """Ask for, or offer, one thing by a day; it binds once both sides have agreed. Proposing
        it is agreeing to it for one's own side."""
        _may_propose(by, giver, getter)
        ends = cls(giver=giver, getter=getter, **_owners(giver, getter, giver_owner, getter_owner))
        if by is not None:
            ends._agree_sides_of(by)
        made = cls._tie(
            by=by, verb="propose", state=ends._binds(), words="proposed", title=title,
            giver=giver, getter=getter, acceptance=acceptance, need_by=need_by, lag=lag,
            tolerance=tolerance, giver_owner=ends.giver_owner, getter_owner=ends.getter_owner,
            giver_agreed_at=ends.giver_agreed_at, getter_agreed_at=ends.getter_agreed_at,
        )  # fmt: skip
        follow(made.pk, by, made.giver_owner, made.getter_owner)
        return made

    @classmethod
    def take_over(cls, *, by, giver, getter, title, agreed=False, **terms) -> "Dependency":
        """A promise another system keeps; agreed there, or to be agreed here."""
        now = clock.now() if agreed else None
        return cls._tie(
            by=by, verb="take_over", state="agreed" if agreed else "proposed", words="imported",
            quiet=True, title=title, giver=giver, getter=getter, giver_agreed_at=now,
            getter_agreed_at=now, **terms,
        )  # fmt: skip

    @classmethod
    @transaction.atomic  # the lock holds until the new link is there for the next one to see
    def _tie(cls, *, by, giver, getter, acceptance="", need_by=None, lag=None, tolerance=None,
             giver_owner=None, getter_owner=None, **fields) -> "Dependency":  # fmt: skip
        take_links_lock()
        refuse_loop(giver, getter, by)
        made = cls.bear(
            by=by, acceptance=acceptance or "", need_by=need_by, giver=giver, getter=getter,
            lag=lag or 0, tolerance=5 if tolerance is None else tolerance,
            **_owners(giver, getter, giver_owner, getter_owner), **fields,
            **_whereabouts(giver, getter),
        )  # fmt: skip
        made._name_those_of_both_sides()
        return made

    # questions -----------------------------------------------------------------------------------
    @property
    def needed_on(self) -> date:
        """The agreed need-by date, or the giver's baseline plus lag."""
        if self.need_by:
            return self.need_by
        return promise.need_by_default(working_days(), self.giver.baseline_on, self.lag)

    @property
    def slip(self) -> int:
        """Working days by which the giver's expected date plus lag passes the need-by date."""
        return promise.slip(working_days(), self.needed_on, self.giver.expected_on, self.lag)

    @property
    def gap(self) -> int:
        return -self.slip

    @property
    def tolerance_used(self) -> float:
        """Per cent; above 100 is breached."""
        return promise.tolerance_used(self.slip, self.tolerance)

    @property
    def is_breached(self) -> bool:
        return self.state == "agreed" and self.tolerance_used > 100

    @property
    def pace(self) -> promise.Pace:
        """Erosion in working days a week and days to breach, over the last eight weeks."""
        series = sorted((row.on, row.slip) for row in self.slips.all())
        return promise.pace(series[-57:], self.tolerance)

    def is_visible_to(self, person) -> bool:
        ends = self.giver.is_visible_to(person) and self.getter.is_visible_to(person)
        return ends and super().is_visible_to(person)

    def waits_for_after(self, event):
        """The side that has not agreed yet."""
        if self.state != "proposed":
            return []
        waiting = [
            None if self.giver_agreed_at else self.giver_owner,
            None if self.getter_agreed_at else self.getter_owner,
        ]
        return [person for person in waiting if person]

    def moved(self) -> None:
        from portfolio import engine

        engine.dependency_moved(self)

    # verbs ---------------------------------------------------------------------------------------
    @transition("proposed", "?", who=EITHER_SIDE, tone="primary", told="agreed")
    def agree(self, *, by):
        """Accept it for one's own side; it binds when both sides have."""
        if not self._agree_sides_of(by):
            raise NotNow("Your side has agreed already; the other side has not.", record=self)
        return self._binds()

    @transition("proposed", "withdrawn", who=ANSWERS, tone="danger", told="declined",
                asks={"reason": Text(label="Why", max=500,
                                     hint="The other side reads this; say what would make it work.")})  # fmt: skip
    def decline(self, *, by, reason):
        """Say no for one's own side, and why; the other side may propose other terms."""

    @transition(("proposed", "agreed"), "?", who=EITHER_SIDE, label="Change the terms",
                told="asked for other terms of",
                asks={"need_by": Date(label="Needed by", required=False),
                      "lag": Number(label="Lag in working days", least=-250, most=250, initial=0,
                                    required=False),
                      "tolerance": Number(label="Tolerance in working days", least=0, most=250,
                                          required=False),
                      "reason": Text(label="Why", max=500)})  # fmt: skip
    def amend(self, *, by, reason, need_by=None, lag=None, tolerance=None):
        """Other terms have to be agreed again by the other side."""
        self.need_by = need_by or self.need_by
        self.lag = self.lag if lag is None else lag
        self.tolerance = self.tolerance if tolerance is None else tolerance
        self.giver_agreed_at = self.getter_agreed_at = None
        self._agree_sides_of(by)
        return self._binds()

    @transition(("proposed", "agreed"), "?", who=IMPORTS, door=False, quiet=True,
                told="took over a report of")  # fmt: skip
    def take_report(self, *, by, state="", **terms):
        """What the source system now says of it. Other terms have to be agreed again, unless a
        manager takes them over."""
        for name, value in terms.items():
            setattr(self, name, value)
        decides = by is None or MANAGER.holds(by, self)
        if TERMS & terms.keys() and not decides:
            state = "proposed"
        if state and state != self.state:
            self.giver_agreed_at = self.getter_agreed_at = (
                clock.now() if state == "agreed" else None
            )
        return state or self.state

    @transition("agreed", "met", who=GETS, told="accepted", label="Accept as met",
                asks={"evidence": LongText(label="What was received", lines=3)})  # fmt: skip
    def meet(self, *, by, evidence):
        """The getter has received what was promised."""

    @transition(("proposed", "agreed"), "withdrawn", who=EITHER_SIDE | MANAGER, told="withdrew",
                tone="danger", asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def withdraw(self, *, by, reason):
        """It is no longer needed."""

    # parts ---------------------------------------------------------------------------------------
    def _binds(self) -> str:
        return "agreed" if self.giver_agreed_at and self.getter_agreed_at else "proposed"

    def _agree_sides_of(self, by) -> bool:
        new = False
        if GIVES.holds(by, self) and not self.giver_agreed_at:
            self.giver_agreed_at, new = clock.now(), True
        if GETS.holds(by, self) and not self.getter_agreed_at:
            self.getter_agreed_at, new = clock.now(), True
        return new

    def stand_with_its_ends(self, project) -> None:
        """A project became confidential, or no longer is: the dependency follows."""
        for end in (self.giver, self.getter):
            if end.project_id == project.pk:
                end.confidential = project.confidential
        place = _whereabouts(self.giver, self.getter)
        home = place["home"].home_id if place["home"] else self.pk
        Dependency.objects.filter(pk=self.pk).update(
            home_id=home, confidential=place["confidential"]
        )
        self.home_id = home
        self._name_those_of_both_sides()

    def name_responsible(self) -> None:
        """Owning one side is not enough."""
        self._name_those_of_both_sides()

    def _name_those_of_both_sides(self) -> None:
        """Between two confidential projects: only people named on both."""
        if self.home_id != self.pk:
            return
        ends = [self.giver.home_id, self.getter.home_id]
        named = [
            set(NamedPerson.objects.filter(record_id=end).values_list("person_id", flat=True))
            for end in ends
        ]
        NamedPerson.objects.bulk_create(
            [NamedPerson(record_id=self.pk, person_id=person) for person in named[0] & named[1]],
            ignore_conflicts=True,
        )


def milestones(person):
    return Milestone.objects.visible_to(person).exclude(state="dropped")


PROPOSE_INPUTS = {
    "giver": Ref(label="Giver's milestone", rows=milestones, key="reference"),
    "getter": Ref(label="Getter's milestone", rows=milestones, key="reference"),
    "title": Text(label="What is needed", min=3),
    "acceptance": LongText(label="Accepted when", lines=3, required=False),
    "need_by": Date(label="Needed by", required=False,
                    hint="The giver's baseline plus lag when left empty."),
    "lag": Number(label="Lag in working days", least=-250, most=250, required=False, initial=0),
    "tolerance": Number(label="Tolerance in working days", least=0, most=250, required=False,
                        initial=5),
    "giver_owner": Ref(label="Owner on the giving side", rows=staff, key="username",
                       required=False),
    "getter_owner": Ref(label="Owner on the getting side", rows=staff, key="username",
                        required=False),
}  # fmt: skip


def _may_propose(by, giver: Milestone, getter: Milestone) -> None:
    if by is None:
        return
    for end in (giver, getter):
        if not end.is_visible_to(by):
            raise NotSeen(f"{end.reference} does not exist.")
    keeps = any(
        KEEPS_PROJECT.holds(by, end.project) or end.owner_id == by.pk for end in (giver, getter)
    )
    if not keeps:
        raise NotAllowed("Proposing a dependency needs the owner of one of its two sides.")
    for end in (giver, getter):
        if end.project.is_closed:
            raise Invalid(__all__=f"{end.project.reference} is {end.project.state_label.lower()}.")


def _owners(giver: Milestone, getter: Milestone, gives, gets) -> dict:
    """Who answers for each side: whoever is named, else whoever keeps the milestone."""
    return {
        "giver_owner": gives or giver.owner or giver.project.owner,
        "getter_owner": gets or getter.owner or getter.project.owner,
    }


def _whereabouts(giver: Milestone, getter: Milestone) -> dict:
    """Home and confidence: it stands with the confidential end, else with the getter."""
    secret = [end for end in (getter, giver) if end.confidential]
    both = len({end.project_id for end in secret}) > 1
    near = secret[0] if secret else getter
    return {
        "home": None if both else near, "unit": near.unit, "owner": getter.owner,
        "confidential": bool(secret),
    }  # fmt: skip


def take_links_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKS_LOCK])


def refuse_loop(giver: Milestone, getter: Milestone, by) -> None:
    """Raises Invalid, naming the loop, when the new link would close one."""
    from portfolio import engine

    loop = engine.loop_closed_by(giver.pk, getter.pk)
    if loop:
        raise Invalid(getter=f"This would go in a circle: {engine.name_loop(loop, by)}.")
