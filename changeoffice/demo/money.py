"""What a project costs, month by month: finance books it, the manager says what is still to come."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from changeoffice.demo.content import projects as content
from practices.finance.models import Budget

if TYPE_CHECKING:
    from changeoffice.demo.projects import Run


def is_due(run: Run) -> bool:
    course = content.COSTS.get(run.spec.fares, [])
    grows = run.costs < len(course) and run.share(run.project) >= course[run.costs][0]
    return grows or run.play.day_now.replace(day=1) > run.booked_to


def keep(run: Run) -> None:
    """After a month has ended finance books what it cost; the manager says what is still to come."""
    budget = Budget.objects.filter(project=run.pk, state="open").select_related("project").first()
    if budget is None:
        return
    finance = run.play.who("finance")
    before = run.play.day_now.replace(day=1)
    due = [line for line in budget.lines.all() if run.booked_to <= line.month < before]
    run.booked_to = before
    if due:
        budget.lay_out(by=finance, lines=[
            {"month": line.month, "category": line.category, "cost_kind": line.cost_kind,
             "actual": (line.expected * Decimal(str(round(run.dice.uniform(0.96, 1.04), 3)))).quantize(Decimal("0.01"))}
            for line in due
        ])  # fmt: skip
    _cost_more(run, budget)


def _cost_more(run: Run, budget: Budget) -> None:
    course = content.COSTS.get(run.spec.fares, [])
    if run.costs >= len(course) or run.share(run.project) < course[run.costs][0]:
        return
    percent = course[run.costs][1]
    run.costs += 1
    before = run.play.day_now.replace(day=1)
    open_lines = [
        line for line in budget.lines.all() if line.month >= before and line.actual is None
    ]
    if not open_lines:
        return
    totals = budget.totals()
    wanted = totals["budget"] * (1 + Decimal(percent) / 100)
    each = (wanted - totals["forecast"]) / len(open_lines)
    lines = [{"month": line.month, "category": line.category, "cost_kind": line.cost_kind,
              "forecast": max(Decimal(0), (line.expected + each).quantize(Decimal("1")))}
             for line in open_lines]  # fmt: skip
    first = lines[0]
    budget.lay_out(by=run.play.who("finance"), lines=lines[1:])
    budget.re_forecast(by=run.manager, month=first["month"], cost_kind=first["cost_kind"],
                       category=first["category"], amount=first["forecast"],
                       reason="The supplier's change request and two more months of testing."
                       if percent > 0 else "A licence is no longer needed.")  # fmt: skip
    run.project.revise(by=run.manager, forecast_cost=wanted.quantize(Decimal("1")))
