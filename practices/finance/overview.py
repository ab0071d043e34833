"""What a project's page shows of its budget, to those who may see it."""

from typing import Any

from portfolio.models import Project
from practices.finance.models import Budget


def budget_of(project: Project, person) -> Budget | None:
    rows = Budget.objects.visible_to(person).filter(project=project)
    budget = rows.prefetch_related("lines").first()
    if budget is not None:
        budget.project = project
    return budget


def overview(project: Project, person, budget: Budget | None = None) -> dict[str, Any] | None:
    """Budget, spent and forecast at completion, or None without a budget to be seen."""
    budget = budget or budget_of(project, person)
    if budget is None:
        return None
    return {
        **budget.totals(), "currency": budget.currency,
        "url": f"{project.get_absolute_url()}/finance",
    }  # fmt: skip
