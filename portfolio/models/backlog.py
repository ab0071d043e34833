"""Products and the epics in their backlogs."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from changeoffice.core.access.rules import MANAGER, OWNER
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Date, LongText, Number, Ref, Text
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import State, guard, transition
from changeoffice.core.talk.models import follow
from changeoffice.organisation.models import Service, staff
from demand import delivery
from demand.models.handed import COSTS, PEOPLE, REASON, REQUIREMENTS, CarriesOut, PlannedEffect
from portfolio.rules import SPONSOR, Around

BEGINS = ("analyst", "manager", "project_manager")
KEEPS_EPIC = OWNER | Around("product", "owner", "the product's owner") | MANAGER


@guard("Epics in it are still open.")
def has_no_open_epics(product) -> bool:
    return not product.epics.exclude(state__in=Epic.closed_states()).exists()


@guard("Somebody has to be named who looks after it.")
def has_an_owner(epic) -> bool:
    return epic.owner_id is not None


@tracked
class Product(Work):
    """What a team keeps and develops for good, with a backlog of its own."""

    kind, prefix, plural = "product", "PRD", "products"
    searched = ("description",)
    states: ClassVar = {
        "active": State("Active", "info"), "retired": State("Retired", closed=True)
    }  # fmt: skip
    editors = OWNER | MANAGER

    description = models.TextField(blank=True)
    services = models.ManyToManyField(Service, blank=True, related_name="+")

    profile: ClassVar = {
        "title": Text(label="Name", min=3),
        "description": LongText(label="What it is for", required=False),
        "owner": Ref(label="Product owner", rows=staff, key="username", required=False),
        "unit": PEOPLE["unit"], "services": PEOPLE["services"],
    }  # fmt: skip

    class Meta(Work.Meta):
        ordering = ["title", "record_id"]

    @classmethod
    def set_up(cls, *, by, services=(), **profile) -> "Product":
        """Begin a product; its owner is whoever sets it up unless somebody else is named."""
        from changeoffice.core.access.grants import grants_of

        if by is not None and not grants_of(by).has(*BEGINS):
            raise NotAllowed("Setting up a product needs analyst, manager or project manager.")
        profile["owner"] = profile.get("owner") or by
        made = cls.bear(by=by, verb="set_up", state="active", words="set up", **profile)
        made.services.set(services)
        follow(made.pk, by, made.owner)
        return made

    @transition("active", "retired", who=None, guards=[has_no_open_epics], told="retired",
                asks=REASON)  # fmt: skip
    def retire(self, *, by, reason):
        """No more is developed for it."""

    @transition("retired", "active", who=None, told="took up again", label="Take up again",
                asks=REASON)  # fmt: skip
    def take_up(self, *, by, reason):
        """Develop it further."""


def products(person):
    return Product.objects.visible_to(person).open()


def _asked_of(epic) -> dict:
    """Progress is told in story points where the epic has them, else in per cent."""
    if epic.points_planned:
        return {"done": Number(label=f"Points done of {epic.points_planned}", least=0,
                               most=epic.points_planned)}  # fmt: skip
    return {"done": Number(label="Done, in per cent", least=0, most=100)}


@tracked
class Epic(CarriesOut):
    """A larger piece of work in a product's backlog."""

    kind, prefix, plural = "epic", "EPC", "epics"
    states: ClassVar = {
        "planned": State("Planned", "info"),
        "in_progress": State("In progress", "info"),
        "done": State("Done", "good", closed=True),
        "dropped": State("Dropped", closed=True),
    }
    editors = KEEPS_EPIC
    given_up = Q(state="dropped")
    begins = BEGINS

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="epics")
    planned_start = models.DateField(null=True, blank=True)
    planned_finish = models.DateField(null=True, blank=True)
    points_planned = models.PositiveIntegerField(
        null=True, blank=True, verbose_name="story points planned"
    )
    points_done = models.PositiveIntegerField(
        default=0, editable=False, verbose_name="story points done"
    )
    percent = models.PositiveSmallIntegerField(
        default=0, editable=False, verbose_name="done, in per cent"
    )

    profile: ClassVar = {
        "title": Text(label="Name", min=3),
        "product": Ref(label="Product", rows=products, key="reference"),
        "description": LongText(label="What it brings about", required=False),
        "owner": Ref(label="Owner", rows=staff, key="username", required=False),
        **PEOPLE,
        "planned_start": Date(label="Planned start", required=False),
        "planned_finish": Date(label="Planned finish", required=False),
        "points_planned": Number(label="Story points planned", least=1, most=100_000,
                                 required=False),
        **COSTS, **REQUIREMENTS,
    }  # fmt: skip

    class Meta(CarriesOut.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["demand"], condition=~Q(state="dropped"), name="one_epic_per_demand"
            ),
            models.CheckConstraint(
                condition=Q(points_planned=None) | Q(points_done__lte=F("points_planned")),
                name="epic_done_within_planned",
                violation_error_message="More points are done than would be planned.",
            ),
            models.CheckConstraint(
                condition=Q(planned_start=None) | Q(planned_finish=None)
                | Q(planned_finish__gte=F("planned_start")),
                name="epic_finishes_after_start",
                violation_error_message="Planned finish must not be before planned start.",
            ),
        ]  # fmt: skip

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def add(cls, *, by, product, **profile) -> "Epic":
        """Put an epic into a product's backlog."""
        return cls.begin(by=by, verb="add", words="added", product=_open(product), **profile)

    @classmethod
    def take_on(cls, demand, *, by, owner, product) -> "Epic":
        """A demand becomes an epic of this product."""
        return cls.begin(
            by=by, verb="take_on", words="took on", product=_open(product), owner=owner,
            planned_start=demand.starts_on, planned_finish=demand.finishes_on,
            **delivery.facts_of(demand), **delivery.requirements_of(demand),
        )  # fmt: skip

    # questions -----------------------------------------------------------------------------------
    @property
    def progress(self) -> int:
        if self.state == "done":
            return 100
        if self.points_planned:
            return 100 * self.points_done // self.points_planned
        return self.percent

    @property
    def ends_on(self) -> date | None:
        return self.planned_finish

    # verbs ---------------------------------------------------------------------------------------
    @transition("planned", "in_progress", who=KEEPS_EPIC, guards=[has_an_owner], told="started",
                tone="primary")  # fmt: skip
    def start(self, *, by):
        """Work on it begins."""

    @transition("in_progress", None, who=KEEPS_EPIC, label="Report progress", tone="primary",
                told="reported the progress of", asks_here=_asked_of,
                asks={"done": Number(label="Done", least=0, most=100_000,
                                     hint="In story points where the epic has them, else in per cent.")})  # fmt: skip
    def report(self, *, by, done):
        """Say how much of it is done; the demand it came from shows it too."""
        most = self.points_planned or 100
        if done > most:
            raise Invalid(done=f"At most {most}.")
        if self.points_planned:
            self.points_done = done
        else:
            self.percent = done
        delivery.progressed(self, self.progress)

    @transition("in_progress", "done", who=KEEPS_EPIC, told="finished",
                confirm="A finished epic takes no more changes; its demand is completed.")  # fmt: skip
    def finish(self, *, by):
        """It has delivered; its demand is completed with it."""
        delivery.delivered(self)

    @transition(("planned", "in_progress"), "dropped", who=KEEPS_EPIC | SPONSOR, told="dropped",
                tone="danger", asks=REASON,
                confirm="A dropped epic does not start again. Its demand is scheduled again.")  # fmt: skip
    def drop(self, *, by, reason):
        """End it before it has delivered; the demand it came from waits to be handed over again."""
        delivery.given_back(self, by=by, reason=reason)

    # inner ---------------------------------------------------------------------------------------
    def _put(self, changes) -> None:
        if "product" in changes and changes["product"] != self.product:
            _open(changes["product"])
        super()._put(changes)
        if "points_planned" in changes:
            delivery.progressed(self, self.progress)


def _open(product: Product | None) -> Product:
    if product is None or product.is_closed:
        raise Invalid(product="Choose a product that is active.")
    return product


@tracked
class EpicEffect(PlannedEffect):
    of = models.ForeignKey(Epic, on_delete=models.PROTECT, related_name="effects")

    class Meta(PlannedEffect.Meta):
        constraints = [models.UniqueConstraint(fields=["of", "kpi"], name="epic_moves_kpi_once")]


EPIC_INPUTS = {name: asked for name, asked in Epic.profile.items() if name not in REQUIREMENTS}
