"""Whom each demand waits for, and what demands ask of one person; a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, QuerySet

from changeoffice.core.access.rules import ANALYST
from changeoffice.core.approvals.models import Approval
from changeoffice.core.people.models import Person
from changeoffice.core.ports import Ask, Waiting
from changeoffice.core.record import clock
from changeoffice.core.record.models import NamedPerson

MOST_NEW = 20  # of those nobody has taken up; the list of demands has them all


@dataclass
class WaitsFor:
    people: list[Person] = field(default_factory=list)
    words: str = ""

    @property
    def short(self) -> str:
        """For a line of a table: the first of them, and how many more."""
        more = len(self.people) - 1
        return f"{self.people[0].name} and {more} more" if more > 0 else self.words

    @classmethod
    def one(cls, person: Person | None, otherwise: str) -> "WaitsFor":
        return cls([person], person.name) if person else cls([], otherwise)


def for_demands(demands: Iterable) -> dict[int, WaitsFor]:
    """{demand id: people it waits for and their names}, one query for all approvals asked."""
    demands = list(demands)
    return told(demands, steps_of(demands) if any(d.state == "approval" for d in demands) else ())


def steps_of(demands: Iterable) -> QuerySet:
    """The approvals these demands wait for."""
    ids = [demand.pk for demand in demands if demand.state == "approval"]
    steps = Approval.objects.filter(record_id__in=ids, state="asked")
    return steps.select_related("approver").order_by("id")


def told(demands: Iterable, steps: Iterable[Approval]) -> dict[int, WaitsFor]:
    """The same, from approvals that have been read already."""
    asked: dict[int, list[Person]] = {}
    for step in steps:
        people = asked.setdefault(step.record_id, [])
        if step.approver not in people:
            people.append(step.approver)
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


def of_person(person) -> list[Ask]:
    """Questions to answer, scores to give, demands of one's own past their limit, and for analysts
    those nobody has taken up."""
    from demand.models import AssessmentScore, Demand

    seen = Demand.objects.visible_to(person)
    asked = seen.filter(state="more_information", requester=person)
    named = NamedPerson.objects.filter(record_id=OuterRef("pk"), person=person, part="assessor")
    given = AssessmentScore.objects.filter(
        demand=OuterRef("pk"), assessor=person, round=OuterRef("round")
    )
    to_score = seen.filter(Exists(named), ~Exists(given), state="assessment", round_closed_at=None)
    late = seen.filter(owner=person, due_on__lt=clock.today()).exclude(state="approval")
    new = seen.filter(ANALYST.q(person), owner=None, state="submitted").order_by("due_on", "pk")
    return [
        Ask(asked, lambda d: _waiting(
            d, "Answer a question", "you raised it", "reply", "Answer", by_person=True)),
        Ask(to_score, lambda d: _waiting(
            d, "Score it", "you are named as assessor", "score", "Score", by_person=True)),
        Ask(late.order_by(F("due_on").asc()), lambda d: _waiting(
            d, f"Past its limit in {d.state_label.lower()}", "you are its analyst", "", "Open")),
        Ask(new[:MOST_NEW], lambda d: _waiting(
            d, "Take it up", "no analyst has it yet", "screen", "Start screening")),
    ]  # fmt: skip


def _waiting(demand, what: str, because: str, verb: str, label: str, by_person=False) -> Waiting:
    at = demand.get_absolute_url()
    return Waiting(kind="demand", reference=demand.reference, title=demand.title, what=what,
                   url=f"{at}/{verb}" if verb else at, because=because, since=demand.state_since,
                   due=demand.due_on, action_label=label, by_person=by_person)  # fmt: skip
