"""Interventions: opened for what is red, broken or overdue, ended by recovery, climbing unanswered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.notify.models import NoticeKind
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting, clock
from portfolio.columns_in_sql import among, tables_of
from portfolio.models import Action, Dependency, Intervention, Project, RagReading, Rung
from portfolio.models.project import LIVE
from portfolio.models.rag import DIMENSIONS, LABELS, RED


@dataclass(frozen=True)
class Cause:
    """Why somebody has to step in; at most one intervention is open for each."""

    key: str
    project: Project
    since: date
    title: str
    person: Person | None
    about_id: int | None = None


def look_after(project_ids: Iterable[int]) -> tuple[int, int]:
    """Open what is missing and end what has recovered in these projects; answers both counts.

    Mostly neither is the case, so what stands and what is open are compared by their keys first.
    """
    reds, breaches, late, opened, decided = tables_of(
        project_ids, (_red_keys,), (_breach_keys,), (_late_keys, clock.today()), (_open_keys,),
        (_decided_keys,),
    )  # fmt: skip
    standing = {
        f"{name}:{pk}": (pk, since[at])
        for pk, colour, since in reds for at, name in _red_at(colour)
    }  # fmt: skip
    standing |= {f"dependency:{pk}": (project, None) for pk, project in breaches}
    standing |= {f"action:{pk}": (project, due) for pk, project, due in late}
    known, settled = {cause for _, cause in opened}, {tuple(pair) for pair in decided}
    new = {
        key: project for key, (project, since) in standing.items()
        if key not in known and (key, since) not in settled
    }  # fmt: skip
    recovered = [pk for pk, cause in opened if cause not in standing]
    return _open(new) if new else 0, _end(recovered)


def _end(ids: list[int]) -> int:
    rows = Intervention.objects.filter(pk__in=ids).order_by("pk") if ids else ()
    for row in rows:
        with acting.through("job", "interventions"):
            row.recover(by=None)
    return len(ids)


def _open(keys: dict[str, int]) -> int:
    """Open an intervention for each of these causes, which come with their projects."""
    causes = [cause for cause in _causes(sorted(set(keys.values()))) if cause.key in keys]
    settled = _decided(causes)
    new = [cause for cause in causes if (cause.key, cause.since) not in settled]
    for cause in new:
        Intervention.raise_for(
            cause.project, cause=cause.key, since=cause.since, title=cause.title,
            person=cause.person, about_id=cause.about_id,
        )  # fmt: skip
    return len(new)


def _decided(causes: list[Cause]) -> set[tuple[str, date]]:
    """Causes about which a decision stands: they open nothing more until they have recovered."""
    keys = [cause.key for cause in causes]
    rows = Intervention.objects.filter(cause__in=keys, state="decided")
    return set(rows.values_list("cause", "cause_since"))


# Keys of what stands and of what is open, each a statement made once -----------------------------
def _watched(at: str = "") -> Q:
    """Projects that go on, with somebody to ask."""
    somebody = Q(**{f"{at}owner__isnull": False}) | Q(**{f"{at}sponsor__isnull": False})
    return Q(**{f"{at}state__in": LIVE}) & somebody


def _red_keys(ids: str) -> QuerySet:
    rows = RagReading.objects.filter(among("id", ids), _watched("project__"))
    return rows.filter(colour__contains=[RED]).order_by("pk").values_list("pk", "colour", "since")


def _breach_keys(ids: str) -> QuerySet:
    rows = Dependency.objects.breached().filter(among("getter__project_id", ids))
    rows = rows.filter(_watched("getter__project__"))
    return rows.order_by("pk").values_list("pk", "getter__project_id")


def _late_keys(ids: str, today: date) -> QuerySet:
    rows = _late(today).filter(among("project_id", ids), _watched("project__"))
    return rows.order_by("pk").values_list("pk", "project_id", "due_on")


def _open_keys(ids: str) -> QuerySet:
    rows = Intervention.objects.filter(among("project_id", ids)).open()
    return rows.order_by("pk").values_list("pk", "cause")


def _decided_keys(ids: str) -> QuerySet:
    rows = Intervention.objects.filter(among("project_id", ids), state="decided")
    return rows.order_by("pk").values_list("cause", "cause_since")


# Causes in full ----------------------------------------------------------------------------------
def _causes(ids: list[int]) -> list[Cause]:
    rows = Project.objects.filter(_watched(), pk__in=ids).select_related("owner", "sponsor")
    watched = {project.pk: project for project in rows}
    return [*_reds(watched), *_breaches(watched), *_late_conditions(watched)]


def _red_at(colour: list[int]) -> list[tuple[int, str]]:
    """Dimensions that are red; each broken dependency opens an intervention of its own, with the
    giver's owner as the person."""
    return [
        (at, name) for at, name in enumerate(DIMENSIONS)
        if colour[at] == RED and name != "dependencies"
    ]  # fmt: skip


