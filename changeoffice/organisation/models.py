"""What the organisation is made of, in its own words: teams and skills, services and the
configuration items under them, objectives and the KPIs that say whether they are met."""

from typing import ClassVar

from django.db import models

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.rules import ADMINISTRATOR, MANAGER, OWNER
from changeoffice.core.people.models import BusinessUnit, Person
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Date, Decimal, LongText, Number, Ref, Text
from changeoffice.core.record.models import Work
from changeoffice.core.record.workflow import State, transition

KEEPERS = ADMINISTRATOR | MANAGER
ADDERS = ("administrator", "manager", "service_owner")


def units(person):
    """Those a person may choose from; how the organisation is built is not told outside it."""
    found = BusinessUnit.objects.filter(is_active=True)
    return found.none() if person.is_outside else found


def staff(person):
    return Person.objects.staff()


@tracked
class Skill(models.Model):
    name = models.CharField(max_length=60, unique=True)
    day_rate = models.DecimalField(max_digits=9, decimal_places=2, default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked
class Team(models.Model):
    name = models.CharField(max_length=80, unique=True)
    unit = models.ForeignKey(BusinessUnit, null=True, on_delete=models.PROTECT, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="teams")
    lead = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField(Person, related_name="teams", blank=True)
    monthly_capacity = models.DecimalField(
        max_digits=7, decimal_places=1, default=0, help_text="Person-days in a month."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Reference(Work):
    """A record of the organisation that is either in use or retired."""

    states: ClassVar = {"active": State("In use", "good"), "retired": State("Retired", closed=True)}
    editors = KEEPERS | OWNER

    class Meta(Work.Meta):
        abstract = True

    @classmethod
    def add(cls, *, by, **fields):
        """Put a new entry into the register."""
        if by is not None and not cls.may_add(by):
            raise NotAllowed(
                "Adding to a register needs an administrator, a manager or a service owner."
            )
        many = {k: fields.pop(k) for k in list(fields) if cls._meta.get_field(k).many_to_many}
        made = cls.bear(by=by, verb="add", state="active", words="added", quiet=True, **fields)
        for name, value in many.items():
            getattr(made, name).set(value)
        return made

    @classmethod
    def may_add(cls, person) -> bool:
        return grants_of(person).has(*ADDERS)

    @transition("active", "retired", who=KEEPERS, asks={"reason": Text(label="Why", max=500)},
                told="retired", tone="danger")  # fmt: skip
    def retire(self, *, by, reason=""):
        """Take it out of use; it stays in the register."""

    @transition("retired", "active", who=KEEPERS, told="brought back")
    def bring_back(self, *, by):
        """Use it again."""


@tracked
class Service(Reference):
    """An entry of the service catalogue, in business language."""

    kind, prefix, plural = "service", "SVC", "services"
    searched = ("description",)

    class Criticality(models.IntegerChoices):
        CRITICAL = 1, "1, critical"
        HIGH = 2, "2, high"
        MEDIUM = 3, "3, medium"
        LOW = 4, "4, low"

    description = models.TextField(blank=True)
    criticality = models.SmallIntegerField(choices=Criticality.choices, default=3)
    users = models.PositiveIntegerField(null=True, blank=True)
    support_hours = models.CharField(max_length=80, blank=True)
    peak_times = models.CharField(max_length=200, blank=True)

    profile: ClassVar = {
        "title": Text(label="Name"),
        "description": LongText(label="What it does for the business", required=False),
        "owner": Ref(label="Service owner", rows=staff, key="username"),
        "unit": Ref(label="Business unit", rows=units, key="code"),
        "criticality": Choice(label="Business criticality", choices=Criticality.choices, initial=3),
        "users": Number(label="Users", least=0, required=False),
        "support_hours": Text(label="Support hours", max=80, required=False),
        "peak_times": Text(label="Peak times", required=False, hint="Month end, Monday 8 to 10 …"),
    }

    class Meta(Reference.Meta):
        ordering = ["title", "record_id"]


@tracked
class ConfigurationItem(Reference):
    """A CMDB record: what it is, where it runs, and what stands on it."""

    kind, prefix, plural = "configuration_item", "CI", "configuration-items"

    class Type(models.TextChoices):
        APPLICATION = "application", "Application"
        DATABASE = "database", "Database"
        SERVER = "server", "Server"
        NETWORK = "network", "Network"
        INTERFACE = "interface", "Interface"
        OTHER = "other", "Other"

    class Environment(models.TextChoices):
        PRODUCTION = "production", "Production"
        TEST = "test", "Test"
        DEVELOPMENT = "development", "Development"

    type = models.CharField(max_length=12, choices=Type.choices, default=Type.APPLICATION)
    environment = models.CharField(max_length=12, choices=Environment.choices, default="production")
    supports = models.ManyToManyField(Service, related_name="configuration_items", blank=True)
    depends_on = models.ManyToManyField("self", symmetrical=False, related_name="+", blank=True)

    profile: ClassVar = {
        "title": Text(label="Name"),
        "type": Choice(label="Type", choices=Type.choices, initial="application"),
        "environment": Choice(
            label="Environment", choices=Environment.choices, initial="production"
        ),
        "owner": Ref(label="Owner", rows=staff, key="username", required=False),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False),
        "supports": Ref(label="Supports services", key="reference", many=True, required=False,
                        rows=lambda p: Service.objects.visible_to(p).open()),
        "depends_on": Ref(label="Depends on", key="reference", many=True, required=False,
                          rows=lambda p: ConfigurationItem.objects.visible_to(p).open()),
    }  # fmt: skip

    class Meta(Reference.Meta):
        ordering = ["title", "record_id"]


@tracked
class Objective(Reference):
    """A strategic goal with a period and an owner."""

    kind, prefix, plural = "objective", "OBJ", "objectives"
    searched = ("description",)

    description = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    profile: ClassVar = {
        "title": Text(label="Goal"),
        "description": LongText(label="What it means", required=False),
        "owner": Ref(label="Owner", rows=staff, key="username"),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False),
        "starts_on": Date(label="From"),
        "ends_on": Date(label="Until"),
    }

    class Meta(Reference.Meta):
        ordering = ["title", "record_id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("starts_on")),
                name="objective_ends_after_start",
                violation_error_message="Until must be after From.",
            )
        ]


