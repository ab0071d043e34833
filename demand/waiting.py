"""Whom each demand waits for, answered for many in one query."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from changeoffice.core.approvals.models import Approval
from changeoffice.core.people.models import Person


@dataclass
class WaitsFor:
    people: list[Person] = field(default_factory=list)
    words: str = ""

    @classmethod
    def one(cls, person: Person | None, otherwise: str) -> "WaitsFor":
        return cls([person], person.name) if person else cls([], otherwise)


def for_demands(demands: Iterable) -> dict[int, WaitsFor]:
    """{demand id: people it waits for and their names}, one query for all approvals asked."""
    demands = list(demands)
    asked = _asked([d.pk for d in demands if d.state == "approval"])
    return {demand.pk: _for_one(demand, asked.get(demand.pk, [])) for demand in demands}


def _for_one(demand, approvers: list[Person]) -> WaitsFor:
    if demand.state in ("draft", "more_information"):
        return WaitsFor.one(demand.requester, "its requester")
    if demand.state == "approval":
        return WaitsFor(approvers, ", ".join(p.name for p in approvers))
    if demand.state == "in_delivery":
        return WaitsFor([], "delivery")
    if demand.is_closed:
        return WaitsFor()
    return WaitsFor.one(demand.owner, "an analyst")


def _asked(ids: list[int]) -> dict[int, list[Person]]:
    found: dict[int, list[Person]] = {}
    if ids:
        steps = Approval.objects.filter(record_id__in=ids, state="asked").select_related("approver")
        for step in steps.order_by("id"):
            people = found.setdefault(step.record_id, [])
            if step.approver not in people:
                people.append(step.approver)
    return found
