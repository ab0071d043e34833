"""Who would approve this? A real record, or the facts of one that might come, held against the policies."""

from dataclasses import dataclass
from typing import Any

from changeoffice.core.approvals.asking import Plan, plan
from changeoffice.core.approvals.models import ApprovalPolicy
from changeoffice.core.approvals.picking import Facts
from changeoffice.core.people.models import Person
from changeoffice.core.record.models import Work


@dataclass(frozen=True)
class Example:
    """What a record would have to say for its approvers to be found."""

    unit_id: int | None
    sponsor: Person | None


@dataclass(frozen=True)
class Tried:
    work: Work | None
    plan: Plan
    people: list[Person]  # who want it, raised it or ask, and so are left out


def tried(kind: str, given: dict[str, Any]) -> Tried:
    """What the form of an example says, answered."""
    work = given["reference"]
    facts = work.approval_facts() if work else Facts(
        amount=given["cost"], type=given["type"], risk=given["risk"], flags=frozenset(given["flags"])
    )  # fmt: skip
    unit = given["unit"]
    about = work or Example(unit.pk if unit else None, given["sponsor"])
    wants = [work.requester, work.raised_by] if work else [given["requester"]]
    asks = given["asker"] or (work and work.owner)
    people = list(dict.fromkeys(person for person in (*wants, asks) if person))
    found = plan(ApprovalPolicy.in_force(kind), facts, about, never={one.pk for one in people})
    return Tried(work, found, people)