@tracked
class BusinessKpi(Reference):
    """A figure of the business that change is meant to move."""

    kind, prefix, plural = "business_kpi", "KPI", "business-kpis"

    objective = models.ForeignKey(
        Objective, null=True, blank=True, on_delete=models.PROTECT, related_name="kpis"
    )
    measure = models.CharField(max_length=40, help_text="%, minutes, calls a month …")
    baseline = models.DecimalField(max_digits=14, decimal_places=2)
    target = models.DecimalField(max_digits=14, decimal_places=2)

    profile: ClassVar = {
        "title": Text(label="Name"),
        "objective": Ref(label="Objective", key="reference", required=False,
                         rows=lambda p: Objective.objects.visible_to(p).open()),
        "measure": Text(label="Unit", max=40),
        "baseline": Decimal(label="Baseline"),
        "target": Decimal(label="Target"),
        "owner": Ref(label="Owner", rows=staff, key="username"),
        "unit": Ref(label="Business unit", rows=units, key="code", required=False),
    }  # fmt: skip

    class Meta(Reference.Meta):
        ordering = ["title", "record_id"]

    @property
    def current(self):
        reading = self.readings.order_by("-on").first()
        return reading.value if reading else None

    @transition("active", None, who=KEEPERS | OWNER, told="recorded a reading of", label="Record a reading",
                asks={"on": Date(label="Day"), "value": Decimal(label="Value")})  # fmt: skip
    def record_reading(self, *, by, on, value):
        """Add the value of one day, replacing an earlier value of the same day."""
        KpiReading.objects.update_or_create(kpi=self, on=on, defaults={"value": value})


@tracked
class KpiReading(models.Model):
    kpi = models.ForeignKey(BusinessKpi, on_delete=models.PROTECT, related_name="readings")
    on = models.DateField()
    value = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kpi", "on"], name="one_reading_a_day")]

    def __str__(self) -> str:
        return f"{self.value} on {self.on}"
