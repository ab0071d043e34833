"""How projects and what hangs on them are narrowed and sorted, for pages and API alike."""

from datetime import date

import django_filters
from django.db.models import Case, F, IntegerField, Q, When

from changeoffice.core.doors.lists import NEWEST, InFilter, Ordering, Orderings, WorkFilterSet
from demand.handed import CarriesOutFilterSet
from portfolio.judging import Reason
from portfolio.lifecycle import Stage
from portfolio.models import (
    Action,
    Benefit,
    Colour,
    Dependency,
    Epic,
    Gate,
    Intervention,
    Issue,
    Milestone,
    Product,
    Project,
    Risk,
)
from portfolio.models.rag import CODES, DIMENSIONS

LAST_DAY, FIRST_DAY = date(2999, 12, 31), date(1900, 1, 1)
NO_FIGURE = -1_000_000


def both_ways(name: str, label: str, by, *, low=None, high=None) -> Orderings:
    """`name` rises and `-name` falls; what has no value comes last either way."""
    return {
        name: Ordering(label, by, False, high),
        f"-{name}": Ordering(f"{label}, falling", by, True, low),
    }


def measured(dimension: str) -> F:
    """The value of one dimension in the current reading."""
    return F(f"reading__value__{DIMENSIONS.index(dimension)}")


# Working days late as the reading has it; the policy counts a gate double, the list does not.
SLIP = Case(
    When(reading__reason__0=Reason.GATE, then=measured("schedule") / 2),
    When(reading__reason__0__gte=Reason.MEASURED, then=measured("schedule")),
    default=None, output_field=IntegerField(),
)  # fmt: skip

ORDERINGS: Orderings = {
    "worst": Ordering("Worst first", "reading__overall", beside="reading"),
    "newest": NEWEST,
    **both_ways("title", "Name", "title"),
    **both_ways("finish", "Finish", "forecast_finish", low=FIRST_DAY, high=LAST_DAY),
    **both_ways("slip", "Slip", SLIP, low=NO_FIGURE, high=-NO_FIGURE),
}


class RagFilterSet(WorkFilterSet):
    """Narrowing by a colour word, as every list of the portfolio writes it."""

    rag = django_filters.CharFilter(method="by_rag", label="RAG")
    rag__in = InFilter(method="by_rags", label="RAG, several")

    def by_rag(self, rows, name, word):
        return self.by_rags(rows, name, [word])

    def by_rags(self, rows, name, words):
        wanted = [colour for colour, code in CODES.items() if code in words]
        found = Q(**{f"{self.reading}__in": wanted})
        if Colour.NO_DATA in wanted:
            found |= Q(**{f"{self.reading}__isnull": True})
        return rows.filter(found)

    reading = "reading__overall"


class ProjectFilterSet(RagFilterSet):
    stage = django_filters.ChoiceFilter(choices=Stage.choices, label="Stage")
    programme = django_filters.CharFilter(method="by_reference", label="Programme")
    portfolio = django_filters.CharFilter(method="by_reference", label="Portfolio")
    service = django_filters.CharFilter(method="by_reference", label="Service")
    sponsor = django_filters.CharFilter(field_name="sponsor__username", label="Sponsor")
    forecast_finish__gte = django_filters.DateFilter(
        field_name="forecast_finish", lookup_expr="gte"
    )
    forecast_finish__lt = django_filters.DateFilter(field_name="forecast_finish", lookup_expr="lt")

    PATHS = {
        "programme": "programme", "portfolio": "programme__portfolio", "service": "services",
    }  # fmt: skip

    def by_reference(self, rows, name, reference):
        """By reference; `none` asks for those that stand in no programme or portfolio."""
        path = self.PATHS[name]
        if reference == "none":
            return rows.filter(**{f"{path}__isnull": True})
        return rows.filter(**{f"{path}__reference": reference.upper()})

    class Meta:
        model = Project
        fields: list[str] = []


class OfProjectFilterSet(WorkFilterSet):
    project = django_filters.CharFilter(method="by_project", label="Project")

    def by_project(self, rows, name, reference):
        return rows.filter(project__reference=reference.upper())


