"""What somebody answers for, and handing it over when they leave. Confidential items stay with those
named on them: an administrator is told of none."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from changeoffice.core.administration.keeping import keeps, kept, need_keeper, need_reason
from changeoffice.core.approvals.passing import open_steps, pass_on
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.people.models import Person
from changeoffice.core.record.database import work_models
from changeoffice.core.record.errors import Invalid, NotAllowed, Refused
from changeoffice.core.record.models import Reach
from changeoffice.core.search.selectors import kind_label


@dataclass(frozen=True)
class Held:
    """One kind of item somebody answers for."""

    kind: str
    label: str
    rows: list[Any]


@dataclass
class Outcome:
    passed: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)  # reference, why


def held_by(person: Person, by: Person) -> list[Held]:
    """Open items in the units `by` keeps for which this person answers, by kind."""
    found = []
    for work in sorted(work_models(), key=lambda model: model.plural):
        rows = [row for row in _rows(work, person) if keeps(by, row.unit_id)]
        if rows:
            found.append(Held(work.kind, kind_label(work.kind), rows))
    return found


def approvals_of(person: Person, by: Person) -> list[Any]:
    steps = open_steps(person).filter(record__confidential=False).select_related("record", "round")
    return [step for step in steps if keeps(by, step.record.unit_id)]


def hand_over(person: Person, *, by: Person, to: Person, reason: str) -> Outcome:
    """Pass everything on; what cannot go to this successor stays and is named with its reason."""
    need_keeper(by, person.unit_id)
    _fits(person, to)
    if to.pk == by.pk:
        raise NotAllowed("Hand it to somebody else than yourself; another administrator can.")
    reason, outcome = need_reason(reason), Outcome()
    with kept(by, "hand_over", model=Person, reason=reason) as draft:
        passed = list(_passed(person, by, to, outcome))
        for step in approvals_of(person, by):
            _attempt(outcome, step.record.reference, lambda step=step: pass_on(step, by=by))
        draft.subject = draft.person = person
        draft.words = f"handed over {outcome.passed} of {person.name}'s items to {to.name}"
        if passed:
            notify(to, work=passed[0], because=f"{person.name} leaves and you follow", asks=True,
                   key=f"handed:{person.pk}:{to.pk}:{passed[0].pk}:{passed[0].version}",
                   text=f"You now answer for {len(passed)} item{'s' if len(passed) > 1 else ''} of "
                        f"{person.name}, first {passed[0].reference} {passed[0].title}")  # fmt: skip
    return outcome


def _passed(person: Person, by: Person, to: Person, outcome: Outcome) -> Iterator[Any]:
    for held in held_by(person, by):
        for row in held.rows:
            if _attempt(outcome, row.reference,
                        lambda row=row: row.pass_on(by=by, person=person, to=to)):  # fmt: skip
                yield row


def _attempt(outcome: Outcome, reference: str, act) -> bool:
    try:
        with transaction.atomic():
            act()
    except Refused as error:
        outcome.left.append((reference, str(error)))
        return False
    outcome.passed += 1
    return True


def _rows(work, person: Person):
    mine = Q()
    for name in work.responsible:
        mine |= Q(**{name: person})
    rows = work.objects.open().filter(mine, confidential=False).exclude(reach=Reach.OWN)
    return rows.select_related("unit").order_by("pk")


def _fits(person: Person, to: Person) -> None:
    if to.pk == person.pk:
        raise Invalid(to="Choose another person.")
    if not to.is_active or to.is_outside or to.is_integration:
        raise Invalid(to="Choose a member of staff who can sign in.")
