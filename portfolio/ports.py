"""What the portfolio asks of practices it may not import; filled in their AppConfig.ready."""

from collections.abc import Callable
from typing import Any

import numpy as np

from portfolio.graph import Ints


def _no_costs(project_ids: list[int]) -> tuple[Ints, Ints, Ints]:
    nothing = np.zeros(0, dtype=np.int64)
    return nothing, nothing, nothing


# Projects with a budget, it and its forecast at completion in hundredths; one query for many.
costs: Callable[[list[int]], tuple[Ints, Ints, Ints]] = _no_costs


def _no_money(project: Any, person: Any) -> dict[str, Any] | None:
    return None


# Budget, spent and forecast of one project, for its page; None where there is nothing to be seen.
money: Callable[[Any, Any], dict[str, Any] | None] = _no_money
