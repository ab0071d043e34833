"""A project's money: what was granted, what is spent, what it will cost, month by month."""

from itertools import accumulate
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.pages.parts import timeline
from changeoffice.core.doors.pages.work import NewPage, seen
from changeoffice.core.people.models import Office
from changeoffice.core.record.errors import NotSeen
from portfolio.models import Project
from portfolio.views.births import OfProject
from portfolio.views.project_pages import RELATED, head_of
from practices.finance.models import BUDGET_INPUTS, MAY_OPEN, ZERO, Budget, BudgetLine
from practices.finance.overview import budget_of, overview

LINE_VERBS = (("re_forecast", "Forecast"), ("book", "Book"), ("grant", "Grant"))


def finance_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Only for those who may see the project's figures; for others the page does not exist."""
    project = seen(Project, reference, request.user, RELATED)
    if not SEES_FIGURES.holds(request.user, project):
        raise NotSeen(f"{project.reference} has no such page, or you may not see it.")
    budget = budget_of(project, request.user)
    may_open = MAY_OPEN.holds(request.user, project) and not project.is_closed
    context = head_of(project, request.user, "finance") | {
        "budget": budget, "money": overview(project, request.user, budget),
        "may_open": budget is None and may_open,
        "planned_only": budget is None and project.planned_cost is not None,
        "planned_currency": project.currency or Office.current().currency,
    }  # fmt: skip
    if budget is not None:
        context |= drawn(budget, request.user)
    return render(request, "finance/project_finance.html", context)


def drawn(budget: Budget, person) -> dict[str, Any]:
    lines = list(budget.lines.all())
    offers = {offer.verb.name: offer for offer in budget.open_verbs(person)}
    open_verbs = [(name, label) for name, label in LINE_VERBS
                  if name in offers and offers[name].is_open]  # fmt: skip
    for line in lines:
        line.doors = [(label, door(budget, name, line)) for name, label in open_verbs]
    adds = [(offers[name].verb.label, f"{budget.get_absolute_url()}/{offers[name].verb.slug}")
            for name, _ in open_verbs]  # fmt: skip
    return {
        "lines": lines, "adds": adds, "chart": chart_of(lines),
        "months": by_month(lines), "events": timeline(budget, person),
    }  # fmt: skip


def door(budget: Budget, verb: str, line: BudgetLine) -> str:
    """The verb's form, begun with this line."""
    now = {"re_forecast": line.expected, "book": line.actual, "grant": line.budget}[verb]
    slug = Budget.verbs()[verb].slug
    known = f"month={line.month}&cost_kind={line.cost_kind}&category={line.category}"
    amount = "" if now is None else f"&amount={now}"
    return f"{budget.get_absolute_url()}/{slug}?{known}{amount}"


def by_month(lines: list[BudgetLine]) -> list[dict[str, Any]]:
    """Granted, booked and expected of each month; booked is None where nothing is."""
    months: dict = {}
    for line in lines:
        row = months.setdefault(
            line.month, {"month": line.month, "budget": ZERO, "actual": None, "expected": ZERO}
        )
        row["budget"] += line.budget
        row["expected"] += line.expected
        if line.actual is not None:
            row["actual"] = (row["actual"] or ZERO) + line.actual
    return [months[month] for month in sorted(months)]


def chart_of(lines: list[BudgetLine]) -> dict[str, Any] | None:
    """Money added up over the months, in thousands: granted, spent, and how it goes on."""
    months = by_month(lines)
    if len(months) < 2:
        return None
    booked = [n for n, row in enumerate(months) if row["actual"] is not None]
    last = booked[-1] if booked else -1
    expected = _added_up(row["expected"] for row in months)
    spent = _added_up(row["actual"] or ZERO for row in months)[: last + 1]
    return {
        "kind": "line", "label_head": "Month", "unit": "k", "min": 0,
        "labels": [f"{row['month']:%b %Y}" for row in months],
        "series": [
            {"name": "Budget", "values": _added_up(row["budget"] for row in months),
             "style": "plan"},
            {"name": "Spent", "values": [*spent, *[None] * (len(months) - len(spent))],
             "style": "actual", "area": True},
            {"name": "Forecast", "values": [None if n < last else v
                                            for n, v in enumerate(expected)],
             "style": "forecast"},
        ],
    }  # fmt: skip


def _added_up(amounts) -> list[float]:
    return [round(float(total) / 1000, 1) for total in accumulate(amounts)]


def budget_by_reference(request: HttpRequest, reference: str) -> HttpResponse:
    budget = seen(Budget, reference, request.user, ("project",))
    return redirect(f"{budget.project.get_absolute_url()}/finance")


class NewBudgetPage(OfProject, NewPage):
    work, birth, inputs = Budget, Budget.open_for, BUDGET_INPUTS
    heading, submit_label = "Open a budget", "Open budget"
