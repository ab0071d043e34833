"""A project's money on its pages: who sees it, who writes it, and what is kept on a conflict."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.models import Project
from practices.finance.models import Budget

pytestmark = pytest.mark.django_db
LINE = {"month": "2026-05-17", "cost_kind": "opex", "category": "people"}


@pytest.fixture
def project(project_manager, sponsor, unit) -> Project:
    return Project.take_over(by=project_manager, title="Payments gateway", owner=project_manager,
                             sponsor=sponsor, unit=unit, currency="GBP")  # fmt: skip


@pytest.fixture
def budget(project, project_manager, sponsor) -> Budget:
    made = Budget.open_for(by=project_manager, project=project)
    made.lay_out(by=sponsor, lines=[
        {"month": date(2026, month, 1), "cost_kind": "opex", "category": "people",
         "budget": Decimal(100_000), "actual": Decimal(130_000) if month < 3 else None}
        for month in range(1, 7)
    ])  # fmt: skip
    return made


@pytest.mark.parametrize("role, status", [
    ("project_manager", 200), ("finance", 200), ("sponsor", 200), ("manager", 200),
    ("leader", 200), ("auditor", 200), ("analyst", 200), ("stranger", 404), ("author", 404),
    ("outsider", 404), ("administrator", 404),
])  # fmt: skip
def test_only_people_with_a_role_see_a_projects_money(role, status, page, budget, project, request):
    client = page(request.getfixturevalue(role))
    assert client.get(f"{project.get_absolute_url()}/finance").status_code == status
    expected = 302 if status == 200 else 404
    assert client.get(budget.get_absolute_url()).status_code == expected


def test_the_page_adds_up_budget_spent_and_forecast(page, budget, project, project_manager):
    answer = page(project_manager).get(f"{project.get_absolute_url()}/finance")
    money = answer.context["money"]
    assert (money["budget"], money["spent"], money["forecast"]) == (600_000, 260_000, 660_000)
    assert money["over_percent"] == 10
    assert [row["expected"] for row in answer.context["months"]][:3] == [130_000, 130_000, 100_000]
    assert answer.context["chart"]["series"][1]["values"] == [130.0, 260.0, None, None, None, None]


def test_the_projects_page_shows_the_sum_only_with_a_role(
    page, budget, project, project_manager, stranger
):
    here = project.get_absolute_url()
    assert "£600k" in page(project_manager).get(here).content.decode()
    plain = page(stranger).get(here)
    assert "£600k" not in plain.content.decode() and plain.context["money"] is None


def test_a_cost_is_booked_and_money_granted_by_those_who_may(
    page, budget, project, project_manager, sponsor, stranger
):
    book = f"{budget.get_absolute_url()}/book"
    given = LINE | {"amount": "120000"}
    assert page(stranger).post(book, given).status_code == 404
    assert (
        page(project_manager).post(f"{budget.get_absolute_url()}/grant", given).status_code == 403
    )
    assert page(project_manager).post(book, given).status_code == 302
    assert budget.lines.get(month=date(2026, 5, 1)).actual == 120_000
    wrong = page(project_manager).post(book, LINE | {"amount": "a lot"})
    assert wrong.status_code == 422 and "a lot" in wrong.content.decode()
    assert page(sponsor).post(f"{budget.get_absolute_url()}/grant", given).status_code == 302


def test_a_line_opens_its_form_with_what_it_says_now(page, budget, project, project_manager):
    context = page(project_manager).get(f"{project.get_absolute_url()}/finance").context
    doors = dict(context["lines"][0].doors)
    assert set(doors) == {"Forecast", "Book"}
    shown = page(project_manager).get(doors["Book"])
    assert shown.context["form"].initial["month"] == "2026-01-01"
    assert shown.context["form"].initial["amount"] == "130000.00"


def test_a_stale_amount_is_not_lost(page, budget, project_manager):
    old = Budget.objects.get(pk=budget.pk).version
    budget.book(by=project_manager, month=date(2026, 4, 1), cost_kind="opex", category="people",
                amount=Decimal(1))  # fmt: skip
    answer = page(project_manager).post(
        f"{budget.get_absolute_url()}/book", LINE | {"amount": "77777", "version": old}
    )
    shown = answer.content.decode()
    assert answer.status_code == 409 and "77777" in shown and "Use mine" in shown


def test_a_budget_is_opened_from_the_empty_page(page, project, project_manager, stranger):
    empty = page(project_manager).get(f"{project.get_absolute_url()}/finance")
    assert empty.context["may_open"]
    form = page(project_manager).get(f"/budgets/new?project={project.reference}").context["form"]
    assert form.initial["project"] == project.reference
    given = {"project": project.reference, "currency": ""}
    assert page(stranger).post("/budgets/new", given).status_code == 403
    assert page(project_manager).post("/budgets/new", given).status_code == 302
    assert Budget.objects.get().currency == "GBP"
