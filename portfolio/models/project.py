"""Projects: from proposed to closed, with gates that give the stage and a RAG that is computed."""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from changeoffice.core.access.rules import MANAGER, NOBODY
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Date, Decimal, LongText, Number, Ref, Text
from changeoffice.core.record.models import NamedPerson, Work, WorkQuerySet
from changeoffice.core.record.workflow import ANY, UNCHANGED, State, guard, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import Service, staff, units
from demand import delivery
from portfolio.lifecycle import Stage, Template
from portfolio.models.judgement import Judged
from portfolio.models.plans import Programme, programmes
from portfolio.rules import IMPORTS, KEEPS_PROJECT, STEERS_PROJECT

LIVE = ("proposed", "active", "on_hold")


def services_in_use(person):
    return Service.objects.visible_to(person).open()


class OwnColour(models.TextChoices):
    GREEN = "green", "Green"
    AMBER = "amber", "Amber"
    RED = "red", "Red"


@guard("A project manager has to be named first.")
def has_a_manager(project) -> bool:
    return project.owner_id is not None


@guard("The last gate has to be passed first.")
def has_passed_its_gates(project) -> bool:
    return project.stage == Stage.CLOSED or not project.gates.exists()


class ProjectQuerySet(WorkQuerySet):
    def live(self) -> "ProjectQuerySet":
        return self.filter(state__in=LIVE)

    def with_reading(self) -> "ProjectQuerySet":
        """With the current RAG reading, and what a list shows beside it."""
        return self.select_related(
            "reading", "owner", "sponsor", "unit", "programme", "programme__portfolio"
        )

    def of_colour(self, *colours: int) -> "ProjectQuerySet":
        return self.filter(reading__overall__in=colours)

    def untethered(self) -> "ProjectQuerySet":
        """Projects that name no KPI they are meant to move."""
        from portfolio.models.benefit import Benefit

        named = Benefit.objects.filter(project=OuterRef("pk")).exclude(state="dropped")
        return self.filter(~Exists(named))

    def watermelons(self) -> "ProjectQuerySet":
        """Said to be green, computed as red."""
        from portfolio.models.rag import RED

        return self.filter(own_colour=OwnColour.GREEN, reading__overall=RED)