def _reds(watched: dict[int, Project]) -> Iterable[Cause]:
    for reading in RagReading.objects.filter(pk__in=watched).order_by("pk"):
        project = watched[reading.pk]
        for at, name in _red_at(reading.colour):
            yield Cause(
                f"{name}:{project.pk}", project, reading.since[at],
                f"{LABELS[name]} of {project.reference} {project.title} is red",
                project.owner or project.sponsor,
            )  # fmt: skip


def _breaches(watched: dict[int, Project]) -> Iterable[Cause]:
    rows = Dependency.objects.breached().filter(getter__project_id__in=watched)
    for row in rows.with_ends().order_by("pk"):
        project = watched[row.getter.project_id]
        person = row.giver_owner or project.owner or project.sponsor
        if not row.is_visible_to(person) or not project.is_visible_to(person):
            person = project.owner or project.sponsor
        yield Cause(
            f"dependency:{row.pk}", project, _broken_since(row),
            # Who sees the project may not see the promise, so its name is not written here.
            f"A dependency of {project.reference} {project.title} is beyond its tolerance",
            person, row.pk,
        )  # fmt: skip


def _broken_since(row: Dependency) -> date:
    kept = row.slips.filter(slip__lte=row.tolerance).order_by("-on").first()
    broken = row.slips.filter(slip__gt=row.tolerance, on__gt=kept.on if kept else date.min)
    first = broken.order_by("on").first()
    return first.on if first else clock.today()


def _late_conditions(watched: dict[int, Project]) -> Iterable[Cause]:
    rows = _late(clock.today()).filter(project_id__in=watched)
    for row in rows.select_related("owner").order_by("pk"):
        project = watched[row.project_id]
        yield Cause(
            f"action:{row.pk}", project, row.due_on, f"{row.reference} {row.title} is overdue",
            row.owner or project.owner or project.sponsor, row.pk,
        )  # fmt: skip


def _late(today: date) -> QuerySet:
    """Conditions of a gate that are past their day."""
    return Action.objects.filter(state="open", due_on__lt=today, source__kind="gate")


# Climbing -----------------------------------------------------------------------------------------
def climb(today: date) -> dict[str, int]:
    """Whatever is past its day goes one rung up, or reminds the board."""
    counts = {"overdue": 0, "climbed": 0, "reminded": 0}
    rows = Intervention.objects.open().filter(due_on__lt=today)
    for row in rows.select_related("project__programme__portfolio", "owner").order_by("pk"):
        counts["overdue"] += 1
        target, rung = _next_up(row)
        if target is None:
            counts["reminded"] += _remind(row, today)
            continue
        row.climb(by=None, to=target, rung=rung)
        counts["climbed"] += 1
    return counts


def _next_up(row: Intervention) -> tuple[Person | None, int]:
    project = row.project
    ladder = [(Rung.SPONSOR, project.sponsor), (Rung.BOARD, board_of(project))]
    for rung, person in ladder:
        if rung > row.rung and person and person.pk != row.owner_id:
            return person, rung
    return None, row.rung


def board_of(project: Project) -> Person | None:
    """Who answers for the portfolio: its owner, else its programme's, else a manager."""
    programme = project.programme
    above = programme.portfolio if programme else None
    for plan in (above, programme):
        if plan and (person := plan.owner or plan.sponsor):
            return person
    held = RoleAssignment.objects.filter(role="manager", unit=None, record=None)
    return (
        Person.objects.filter(is_active=True, pk__in=held.values("person_id"))
        .order_by("pk")
        .first()
    )


def _remind(row: Intervention, today: date) -> int:
    if row.owner is None:
        return 0
    notify(row.owner, work=row, because="it waits for you", asks=True, kind=NoticeKind.ALARM,
           text=f"{row.reference} {row.title} is overdue since {row.due_on:%-d %B}",
           key=f"intervention:{row.pk}:{today:%G-W%V}")  # fmt: skip
    return 1
