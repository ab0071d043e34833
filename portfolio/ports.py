"""What the portfolio asks of practices it may not import; filled in their AppConfig.ready."""

from collections.abc import Callable, Iterable
from decimal import Decimal


def _no_costs(project_ids: Iterable[int] | None) -> dict[int, tuple[Decimal, Decimal]]:
    return {}


# Budget and forecast at completion by project, for many (None: all) in one query.
costs: Callable[[Iterable[int] | None], dict[int, tuple[Decimal, Decimal]]] = _no_costs
