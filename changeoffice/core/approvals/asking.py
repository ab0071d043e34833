"""Who is asked: the lanes of the policies that apply, and somebody for each kind of approval.

A request for approval, "who would approve this?" and the effect of a changed policy all read it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from changeoffice.core.approvals.approvers import INSTEAD_WORDS, MISSING, Kind, find, stand_in
from changeoffice.core.approvals.picking import Facts, applies, lanes
from changeoffice.core.people.models import Person

NO_POLICY = "No approval policy applies; ask a change-office manager to add one."


class Policy(Protocol):
    name: str
    conditions: dict[str, Any]
    steps: list[dict[str, Any]]


@dataclass(frozen=True)
class Seat:
    """One kind of approval in a lane, and who would give it."""

    kind: str
    person: Person | None
    instead: str = ""  # why it is not who the kind names

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def missing(self) -> str:
        return "" if self.person else MISSING[Kind(self.kind)]


@dataclass(frozen=True)
class Plan:
    """The policies that apply and the order of asking they come to."""

    policies: list[Any]
    lanes: list[list[Seat]]

    @property
    def asked(self) -> list[tuple[int, str, Person]]:
        """Step, kind and person, where nobody is missing."""
        return [(step, seat.kind, seat.person) for step, lane in enumerate(self.lanes, start=1)
                for seat in lane if seat.person]  # fmt: skip

    @property
    def missing(self) -> list[str]:
        """What stands in the way of asking, in sentences."""
        if not self.lanes:
            return [NO_POLICY]
        seats = [seat for lane in self.lanes for seat in lane if seat.person is None]
        return [f"{seat.label} approval: {seat.missing}" for seat in seats]

    @property
    def instead(self) -> list[str]:
        """Where somebody else is asked than the kind of approval names."""
        seats = [seat for lane in self.lanes for seat in lane if seat.instead]
        return [f"{seat.label} approval: {seat.instead}" for seat in seats]


def kinds_asked(policies: Iterable[Policy], facts: Facts) -> list[list[str]]:
    """The lanes alone, without looking for people."""
    return lanes(policy.steps for policy in policies if applies(policy.conditions, facts))


def plan(policies: Iterable[Policy], facts: Facts, work: Any, *, never: Collection[int]) -> Plan:
    """Whom these policies ask about `work`, which names its unit and perhaps a sponsor."""
    applying = [policy for policy in policies if applies(policy.conditions, facts)]
    already: set[int] = set()
    found = []
    for lane in lanes(policy.steps for policy in applying):
        seats = []
        for kind in lane:
            seat = _seat(kind, work, never=never, already=already)
            already |= {seat.person.pk} if seat.person else set()
            seats.append(seat)
        found.append(seats)
    return Plan(applying, found)


def _seat(kind: str, work: Any, **who: Collection[int]) -> Seat:
    if person := find(kind, work, **who):
        return Seat(kind, person)
    other = stand_in(kind, work, **who)
    return Seat(kind, other, INSTEAD_WORDS[Kind(kind)] if other else "")
