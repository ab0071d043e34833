"""What demand asks of apps downstream; filled in their AppConfig.ready."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, QuerySet

from changeoffice.core.people.models import Person
from changeoffice.core.ports import TrailStep
from changeoffice.core.record import acting, at_once
from changeoffice.core.record.at_once import Queries
from changeoffice.core.record.inputs import Inputs
from changeoffice.core.record.models import NamedPerson, visible
from changeoffice.core.record.prepared import prepared

IN_PROGRESS = "In progress"


@dataclass(frozen=True)
class Target:
    """What a demand may be handed over into, and what that asks beside who takes it on."""

    label: str
    owner_label: str
    make: Callable[..., Any]  # given the demand, by, owner and what it asked
    asks: Inputs = field(default_factory=dict)
    needs: tuple[str, ...] = ()  # of what it asks, what it cannot do without


@dataclass(frozen=True)
class Carrier:
    """A kind that carries demands out: the rows that do so now, how the trail tells one and what
    comes of it, and what a demand's card says of it: {"rag", "reference", "url", "stage"}."""

    kind: str
    rows: Callable[[], QuerySet]
    steps: Callable[[Any, Any], list[TrailStep]]
    card: Callable[[Any], dict[str, Any]]


targets: dict[str, Target] = {}
carriers: list[Carrier] = []


def trails(demand_ids: Collection[int], person) -> dict[int, list[TrailStep]]:
    """For each demand in delivery, its steps from there on; "in progress" where not visible."""
    return {
        row.demand_id: one.steps(row, person) if is_seen else _hidden(one)
        for one, row, is_seen in _carrying(demand_ids, person)
    }


def cards(demand_ids: Collection[int], person) -> dict[int, dict[str, Any]]:
    """What a demand's card on the board says of what carries it out."""
    return {
        row.demand_id: one.card(row) if is_seen else {"stage": IN_PROGRESS}
        for one, row, is_seen in _carrying(demand_ids, person)
    }


def pass_on_confidence(demand, by) -> None:
    """What carries a demand out is never open to more people than the demand, from the same act on."""
    named = NamedPerson.objects.filter(record_id=demand.pk).values("person_id")
    words = f"{by.name if by else 'The portal'} changed who sees its demand."
    with acting.through("job", "its demand became confidential, or open"):
        for one in carriers:
            for made in (
                one.rows().filter(demand_id=demand.pk).exclude(confidential=demand.confidential)
            ):
                made.follow_demand(by=None, reason=words, confidential=demand.confidential,
                                   people=Person.objects.filter(pk__in=named))  # fmt: skip


def _carrying(ids: Collection[int], person) -> Iterator[tuple[Carrier, Any, bool]]:
    """Everything that carries one of these demands, and whether the person may see it: one query."""
    if not ids or not carriers:
        return
    sets = _one_carried(*ids, person) if len(ids) == 1 else _carried(ids, person)
    found = at_once.fetch_named(sets)
    for one in carriers:
        for row in found[one.kind]:
            yield one, row, row.is_seen


@prepared()
def _one_carried(demand_id: int, person) -> Queries:
    return _carried([demand_id], person)


def _carried(ids: Collection[int], person) -> Queries:
    is_seen = ExpressionWrapper(visible(person), output_field=BooleanField())
    return {one.kind: one.rows().filter(demand_id__in=list(ids)).annotate(is_seen=is_seen)
            for one in carriers}  # fmt: skip


def _hidden(one: Carrier) -> list[TrailStep]:
    return [TrailStep(one.kind, "Delivery", "current", IN_PROGRESS),
            TrailStep("benefit", "Benefit", "future", "Expected")]  # fmt: skip
