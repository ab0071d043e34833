"""The way from a demand into delivery and back: what is carried over, and what delivery reports.

Whatever carries a demand out (a project, an epic, a change) is made in the transaction that hands
the demand over, the demand locked first; from then on it tells the demand how far it has come.
"""

from dataclasses import replace
from typing import Any

from django.db import transaction

from changeoffice.core import ports as core
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid
from changeoffice.core.record.inputs import Choice, Inputs, Ref
from changeoffice.core.record.models import NamedPerson, Work
from changeoffice.core.talk.models import Follower, follow
from changeoffice.organisation.models import staff
from demand import ports
from demand.models import Demand
from demand.models.vocabulary import DESIGN

USUAL = "project"  # where nothing else is chosen
OWNER = Ref(label="Who takes it on", rows=staff, key="username", required=False,
            hint="Whoever looks after the demand when left empty.")  # fmt: skip


# Handing over ----------------------------------------------------------------------------------------
def offer(code: str, target: ports.Target) -> None:
    """From now on demands may be handed over into this as well."""
    ports.targets[code] = target
    labels = [(name, one.label) for name, one in ports.targets.items()]
    asks: dict[str, Any] = {
        "into": Choice(label="Into", choices=labels, initial=USUAL, required=False,
                       hint="A project when left empty."),
        "owner": OWNER,
    }  # fmt: skip
    for one in ports.targets.values():
        asks |= {name: replace(asked, required=False) for name, asked in one.asks.items()}
    core.next_steps["demand", "hand_over"] = core.NextStep(hand_over, asks)


def asked_for(code: str) -> Inputs:
    """What one choice asks, as its page shows it."""
    target = ports.targets[code]
    own = {
        name: replace(asked, required=name in target.needs) for name, asked in target.asks.items()
    }
    return {"owner": replace(OWNER, label=target.owner_label), **own}


@transaction.atomic
def hand_over(demand: Demand, *, by, at_version=None, into="", owner=None, **given) -> Work:
    """Delivery takes over; what it makes knows all the demand knows, and who followed it follows."""
    code = into or USUAL
    target = ports.targets[code]
    own = _fitting(code, target, given)
    demand.hand_over(by=by, at_version=at_version, into=code)
    made = target.make(demand, by=by, owner=owner or demand.owner or by, **own)
    _bring_along(demand, made)
    return made


def _fitting(code: str, target: ports.Target, given: dict[str, Any]) -> dict[str, Any]:
    """What this choice asks for; what only another choice takes is refused, not dropped."""
    there = {name: value for name, value in given.items() if value not in (None, "", [])}
    becomes = f"becomes a{'n' if code[0] in 'aeiou' else ''} {code}"
    wrong = {
        name: f"Not asked when a demand {becomes}." for name in there if name not in target.asks
    }
    wrong |= {
        name: f"Needed when a demand {becomes}." for name in target.needs if name not in there
    }
    if wrong:
        raise Invalid(**wrong)
    return there


def facts_of(demand: Demand) -> dict[str, Any]:
    """What everything made from a demand begins with."""
    return {
        "title": demand.title, "description": demand.need, "demand": demand, "unit": demand.unit,
        "sponsor": demand.sponsor, "services": demand.services.all(), "currency": demand.currency,
        "planned_cost": demand.cost_likely, "forecast_cost": demand.cost_likely,
        "confidential": demand.confidential,
    }  # fmt: skip


def requirements_of(demand: Demand) -> dict[str, Any]:
    """What service design and the control frameworks ask, and the KPIs it is meant to move."""
    asked = {name: getattr(demand, name) for name in DESIGN}
    effects = demand.effects.select_related("kpi")
    return asked | {"compliance_flags": demand.compliance_flags, "effects": effects}


def _bring_along(demand: Demand, made: Work) -> None:
    """Whoever followed the demand follows what is made of it; people named on it stay named."""
    followers = Follower.objects.filter(record_id=demand.pk).values("person_id")
    follow(made.pk, *Person.objects.filter(pk__in=followers))
    if not demand.confidential:
        return
    named = NamedPerson.objects.filter(record_id=demand.pk).exclude(part="sponsor")
    NamedPerson.put(made.pk, demand.owner, *(row.person for row in named.select_related("person")))
    made.name_responsible()


# What delivery reports -------------------------------------------------------------------------------
def progressed(made: Work, percent: int) -> None:
    """The demand mirrors how far delivery has come."""
    demand = _in_delivery(made)
    if demand is not None and demand.progress != percent:
        with acting.through("job", f"{made.kind} progressed"):
            demand.mirror(by=None, progress=percent)


def delivered(made: Work) -> None:
    """It is done, and its demand with it."""
    demand = _in_delivery(made)
    if demand is not None:
        with acting.through("job", f"{made.kind} done"):
            demand.complete(by=None)


def given_back(made: Work, *, by, reason: str) -> None:
    """It ended without delivering: the demand waits to be handed over again, its owner hears why."""
    demand = _in_delivery(made)
    if demand is None:
        return
    with acting.through("job", f"{made.kind} given up"):
        demand.give_back(by=None, reason=f"{made.reference}: {reason}")
    _tell(demand, made, by, f"{made.reference}: {reason}")


def _in_delivery(made: Work) -> Demand | None:
    demand = Demand.objects.filter(pk=made.demand_id).first() if made.demand_id else None
    return demand if demand is not None and demand.state == "in_delivery" else None


def _tell(demand: Demand, made: Work, by, reason: str) -> None:
    """Its owner is asked to act, its followers hear of it; nobody of their own act. Of what only
    named people see, others hear neither the name nor the reason."""
    followers = Follower.objects.filter(record_id=demand.pk).values("person_id")
    people = {
        person.pk: person for person in Person.objects.filter(pk__in=followers, is_active=True)
    }
    if demand.owner is not None and demand.owner.is_active:
        people[demand.owner_id] = demand.owner
    for person in people.values():
        if person != by and demand.is_visible_to(person):
            asks = person.pk == demand.owner_id
            words = (
                reason if made.is_visible_to(person) else "Its delivery ended without delivering."
            )
            notify(person, work=demand, asks=asks, key=f"event:{demand.last_event.pk}",
                   because="it waits for you" if asks else "you follow it",
                   kind=NoticeKind.ASKS if asks else NoticeKind.FOLLOW,
                   text=f"{demand.reference} {demand.title} is scheduled again. {words}")  # fmt: skip
