"""The addresses of a project's money."""

from django.urls import path

from changeoffice.core.doors.pages.work import VerbPage
from practices.finance import views
from practices.finance.models import Budget


class BudgetVerbPage(VerbPage):
    work = Budget


urlpatterns = [
    path("projects/<str:reference>/finance", views.finance_page, name="project_finance"),
    path("budgets/new", views.NewBudgetPage.as_view(), name="budgets_new"),
    path("budgets/<str:reference>", views.budget_by_reference, name="budget"),
    path("budgets/<str:reference>/<slug:verb>", BudgetVerbPage.as_view(), name="budget_verb"),
]
