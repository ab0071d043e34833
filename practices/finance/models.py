"""Budgets: what a project may cost, month by month, what it has cost, and what it will."""

from datetime import date
from decimal import Decimal as Amount
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from changeoffice.core.access.rules import MANAGER, role
from changeoffice.core.people.models import Office
from changeoffice.core.record.clock import OfficeNow
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.history import tracked
from changeoffice.core.record.inputs import Choice, Date, Decimal, LongText, Ref, Text
from changeoffice.core.record.models import Reach, WorkQuerySet
from changeoffice.core.record.workflow import State, transition
from portfolio.columns_in_sql import among
from portfolio.models import Project
from portfolio.models.parts import ProjectPart
from portfolio.models.project import projects
from portfolio.rules import KEEPS_PART, KEEPS_PROJECT, PROJECT_SPONSOR

FINANCE = role("practice_owner:finance")
GRANTS = FINANCE | PROJECT_SPONSOR | MANAGER
KEEPS = KEEPS_PART | FINANCE
MAY_OPEN = KEEPS_PROJECT | FINANCE


class Kind(models.TextChoices):
    CAPEX = "capex", "Capital"
    OPEX = "opex", "Operating"


class Category(models.TextChoices):
    PEOPLE = "people", "Own people"
    SUPPLIER = "supplier", "Suppliers"
    LICENCE = "licence", "Licences"
    INFRASTRUCTURE = "infrastructure", "Infrastructure"
    OTHER = "other", "Other"


LINE = {
    "month": Date(label="Month", hint="Any day of the month."),
    "cost_kind": Choice(label="Kind", choices=Kind.choices, initial="opex"),
    "category": Choice(label="Category", choices=Category.choices, initial="people"),
}
REASON = LongText(label="Why", lines=2, required=False, max=2000)


ZERO = Amount(0)
MONEY = models.DecimalField(max_digits=18, decimal_places=2)


def _amount(label: str) -> Decimal:
    return Decimal(label=label, least=0)


class BudgetQuerySet(WorkQuerySet):
    def with_totals(self) -> "BudgetQuerySet":
        """Budget, spent and forecast at completion of each, in its own currency."""
        expected = Coalesce("lines__actual", "lines__forecast", "lines__budget")
        return self.annotate(
            total_budget=Coalesce(Sum("lines__budget"), ZERO, output_field=MONEY),
            spent=Coalesce(Sum("lines__actual"), ZERO, output_field=MONEY),
            at_completion=Coalesce(Sum(expected), ZERO, output_field=MONEY),
        )


@tracked
class Budget(ProjectPart):
    """The money of one project, in one currency; its lines are written by its verbs."""

    kind, prefix, plural = "budget", "BUD", "budgets"
    reach_of_part = Reach.ROLES
    states: ClassVar = {
        "open": State("Open", "info"), "closed": State("Closed", closed=True)
    }  # fmt: skip
    editors = GRANTS

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)

    objects = BudgetQuerySet.as_manager()

    class Meta(ProjectPart.Meta):
        ordering = ["-record_id"]

    # birth ---------------------------------------------------------------------------------------
    @classmethod
    def open_for(cls, *, by, project, currency="") -> "Budget":
        """Begin a project's budget; a project has one."""
        if cls.objects.filter(project=project).exists():
            raise Invalid(project=f"{project.reference} has a budget already.")
        return cls.begin(
            by=by, project=project, verb="open_for", state="open", words="opened", who=MAY_OPEN,
            title=f"Budget of {project.title}"[:200], owner=project.owner,
            currency=(currency or project.currency or Office.current().currency).upper(),
        )  # fmt: skip

    # questions -----------------------------------------------------------------------------------
    def totals(self) -> dict[str, Amount | None]:
        """Budget, spent, forecast at completion, and variance in per cent of budget."""
        rows = list(self.lines.all())
        budget = sum((row.budget for row in rows), ZERO)
        expected = sum((row.expected for row in rows), ZERO)
        spent = sum((row.actual or ZERO for row in rows), ZERO)
        over = (expected - budget) / budget * 100 if budget else None
        return {"budget": budget, "spent": spent, "forecast": expected, "over_percent": over}

    # verbs ---------------------------------------------------------------------------------------
    @transition("open", None, who=GRANTS, told="granted money in", label="Grant", tone="primary",
                asks={**LINE, "amount": _amount("Budget"), "reason": REASON})  # fmt: skip
    def grant(self, *, by, month, cost_kind, category, amount, reason=""):
        """Set what may be spent in a month; finance, sponsor or manager does."""
        self._put_line(month, cost_kind, category, budget=amount)

    @transition("open", None, who=KEEPS, told="changed the forecast in", label="Change forecast",
                asks={**LINE, "amount": _amount("Forecast"), "reason": REASON})  # fmt: skip
    def re_forecast(self, *, by, month, cost_kind, category, amount, reason=""):
        """Say what a month will cost as things stand."""
        self._put_line(month, cost_kind, category, forecast=amount)

    @transition("open", None, who=KEEPS, told="booked a cost in", label="Book actual cost",
                asks={**LINE, "amount": _amount("Actual cost"), "reason": REASON})  # fmt: skip
    def book(self, *, by, month, cost_kind, category, amount, reason=""):
        """Set what a month has cost."""
        self._put_line(month, cost_kind, category, actual=amount)

    @transition("open", None, who=GRANTS, door=False, quiet=True, told="laid out")
    def lay_out(self, *, by, lines):
        """Set many lines at once; each a dict of month, cost_kind, category and amounts."""
        for line in lines:
            given = dict(line)
            place = (given.pop("month"), given.pop("cost_kind"), given.pop("category"))
            self._put_line(*place, **given)

    @transition("open", "closed", who=GRANTS, told="closed",
                asks={"reason": Text(label="Why", max=500)})  # fmt: skip
    def close(self, *, by, reason):
        """No more is spent."""

    def _put_line(self, month: date, cost_kind: str, category: str, **amounts) -> None:
        BudgetLine.objects.update_or_create(
            of=self, month=month.replace(day=1), cost_kind=cost_kind, category=category,
            defaults=amounts,
        )  # fmt: skip


@tracked
class BudgetLine(models.Model):
    """One month of one kind and category."""

    of = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="lines")
    month = models.DateField()
    cost_kind = models.CharField(max_length=5, choices=Kind.choices)
    category = models.CharField(max_length=16, choices=Category.choices)
    budget = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    actual = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    forecast = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    at = models.DateTimeField(db_default=OfficeNow())

    class Meta:
        ordering = ["month", "cost_kind", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["of", "month", "cost_kind", "category"], name="one_line_a_month"
            ),
            models.CheckConstraint(condition=Q(budget__gte=0), name="budget_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.category} in {self.month:%B %Y}"

    @property
    def expected(self) -> Amount:
        """What the month costs in the end: booked, else forecast, else granted."""
        for amount in (self.actual, self.forecast):
            if amount is not None:
                return amount
        return self.budget


def costs(ids: str) -> QuerySet:
    """Projects with a budget, it and its forecast at completion in hundredths."""
    rows = BudgetLine.objects.filter(among("of__project_id", ids)).values("of__project_id")
    in_the_end = Sum(Coalesce(F("actual"), F("forecast"), F("budget")))
    totals = rows.annotate(granted=Sum("budget") * 100, at_completion=in_the_end * 100)
    return totals.order_by().values_list("of__project_id", "granted", "at_completion")


BUDGET_INPUTS = {
    "project": Ref(label="Project", rows=projects, key="reference"),
    "currency": Text(label="Currency", max=3, min=3, required=False),
}
