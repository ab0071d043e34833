"""What somebody can see and do, and why: read only, through the same rules that every page asks."""

from dataclasses import dataclass

from django.db.models import Count, Q

from changeoffice.core.access.grants import grants_of
from changeoffice.core.access.models import Practice, Role
from changeoffice.core.access.rules import (
    FIGURE_ROLES,
    SEES_FIGURES,
    AllOf,
    AnyOf,
    HasRole,
    Rule,
    Staff,
)
from changeoffice.core.administration.keeping import keeps
from changeoffice.core.record.database import work_models
from changeoffice.core.record.models import NamedPerson, Record, visible, work_model
from changeoffice.core.search.selectors import kind_label


@dataclass(frozen=True)
class Sight:
    """One kind of item: how many of how many are read, how many with figures, what may be done."""

    kind: str
    label: str
    reads: int
    of: int
    figures: int
    acts: tuple[str, ...]
    more_reads: int = 0
    more_figures: int = 0
    more_acts: tuple[str, ...] = ()


def sight_of(person, imagined=None) -> list[Sight]:
    """Counts per kind; with `imagined`, also what that one role more would add."""
    now = _counts(person)
    then = _counts(imagined) if imagined is not None else now
    found = []
    for work in sorted(work_models(), key=lambda model: model.plural):
        old, new = now.get(work.kind, (0, 0, 0)), then.get(work.kind, (0, 0, 0))
        acts = acts_on(work, person)
        more = [word for word in acts_on(work, imagined) if word not in acts] if imagined else []
        if new[1]:
            found.append(Sight(
                work.kind, kind_label(work.kind), old[0], new[1], old[2], tuple(acts),
                new[0] - old[0], new[2] - old[2], tuple(more),
            ))  # fmt: skip
    return found


def _counts(person) -> dict[str, tuple[int, int, int]]:
    """kind: (read, of how many, with figures). What is confidential for them is not even counted."""
    sees = visible(person)
    rows = Record.objects.order_by().values("kind").annotate(
        reads=Count("pk", filter=sees),
        of=Count("pk", filter=sees | Q(confidential=False)),
        figures=Count("pk", filter=sees & SEES_FIGURES.q(person)),
    )  # fmt: skip
    return {row["kind"]: (row["reads"], row["of"], row["figures"]) for row in rows}


def acts_on(work, person) -> list[str]:
    """Labels of the verbs some role of theirs opens on this kind, whatever the single item says."""
    return [
        verb.label for verb in work.verbs().values()
        if verb.door and _held(verb.who or work.editors, person)
    ]  # fmt: skip


def _held(rule: Rule, person) -> bool:
    if isinstance(rule, AnyOf):
        return any(_held(part, person) for part in rule.parts)
    if isinstance(rule, AllOf):
        return all(_held(part, person) for part in rule.parts)
    if isinstance(rule, HasRole):
        return grants_of(person).has(*rule.roles)
    return isinstance(rule, Staff) and grants_of(person).is_staff


@dataclass(frozen=True)
class Answer:
    """Whether somebody sees one item, why, and what they may do on it."""

    reference: str
    sees: bool
    title: str = ""
    url: str = ""
    why: tuple[str, ...] = ()
    figures: bool = False
    acts: tuple[str, ...] = ()


def try_item(reference: str, person, *, asked_by) -> Answer | None:
    """None: there is no such item, or it is hidden from whoever asks as well."""
    header = Record.objects.filter(reference=reference.strip().upper()[:24]).first()
    if header is None:
        return None
    work = work_model(header.kind).objects.get(pk=header.pk)
    if not work.is_visible_to(person):
        may_know = keeps(asked_by, header.unit_id) or work.is_visible_to(asked_by)
        return (
            Answer(header.reference, sees=False, why=_why_not(work, person)) if may_know else None
        )
    known = work.is_visible_to(asked_by)
    return Answer(
        header.reference, True, header.title if known else "", header.get_absolute_url() if known else "",
        tuple(_why(work, person)), SEES_FIGURES.holds(person, work),
        tuple(offer.verb.label for offer in work.open_verbs(person) if offer.is_open),
    )  # fmt: skip


def _why(work, person) -> list[str]:
    found = []
    if work.owner_id == person.pk:
        found.append("owns it")
    if NamedPerson.objects.filter(record_id=work.home_id, person=person).exists():
        found.append("is named on it")
    grants = grants_of(person)
    if not work.confidential and work.reach == 0 and grants.is_staff:
        found.append("all staff may read it")
    found += [
        f"is {role_label(role)} here" for role in FIGURE_ROLES
        if role in grants.scopes and not work.confidential
        and grants.scopes[role].covers(work.unit_id, work.pk, work.home_id)
    ]  # fmt: skip
    return found


def _why_not(work, person) -> tuple[str, ...]:
    if not person.is_active:
        return ("The account is closed.",)
    if work.confidential:
        rows = NamedPerson.objects.filter(record_id=work.home_id)
        named = rows.aggregate(n=Count("person", distinct=True))["n"]
        people = (
            "nobody is named"
            if not named
            else f"{named} named {'person' if named == 1 else 'people'}"
        )
        return (f"Confidential, {people}. For them it does not exist, not in search or counts.",)
    if work.reach == 2:
        return ("A draft: only its owner and people named on it see it.",)
    return ("It needs a role on the item or its unit.",)


def role_label(role: str) -> str:
    if role == "delegate":
        return "delegate for somebody asked to approve"
    name, _, practice = role.partition(":")
    label = str(Role(name).label).lower()
    return f"{label}, {Practice(practice).label.lower()}" if practice else label
