"""What a demand took and what waiting for it costs, as its page tells it."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from changeoffice.core.doors.templatetags.formats import long_day, money
from changeoffice.core.record import clock
from demand import cost_of_delay
from demand.models import Actual, Demand, EstimateLine
from demand.standing import short

A_QUARTER = timedelta(days=91)


def taken(demand: Demand, rows: list[Actual], lines: list[EstimateLine]) -> dict[str, Any]:
    """Days and cost by skill beside the estimate; empty where nothing is recorded."""
    if not rows:
        return {}
    days: dict[Any, Decimal] = defaultdict(Decimal)
    cost: dict[Any, Decimal] = defaultdict(Decimal)
    for row in rows:
        name = row.skill.name if row.skill else "Other costs"
        days[name] += row.days
        cost[name] += row.cost
    likely = {line.skill.name: line.likely_days for line in lines}
    return {
        "rows": [{"name": name, "days": short(days[name], 1), "likely": short(likely.get(name), 1),
                  "cost": money(cost[name], demand.currency)} for name in days],
        "months": [{"month": row.month, "name": row.skill.name if row.skill else "Other costs",
                    "days": short(row.days, 1), "cost": money(row.cost, demand.currency)} for row in rows],
        "effort": _against(demand, demand.effort_ratio, "effort"),
        "cost": _against(demand, demand.cost_ratio, "cost"),
        "total": money(demand.actual_cost, demand.currency), "days": short(demand.actual_days, 1),
    }  # fmt: skip


def _against(demand: Demand, ratio: Decimal | None, what: str) -> str:
    """How far it is from the estimate; while it is delivered, how much of that is used."""
    if ratio is None:
        return ""
    if demand.state != "completed":
        return f"{round(float(ratio) * 100)} % of the estimated {what} used so far"
    off = round((float(ratio) - 1) * 100)
    how = f"{abs(off)} % {'over' if off > 0 else 'under'} the estimate" if off else "as estimated"
    return f"{what.capitalize()} {how}"


def waiting(demand: Demand) -> str:
    """What it costs to wait until it starts, or for the next three months."""
    if demand.waiting_cost is None:
        return ""
    today = clock.today()
    until = next((day for day in (demand.starts_on, demand.revisit_on) if day and day > today),
                 today + A_QUARTER)  # fmt: skip
    cost = cost_of_delay.cost(
        demand.waiting_cost, demand.waiting_profile, today, until, demand.waiting_on
    )
    how = dict(cost_of_delay.PROFILES)[demand.waiting_profile].lower()
    on = f" ({long_day(demand.waiting_on)})" if demand.waiting_on else ""
    return (f"Waiting until {long_day(until)} costs about {money(cost, demand.currency)}: "
            f"{money(demand.waiting_cost, demand.currency)} a month, {how}{on}.")  # fmt: skip
