"""Budgets: who may write what, who sees it, and what it does to the RAG."""

from datetime import date
from decimal import Decimal

import pytest

from changeoffice.core.record import clock
from portfolio.columns_in_sql import columns_of
from portfolio.models import Project
from practices.finance.models import Budget, costs

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(project_manager, sponsor, unit) -> Project:
    return Project.take_over(by=project_manager, title="Payments gateway", owner=project_manager,
                             sponsor=sponsor, unit=unit, currency="GBP", confirmed_on=clock.today())  # fmt: skip


@pytest.fixture
def budget(project, project_manager) -> Budget:
    return Budget.open_for(by=project_manager, project=project)


def do(client, budget, verb: str, amount, month="2026-05-17", expect=200):
    answer = client.post(f"/api/v1/budgets/{budget.reference}/{verb}/", {
        "month": month, "cost_kind": "opex", "category": "people", "amount": amount,
    }, format="json")  # fmt: skip
    assert answer.status_code == expect, answer.content
    return answer.json()


def test_a_project_has_one_budget(api, project, project_manager, stranger):
    given = {"project": project.reference}
    assert api(stranger).post("/api/v1/budgets/", given, format="json").status_code == 403
    answer = api(project_manager).post("/api/v1/budgets/", given, format="json")
    assert answer.status_code == 201 and answer.json()["currency"] == "GBP"
    assert api(project_manager).post("/api/v1/budgets/", given, format="json").status_code == 400


def test_finance_grants_and_the_manager_forecasts_and_books(
    api, budget, finance, project_manager, sponsor
):
    do(api(project_manager), budget, "grant", 1000, expect=403)
    do(api(finance), budget, "grant", 1000)
    do(api(sponsor), budget, "grant", 500, month="2026-06-01")
    do(api(project_manager), budget, "re-forecast", 700, month="2026-06-20")
    found = do(api(project_manager), budget, "book", 1100)
    assert found["totals"] == {"budget": "1500.00", "spent": "1100.00", "forecast": "1800.00",
                               "over_percent": "20.00"}  # fmt: skip
    assert [line["month"] for line in found["lines"]] == ["2026-05-01", "2026-06-01"]
    do(api(finance), budget, "grant", -1, expect=400)


def test_the_forecast_moves_the_cost_colour_at_once(budget, project, finance, project_manager):
    line = {"month": date(2026, 5, 1), "cost_kind": "capex", "category": "supplier"}
    budget.grant(by=finance, amount=Decimal(1000), **line)
    seen = []
    for amount in (1050, 1051, 1100, 1101):
        budget.re_forecast(by=project_manager, amount=Decimal(amount), **line)
        seen.append(Project.objects.get(pk=project.pk).rag.colour_of("cost"))
    assert seen == ["green", "amber", "amber", "red"]


def test_plain_staff_see_no_budget_and_no_cost(api, budget, stranger, leader, project):
    assert api(stranger).get(f"/api/v1/budgets/{budget.reference}/").status_code == 404
    assert api(stranger).get("/api/v1/budgets/").json()["results"] == []
    assert api(leader).get(f"/api/v1/budgets/{budget.reference}/").status_code == 200
    assert "planned_cost" not in api(stranger).get(f"/api/v1/projects/{project.reference}/").json()


def test_a_closed_budget_takes_nothing_more(api, budget, finance):
    path = f"/api/v1/budgets/{budget.reference}/close/"
    assert (
        api(finance).post(path, {"reason": "The project is over"}, format="json").status_code == 200
    )
    do(api(finance), budget, "grant", 10, expect=409)


def test_costs_of_many_projects_are_one_question(
    budget, finance, project, django_assert_num_queries
):
    budget.lay_out(by=finance, lines=[
        {"month": date(2026, n, 3), "cost_kind": "opex", "category": "people",
         "budget": Decimal(100), "forecast": Decimal(110)} for n in range(1, 13)
    ])  # fmt: skip
    with django_assert_num_queries(1):
        columns = [column.tolist() for column in columns_of(costs, [project.pk, 10**9])]
    assert columns == [[project.pk], [120_000], [132_000]]
    totals = Budget.objects.with_totals().get(pk=budget.pk)
    assert (totals.total_budget, totals.spent, totals.at_completion) == (1200, 0, 1320)
