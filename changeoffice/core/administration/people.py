"""What administrators do to people and their roles. Nobody does any of it to themselves."""

from datetime import date

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from changeoffice.core.access.models import ApiToken, Practice, Role, RoleAssignment
from changeoffice.core.administration.keeping import keeps, kept, need_keeper, need_reason, put
from changeoffice.core.outbox.models import enqueue
from changeoffice.core.people.models import Person
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow

PROFILE = ("name", "email", "job_title", "unit", "reports_to", "is_outside", "is_integration")


def add_person(*, by, username: str, name: str, email: str, invite=True, **fields) -> Person:
    """Make an account without a password; the invitation's link lets its person choose one.

    A file of people invites nobody: an administrator sends the letters when all is ready.
    """
    need_keeper(by, fields.get("unit") and fields["unit"].pk)
    _free(username=username, email=email)
    with kept(by, "add_person", model=Person) as draft:
        person = Person(username=username, name=name, email=email, **fields)
        person.set_unusable_password()
        person.save(force_insert=True)
        draft.subject, draft.words = person, f"added {person.name}"
        if invite:
            draft.words += " and sent an invitation"
            _invite(person)
    return person


def edit_person(person: Person, *, by, **fields) -> Person:
    """Change who somebody is; moving them needs the administrator of both units."""
    if unknown := set(fields) - set(PROFILE):
        raise Invalid(**dict.fromkeys(unknown, "This cannot be changed here."))
    _need_keeper_of(by, person)
    if "unit" in fields:
        need_keeper(by, fields["unit"] and fields["unit"].pk)
    if fields.get("reports_to") == person:
        raise Invalid(reports_to="Nobody reports to themselves.")
    with kept(by, "edit_person", model=Person) as draft:
        person = _locked(person)
        if fields.get("email", person.email) != person.email:
            _free(email=fields["email"], but=person)
        draft.subject, draft.changes = person, put(person, fields)
        draft.words = f"edited {person.name}"
        if not draft.changes:
            raise Invalid(__all__="Nothing was changed.")
        person.save()
    return person


def invite_again(person: Person, *, by) -> None:
    """Send another link to somebody who has never chosen a password."""
    _need_keeper_of(by, person)
    if person.has_usable_password() or not person.is_active:
        raise NotNow(f"{person.name} needs no invitation.")
    with kept(by, "invite_again", model=Person) as draft:
        draft.subject, draft.words = person, f"invited {person.name} again"
        _invite(person)