@tracked
class Project(Judged):
    kind, prefix, plural = "project", "PRJ", "projects"
    digits = 3
    searched = ("description",)
    states: ClassVar = {
        "proposed": State("Proposed", "info"),
        "active": State("Active", "info"),
        "on_hold": State("On hold", "warn"),
        "closed": State("Closed", "good", closed=True),
        "stopped": State("Stopped", "bad", closed=True),
    }
    editors = KEEPS_PROJECT
    responsible = ("owner", "sponsor")
    # Who keeps a project does not choose who decides on its gates, baselines and money.
    reserved: ClassVar = {"sponsor": STEERS_PROJECT}
    figures = ("planned_cost", "forecast_cost", "reported_cost_percent")

    description = models.TextField(blank=True)
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="projects"
    )
    sponsor = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    demand = models.ForeignKey(
        "demand.Demand", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    template = models.CharField(
        max_length=8, choices=Template.choices, default=Template.STAGED, verbose_name="lifecycle"
    )
    stage = models.CharField(
        max_length=12, choices=Stage.choices, default=Stage.MANDATE, editable=False, db_index=True
    )
    planned_start = models.DateField(null=True, blank=True)
    planned_finish = models.DateField(null=True, blank=True)
    forecast_start = models.DateField(null=True, blank=True)
    forecast_finish = models.DateField(null=True, blank=True)
    actual_start = models.DateField(null=True, blank=True)
    actual_finish = models.DateField(null=True, blank=True)
    planned_cost = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    forecast_cost = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    # What another system said of its project on one day; read instead of milestones and budget.
    reported_slip_days = models.IntegerField(null=True, blank=True, editable=False)
    reported_cost_percent = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, editable=False
    )
    reported_on = models.DateField(null=True, blank=True, editable=False)
    confirmed_on = models.DateField(null=True, blank=True, editable=False)
    own_colour = models.CharField(
        max_length=5, choices=OwnColour.choices, blank=True, editable=False,
        verbose_name="the manager's own rating",
    )  # fmt: skip
    status_summary = models.TextField(blank=True, editable=False)
    tighter_limits = models.JSONField(default=dict, editable=False)

    profile: ClassVar = {
        "title": Text(label="Name", min=3),
        "description": LongText(label="What it brings about", required=False),
        "programme": Ref(label="Programme", rows=programmes, key="reference", required=False),
        "owner": Ref(label="Project manager", rows=staff, key="username", required=False),
        "sponsor": Ref(label="Sponsor", rows=staff, key="username", required=False),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False),
        "services": Ref(label="Services it changes", rows=services_in_use, key="reference", many=True,
                        required=False),
        "planned_start": Date(label="Planned start", required=False),
        "planned_finish": Date(label="Planned finish", required=False),
        "forecast_finish": Date(label="Forecast finish", required=False),
        "planned_cost": Decimal(label="Planned cost", least=0, required=False),
        "forecast_cost": Decimal(label="Forecast cost", least=0, required=False),
    }  # fmt: skip

    objects = ProjectQuerySet.as_manager()

    class Meta(Work.Meta):
        ordering = ["-record_id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_start=None) | Q(planned_finish=None)
                | Q(planned_finish__gte=F("planned_start")),
                name="project_finishes_after_start",
                violation_error_message="Planned finish must not be before planned start.",
            ),
            models.UniqueConstraint(
                fields=["demand"], condition=~Q(state="stopped"), name="one_project_per_demand",
                violation_error_message="Its demand is carried out by something else now.",
            ),
        ]  # fmt: skip

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def start_up(cls, *, by, services=(), template=Template.STAGED, **profile) -> "Project":
        """Set up a project with the gates of its lifecycle template, and a milestone for each
        gate when planned start and finish are known."""
        from portfolio import engine
        from portfolio.models.gate import lay_gates

        _may_start(by)
        profile["forecast_finish"] = profile.get("forecast_finish") or profile.get("planned_finish")
        profile.setdefault("owner", by)
        made = cls.bear(
            by=by, verb="start_up", state="proposed", words="set up", template=template or "staged",
            confirmed_on=clock.today(), **profile,
        )  # fmt: skip
        made.services.set(services)
        follow(made.pk, by, made.owner, made.sponsor)
        with engine.together():
            made.moved()
            lay_gates(made, by)
        return made

    @classmethod
    def take_over(cls, *, by=None, **fields) -> "Project":
        """A project that lives in another system: its own plan is there, only figures come here."""
        fields.setdefault("state", "active")
        judgements = fields.pop("judgements", ())
        made = cls.bear(by=by, verb="take_over", words="imported", quiet=True, **fields)
        for judgement in judgements:
            made.add_judgement(by=by, **judgement)
        made.moved()
        return made

    @transition(ANY, None, who=IMPORTS, door=False, quiet=True,
                told="took over figures of")  # fmt: skip
    def take_report(self, *, by, judgements=(), **reported):
        """What the source system now says of it, and what its reviewer believes."""
        for judgement in judgements:
            self.add_judgement(by=by, **judgement)
        for name, value in reported.items():
            setattr(self, name, value)

    @transition(LIVE, "?", who=IMPORTS, door=False, told="ended, by its source,")
    def end_report(self, *, by, stopped=False):
        """The source system says that it has ended, or no longer holds it."""
        self.actual_finish = self.actual_finish or clock.today()
        if stopped:
            delivery.given_back(self, by=by, reason="Its source says that it was stopped.")
            return "stopped"
        delivery.delivered(self)
        return "closed"

    @transition(("closed", "stopped"), "active", who=IMPORTS, door=False, told="took up again")
    def take_up_again(self, *, by):
        """The source system says that it goes on."""
        self.actual_finish = None

    # questions -----------------------------------------------------------------------------------
    @property
    def is_imported(self) -> bool:
        return self.reported_on is not None

    @property
    def portfolio(self):
        return self.programme.portfolio if self.programme_id else None

    @property
    def rag(self):
        """The current reading, or None before the first."""
        return getattr(self, "reading", None)

    @property
    def is_watermelon(self) -> bool:
        return bool(self.own_colour == OwnColour.GREEN and self.rag and self.rag.is_red)

    def moved(self) -> None:
        from portfolio import engine

        engine.recompute([self.pk])

    # verbs ---------------------------------------------------------------------------------------
    @transition("proposed", "active", who=KEEPS_PROJECT, guards=[has_a_manager], tone="primary",
                told="started", label="Start")  # fmt: skip
    def start(self, *, by):
        """Work begins."""
        self.actual_start = self.actual_start or clock.today()
        self.confirmed_on = clock.today()

    @transition(LIVE, None, who=KEEPS_PROJECT, label="Update status", tone="primary",
                told="updated the status of",
                asks={"summary": LongText(label="How does it stand?", lines=4, min=10),
                      "own_colour": Choice(label="Your own rating", choices=OwnColour.choices,
                                           required=False,
                                           hint="It stands beside the computed one.")})  # fmt: skip
    def confirm(self, *, by, summary, own_colour=""):
        """Say how it stands today; without this within the cadence its RAG turns grey."""
        self.status_summary, self.own_colour = summary, own_colour or ""
        self.confirmed_on = clock.today()

    @transition(LIVE, None, who=KEEPS_PROJECT, door=False, quiet=True, told="confirmed")
    def stay_alive(self, *, by):
        """Nothing changed, and that is confirmed."""
        self.confirmed_on = clock.today()

    @transition("active", "on_hold", who=STEERS_PROJECT, told="put on hold", label="Put on hold",
                asks={"reason": LongText(label="Why", lines=3)})  # fmt: skip
    def hold(self, *, by, reason):
        """Stop the work for now."""

    @transition("on_hold", "active", who=STEERS_PROJECT, told="resumed", tone="primary")
    def resume(self, *, by):
        """Go on with it."""
        self.confirmed_on = clock.today()

    @transition(("active",), "closed", who=STEERS_PROJECT, guards=[has_passed_its_gates],
                told="closed", confirm="A closed project takes no more changes.",
                asks={"reason": LongText(label="What was delivered", lines=3)})  # fmt: skip
    def close(self, *, by, reason):
        """It has delivered; its demand is completed with it."""
        self.actual_finish = self.actual_finish or clock.today()
        delivery.delivered(self)

    @transition(LIVE, "stopped", who=STEERS_PROJECT, told="stopped", tone="danger",
                confirm="A stopped project does not start again. Its demand is scheduled again.",
                asks={"reason": LongText(label="Why", lines=3, min=10)})  # fmt: skip
    def stop(self, *, by, reason):
        """End it before it has delivered; the demand it came from waits to be handed over again."""
        self.actual_finish = self.actual_finish or clock.today()
        delivery.given_back(self, by=by, reason=reason)

    @transition(LIVE, None, who=STEERS_PROJECT, label="Tighten limits", told="tightened the limits of",
                asks={"schedule_amber": Number(label="Schedule, amber above (working days)", least=0,
                                               required=False),
                      "schedule_red": Number(label="Schedule, red above (working days)", least=0,
                                             required=False),
                      "cost_amber": Decimal(label="Cost, amber above (%)", least=0, required=False),
                      "cost_red": Decimal(label="Cost, red above (%)", least=0, required=False),
                      "reason": Text(label="Why", max=500)})  # fmt: skip
    def tighten_limits(self, *, by, reason, **limits):
        """Set limits of its own, never wider than the policy's."""
        from portfolio.models.rag import RagPolicy

        given = {name: float(value) for name, value in limits.items() if value is not None}
        policy = RagPolicy.current()
        for name, value in given.items():
            if value > float(getattr(policy, name)):
                raise Invalid(**{name: f"The policy allows at most {getattr(policy, name)}."})
        self.tighter_limits = given

    @transition(LIVE, None, who=STEERS_PROJECT, label="Make confidential", told="made confidential",
                asks={"people": Ref(label="People who may see it", rows=staff, key="username",
                                    many=True),
                      "reason": Text(label="Why", max=500)})  # fmt: skip
    def restrict(self, *, by, people, reason):
        """From now on it exists only for its owner, its sponsor and the people named."""
        NamedPerson.put(self.pk, by, *people)
        self.name_responsible()
        self.confidential = True
        self._pass_on_confidence()

    @transition(LIVE, None, who=MANAGER | STEERS_PROJECT, label="Lift confidentiality",
                told="lifted the confidentiality of",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def lift_restriction(self, *, by, reason):
        """All staff may see it again."""
        self.confidential = False
        self._pass_on_confidence()

    @transition(
        ANY, None, who=NOBODY, door=False, noted=False, told="made as confidential as its demand"
    )
    def follow_demand(self, *, by, confidential, people):
        """Its demand was made confidential, and so is this. Opened it is by its own people only:
        they may have reasons of their own."""
        if self.confidential or not confidential:
            return UNCHANGED
        NamedPerson.put(self.pk, *people)
        self.name_responsible()
        self.confidential = True
        self._pass_on_confidence()

    def _put(self, changes) -> None:
        named = changes.get("sponsor")
        if named and named != self.sponsor and named in (self.owner, changes.get("owner")):
            raise Invalid(sponsor="The sponsor is somebody else than the project manager.")
        super()._put(changes)
        if "owner" in changes or "sponsor" in changes:
            follow(self.pk, self.owner, self.sponsor)

    def _pass_on_confidence(self) -> None:
        from portfolio.models import pass_on_confidence

        pass_on_confidence(self)


def _may_start(by) -> None:
    from changeoffice.core.access.grants import grants_of
    from changeoffice.core.record.errors import NotAllowed

    if by is not None and not grants_of(by).has("analyst", "manager", "project_manager"):
        raise NotAllowed("Setting up a project needs analyst, manager or project manager.")


START_INPUTS = Project.profile | {
    "template": Choice(label="Lifecycle", choices=Template.choices, initial="staged",
                       required=False),
}  # fmt: skip


def projects(person):
    """Projects a part may be added to."""
    return Project.objects.visible_to(person).filter(state__in=LIVE)