class MilestoneFilterSet(OfProjectFilterSet):
    forecast_on__gte = django_filters.DateFilter(field_name="forecast_on", lookup_expr="gte")
    forecast_on__lt = django_filters.DateFilter(field_name="forecast_on", lookup_expr="lt")

    class Meta:
        model = Milestone
        fields: list[str] = []


class DependencyFilterSet(WorkFilterSet):
    project = django_filters.CharFilter(method="by_project", label="Project")
    giver = django_filters.CharFilter(method="by_end", label="Giver")
    getter = django_filters.CharFilter(method="by_end", label="Getter")

    def by_project(self, rows, name, reference):
        return rows.touching(Project.objects.by_reference(reference))

    def by_end(self, rows, name, reference):
        return rows.filter(**{f"{name}__reference": reference.upper()})

    class Meta:
        model = Dependency
        fields: list[str] = []


class RiskFilterSet(OfProjectFilterSet):
    probability = django_filters.NumberFilter(label="Probability")
    impact = django_filters.NumberFilter(label="Impact")
    above_appetite = django_filters.BooleanFilter(method="by_appetite", label="Above appetite")

    def by_appetite(self, rows, name, wanted):
        above = rows.model.objects.above_appetite().order_by().values("pk")
        return rows.filter(pk__in=above) if wanted else rows.exclude(pk__in=above)

    class Meta:
        model = Risk
        fields: list[str] = []


class IssueFilterSet(OfProjectFilterSet):
    severity = django_filters.NumberFilter(label="Severity")

    class Meta:
        model = Issue
        fields: list[str] = []


class ActionFilterSet(OfProjectFilterSet):
    due_on__lt = django_filters.DateFilter(field_name="due_on", lookup_expr="lt")

    class Meta:
        model = Action
        fields: list[str] = []


class InterventionFilterSet(OfProjectFilterSet):
    class Meta:
        model = Intervention
        fields: list[str] = []


DEPENDENCY_ORDERINGS: Orderings = {
    "worst": Ordering("Most of its tolerance used", "reading__used", True, -1.0),
    "newest": NEWEST,
    **both_ways("need_by", "Needed by", "giver__baseline_on"),
    **both_ways("slip", "Slip", "reading__slip", low=NO_FIGURE, high=-NO_FIGURE),
    **both_ways("title", "Name", "title"),
}
MILESTONE_ORDERINGS: Orderings = {
    **both_ways("forecast_on", "Forecast", "forecast_on"),
    **both_ways("baseline_on", "Baseline", "baseline_on"),
    "newest": NEWEST,
}
RISK_ORDERINGS: Orderings = {
    "exposure": Ordering("Highest exposure", F("probability") * F("impact")),
    "newest": NEWEST,
}
ISSUE_ORDERINGS: Orderings = {
    "severity": Ordering("Most severe", "severity", False),
    **both_ways("target_on", "Target date", "target_on"),
    "newest": NEWEST,
}
DUE_ORDERINGS: Orderings = {**both_ways("due_on", "Due", "due_on"), "newest": NEWEST}


class GateFilterSet(OfProjectFilterSet):
    class Meta:
        model = Gate
        fields: list[str] = []


class BenefitFilterSet(OfProjectFilterSet):
    kpi = django_filters.CharFilter(field_name="kpi__reference", lookup_expr="iexact", label="KPI")

    class Meta:
        model = Benefit
        fields: list[str] = []


class ProductFilterSet(WorkFilterSet):
    service = django_filters.CharFilter(
        field_name="services__reference", lookup_expr="iexact", label="Service"
    )

    class Meta:
        model = Product
        fields: list[str] = []


class EpicFilterSet(CarriesOutFilterSet):
    product = django_filters.CharFilter(
        field_name="product__reference", lookup_expr="iexact", label="Product"
    )

    class Meta:
        model = Epic
        fields: list[str] = []


PRODUCT_ORDERINGS: Orderings = {**both_ways("title", "Name", "title"), "newest": NEWEST}
EPIC_ORDERINGS: Orderings = {
    **both_ways("finish", "Finish", "planned_finish", low=FIRST_DAY, high=LAST_DAY),
    **both_ways("title", "Name", "title"),
    "newest": NEWEST,
}
