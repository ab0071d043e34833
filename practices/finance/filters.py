"""How budgets are narrowed, for pages and API alike."""

from portfolio.filters import OfProjectFilterSet
from practices.finance.models import Budget


class BudgetFilterSet(OfProjectFilterSet):
    class Meta:
        model = Budget
        fields: list[str] = []
