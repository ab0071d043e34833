"""Which approvers a policy asks for: pure functions over plain facts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Facts:
    """What the policies look at. `amount` is None where it cannot be compared with their limits
    (nothing estimated, or another currency), which counts as above every limit."""

    amount: Decimal | None
    type: str = ""
    risk: str = ""
    flags: frozenset[str] = frozenset()


def applies(conditions: Mapping[str, Any], facts: Facts) -> bool:
    """True when every condition named holds; a policy without conditions always applies."""
    return all(CHECKS[name](wanted, facts) for name, wanted in conditions.items())


def _up_to(limit: Any, facts: Facts) -> bool:
    return facts.amount is not None and facts.amount <= Decimal(str(limit))


CHECKS = {
    "cost_up_to": _up_to,
    "cost_above": lambda limit, facts: not _up_to(limit, facts),
    "types": lambda wanted, facts: facts.type in wanted,
    "risks": lambda wanted, facts: facts.risk in wanted,
    "flags": lambda wanted, facts: bool(facts.flags & set(wanted)),
}


def lanes(steps_of_policies: Iterable[list[dict[str, Any]]]) -> list[list[str]]:
    """Merge the steps of all policies that apply into one order of asking.

    Each policy's first step is asked first, then each second one, and so on; kinds in one lane are
    asked together. A kind stands in its earliest lane only. A step that is not parallel asks its
    kinds one after the other.
    """
    merged: list[list[str]] = []
    for steps in steps_of_policies:
        for position, kinds in enumerate(_unfolded(steps)):
            if position == len(merged):
                merged.append([])
            merged[position].extend(kinds)
    seen: set[str] = set()
    found = [[k for k in lane if not (k in seen or seen.add(k))] for lane in merged]  # type: ignore[func-returns-value]
    return [lane for lane in found if lane]


def _unfolded(steps: list[dict[str, Any]]) -> Iterable[list[str]]:
    for step in steps:
        if step.get("parallel", True):
            yield list(step["kinds"])
        else:
            yield from ([kind] for kind in step["kinds"])
