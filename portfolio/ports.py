"""What the portfolio asks of practices it may not import; filled in their AppConfig.ready."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any


def _no_costs(project_ids: Iterable[int] | None) -> dict[int, tuple[Decimal, Decimal]]:
    return {}


# Budget and forecast at completion by project, for many (None: all) in one query.
costs: Callable[[Iterable[int] | None], dict[int, tuple[Decimal, Decimal]]] = _no_costs


def _no_money(project: Any, person: Any) -> dict[str, Any] | None:
    return None


# Budget, spent and forecast of one project, for its page; None where there is nothing to be seen.
money: Callable[[Any, Any], dict[str, Any] | None] = _no_money
