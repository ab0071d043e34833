"""Naming who decides for somebody who is away. Each does it for themselves; an administrator may for
somebody who cannot, and it stands on the trail with the reason."""

from datetime import date

from changeoffice.core.administration.keeping import keeps, kept, need_reason
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.models import Delegation
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow

MOST_DAYS = 366


def need_right(by, person: Person) -> None:
    if by.pk != person.pk and not keeps(by, person.unit_id):
        raise NotAllowed(f"Only {person.name} or an administrator names who decides for them.")


def set_delegate(
    *, by, person: Person, delegate: Person, from_on: date, until_on: date, reason: str,
    kinds=(),
) -> Delegation:  # fmt: skip
    """From the first to the last day the delegate is shown what is asked of the person."""
    need_right(by, person)
    if by.pk not in (person.pk,) and delegate.pk == by.pk:
        raise NotAllowed("Name somebody else than yourself; another administrator can.")
    with kept(by, "set_delegate", model=Delegation, reason=need_reason(reason)) as draft:
        Delegation.lock_all()
        _check(person, delegate, from_on, until_on, kinds)
        made = Delegation.objects.create(
            person=person, delegate=delegate, from_on=from_on, until_on=until_on,
            kinds=sorted(kinds), reason=reason.strip(), set_by=by, set_at=clock.now(),
        )  # fmt: skip
        days = f"from {from_on:%-d %B %Y} to {until_on:%-d %B %Y}"
        draft.subject, draft.person = made, person
        draft.words = f"named {delegate.name} to decide for {person.name} {days}"
        _tell(made, by, f"{made.delegate.name} decides approvals for {person.name} {days}")
    return made


def end(delegation: Delegation, *, by) -> Delegation:
    """It ends now; what was decided under it stays."""
    need_right(by, delegation.person)
    with kept(by, "end_delegate", model=Delegation) as draft:
        found = Delegation.objects.select_for_update().get(pk=delegation.pk)
        if found.ended_at or found.until_on < clock.today():
            raise NotNow("This has ended already.")
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        draft.subject, draft.person = found, found.person
        draft.words = f"ended that {found.delegate.name} decides for {found.person.name}"
        _tell(
            found, by, f"{found.delegate.name} no longer decides approvals for {found.person.name}"
        )
    return found


def may_end(person, found: Delegation) -> bool:
    return found.person_id == person.pk or keeps(person, found.person.unit_id)


def told_of(person: Person):
    rows = AdminEvent.objects.filter(subject_kind="delegation", person=person)
    return rows.select_related("actor").order_by("-id")[:10]


def _check(person: Person, delegate: Person, from_on: date, until_on: date, kinds) -> None:
    _check_people(person, delegate)
    if from_on < clock.today():
        raise Invalid(from_on="Choose today or a later day.")
    if until_on < from_on or (until_on - from_on).days > MOST_DAYS:
        raise Invalid(until_on="Choose a day after the first, within a year.")
    if set(kinds) - set(Kind.values):
        raise Invalid(kinds="Choose from the list.")
    others = Delegation.objects.filter(ended_at=None, from_on__lte=until_on, until_on__gte=from_on)
    if away := others.filter(person=delegate).first():
        raise Invalid(
            delegate=f"{delegate.name} is away then: {away.delegate.name} decides for them."
        )
    if others.filter(delegate=person).exists():
        raise Invalid(person=f"{person.name} decides for somebody else on some of these days.")


def _check_people(person: Person, delegate: Person) -> None:
    if delegate.pk == person.pk:
        raise Invalid(delegate="Nobody stands in for themselves.")
    for field, one in (("delegate", delegate), ("person", person)):
        if one.is_outside or one.is_integration or (field == "delegate" and not one.is_active):
            raise Invalid(**{field: "Choose a member of staff who can sign in."})


def _tell(delegation: Delegation, by, words: str) -> None:
    """Both hear of it, but never of their own act."""
    for person in (delegation.person, delegation.delegate):
        if person.pk != by.pk:
            notify(person, text=words, because=f"{by.name} set it",
                   key=f"delegation:{delegation.pk}:{'ended' if delegation.ended_at else 'set'}")  # fmt: skip