def deactivate(person: Person, *, by, reason: str) -> Person:
    """Close the account: sessions end and tokens are revoked in the same moment."""
    _need_keeper_of(by, person)
    _not_oneself(by, person, "close their own account")
    reason = need_reason(reason)
    with kept(by, "deactivate", model=Person, reason=reason) as draft:
        person = _locked(person)
        if not person.is_active:
            raise NotNow(f"{person.name}'s account is closed already.")
        _leave_an_administrator(person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        ended = end_sessions(person)
        tokens, _ = ApiToken.objects.filter(user=person).delete()
        draft.subject = person
        draft.words = f"closed {person.name}'s account"
        draft.changes = [{"label": "Account", "old": "open", "new": "closed"},
                         {"label": "Sessions ended", "old": None, "new": str(ended)},
                         {"label": "Tokens revoked", "old": None, "new": str(tokens)}]  # fmt: skip
    return person


def reactivate(person: Person, *, by, reason: str) -> Person:
    """Open the account again, with the roles that were not ended meanwhile."""
    _need_keeper_of(by, person)
    reason = need_reason(reason)
    with kept(by, "reactivate", model=Person, reason=reason) as draft:
        person = _locked(person)
        if person.is_active:
            raise NotNow(f"{person.name}'s account is open.")
        person.is_active = True
        person.save(update_fields=["is_active"])
        draft.subject, draft.words = person, f"opened {person.name}'s account again"
    return person


def end_sessions(person: Person, *, but: str = "") -> int:
    """Sign somebody out everywhere, except in the session named."""
    sessions = list(UserSession.objects.filter(user=person).exclude(session_key=but))
    for session in sessions:
        session.end()
    return len(sessions)


# roles -------------------------------------------------------------------------------------------
def give_role(
    person: Person, *, by, role: str, practice: str = "", unit=None, record=None,
    until: date | None = None, reason: str = "",
) -> RoleAssignment:  # fmt: skip
    """Give a role everywhere, in one unit with all below it, or on one record."""
    check_role(person, by=by, role=role, practice=practice, unit=unit, record=record, until=until)
    with kept(by, "give_role", model=RoleAssignment, reason=reason.strip()) as draft:
        given = RoleAssignment(
            person=person, role=role, practice=practice, unit=unit, record=record, until=until,
            given_by=by, given_at=timezone.now(),
        )  # fmt: skip
        given.save(force_insert=True)
        draft.subject, draft.person = given, person
        draft.words = f"made {person.name} {given.label.lower()}, {where_words(given)}"
    return given


def end_role(given: RoleAssignment, *, by, reason: str) -> None:
    """Take a role away; the person's next request is judged without it."""
    person = given.person
    _may_hand_out(by, person, given.unit, given.record)
    reason = need_reason(reason)
    with kept(by, "end_role", model=RoleAssignment, reason=reason) as draft:
        rows = RoleAssignment.objects.select_for_update().filter(pk=given.pk)
        if not rows.exists():
            raise NotNow("This role has ended already.")
        if given.role == Role.ADMINISTRATOR:
            _leave_an_administrator(person)
        draft.subject, draft.person = given, person
        draft.words = f"ended {person.name}'s role {given.label.lower()}, {where_words(given)}"
        rows.delete()


def check_role(
    person: Person, *, by, role, practice="", unit=None, record=None, until=None
) -> None:
    """Refuse what could not be given; a preview asks this as well."""
    _may_hand_out(by, person, unit, record)
    _sensible(person, role, practice, unit, record, until)


def where_words(given: RoleAssignment) -> str:
    if given.unit_id:
        return f"in {given.unit.name}"
    return f"on {given.record.reference}" if given.record_id else "everywhere"


def _may_hand_out(by, person: Person, unit, record) -> None:
    _not_oneself(by, person, "give or end their own roles")
    need_keeper(by, unit.pk if unit else record.unit_id if record else None)


def _sensible(person, role: str, practice: str, unit, record, until) -> None:
    _is_a_role(role, practice)
    if unit and record:
        raise Invalid(unit="Choose a unit or an item, not both.")
    if until and until < clock.today():
        raise Invalid(until="Choose today or a later day.")
    _may_hold(person, role)
    if RoleAssignment.objects.filter(
        person=person, role=role, practice=practice, unit=unit, record=record
    ).exists():
        raise Invalid(role=f"{person.name} holds this role there already.")


def _is_a_role(role: str, practice: str) -> None:
    if role not in Role.values:
        raise Invalid(role="Choose a role.")
    if (role == Role.PRACTICE_OWNER) != bool(practice):
        raise Invalid(practice="A practice owner owns one practice; no other role names one.")
    if practice and practice not in Practice.values:
        raise Invalid(practice="Choose a practice.")


def _may_hold(person: Person, role: str) -> None:
    if person.is_outside and role != Role.SUPPLIER:
        raise Invalid(role="A supplier's person can only hold the role supplier.")
    if not person.is_active:
        raise Invalid(role=f"{person.name}'s account is closed.")


def _not_oneself(by, person: Person, what: str) -> None:
    if by.pk == person.pk:
        raise NotAllowed(f"Nobody may {what}; ask another administrator.")


def _need_keeper_of(by, person: Person) -> None:
    """Of their unit and of every role they hold: whoever changes, closes or resets an account could
    become its person, or take their rights away."""
    need_keeper(by, person.unit_id)
    held = person.role_assignments.exclude(until__lt=clock.today())
    for given in held.select_related("record", "unit"):
        if not keeps(by, given.record.unit_id if given.record_id else given.unit_id):
            raise NotAllowed(
                f"{person.name} holds a role you may not give, {given.label.lower()} "
                f"{where_words(given)}. Ask an administrator of the whole office."
            )


def _leave_an_administrator(person: Person) -> None:
    others = (
        RoleAssignment.objects.select_for_update(of=("self",))
        .filter(role=Role.ADMINISTRATOR, unit=None, record=None, until=None)
        .filter(person__is_active=True).exclude(person=person)
    )  # fmt: skip
    holds = RoleAssignment.objects.filter(person=person, role=Role.ADMINISTRATOR, unit=None)
    if holds.exists() and not others:
        raise NotNow("One administrator has to stay. Give the role to somebody else first.")


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _free(*, username: str = "", email: str = "", but: Person | None = None) -> None:
    others = Person.objects.exclude(pk=but.pk if but else None)
    if username and others.filter(username__iexact=username).exists():
        raise Invalid(username="This user name is taken.")
    if email and others.filter(email__iexact=email).exists():
        raise Invalid(email="Somebody has this address already.")


def _invite(person: Person) -> None:
    if person.is_integration:  # a program acts with tokens and has no password
        return
    stamp = timezone.now().strftime("%Y%m%d%H%M%S%f")
    with transaction.atomic():
        enqueue("password_letter", f"invitation:{person.pk}:{stamp}", person_id=person.pk,
                invitation=True)  # fmt: skip
