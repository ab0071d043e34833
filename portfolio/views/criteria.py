"""A gate's criteria as they stand today: how many are met, which block, gathered by practice."""

from typing import Any

from changeoffice.core.access.models import Practice
from changeoffice.core.record import clock
from portfolio.models import Gate

NO_PRACTICE = "The project itself"


def look_over(gate: Gate) -> Gate:
    """The criteria as they stand today: how many are met, which block, gathered by practice."""
    today, items = clock.today(), list(gate.criteria.all())
    for item in items:
        item.satisfied = item.is_satisfied(today)
        item.ended = item.state == "waived" and not item.satisfied
    gate.items, gate.tone = items, gate.states[gate.state].tone
    gate.tally = (sum(item.satisfied for item in items), len(items))
    gate.blocking = [item for item in items if item.critical and not item.satisfied]
    gate.unmet = [item for item in items if not item.satisfied]
    gate.waivers = [item for item in items if item.state == "waived"]
    gate.practices = [_practice(code, items) for code in dict.fromkeys(i.practice for i in items)]
    return gate


def _practice(code: str, items: list) -> dict[str, Any]:
    mine = [item for item in items if item.practice == code]
    return {
        "label": Practice(code).label if code else NO_PRACTICE, "items": mine,
        "done": sum(item.satisfied for item in mine),
        "open": [item for item in mine if not item.satisfied],
    }  # fmt: skip
