"""What the portfolio asks of practices it may not import; filled in their AppConfig.ready."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

# Projects with a budget, it and its forecast at completion in hundredths, as rows to be read
# beside what else is measured; None where no practice keeps budgets.
costs: Callable[[str], QuerySet] | None = None


def _no_money(project: Any, person: Any) -> dict[str, Any] | None:
    return None


# Budget, spent and forecast of one project, for its page; None where there is nothing to be seen.
money: Callable[[Any, Any], dict[str, Any] | None] = _no_money
