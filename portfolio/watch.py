"""Interventions: opened for what is red, broken or overdue, ended by recovery, climbing unanswered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.notify.fan_out import notify
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting, clock
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
    """Open what is missing and end what has recovered in these projects; answers both counts."""
    ids = list(project_ids)
    causes = {cause.key: cause for cause in _causes(ids)}
    opened = list(Intervention.objects.filter(project_id__in=ids).open().order_by("pk"))
    known = {row.cause for row in opened}
    recovered = [row for row in opened if row.cause not in causes]
    for row in recovered:
        with acting.through("job", "interventions"):
            row.recover(by=None)
    settled = _decided(causes)
    new = [c for key, c in causes.items() if key not in known and (key, c.since) not in settled]
    for cause in new:
        Intervention.raise_for(
            cause.project, cause=cause.key, since=cause.since, title=cause.title,
            person=cause.person, about_id=cause.about_id,
        )  # fmt: skip
    return len(new), len(recovered)


def _decided(causes: dict[str, Cause]) -> set[tuple[str, date]]:
    """Causes about which a decision stands: they open nothing more until they have recovered."""
    rows = Intervention.objects.filter(cause__in=list(causes), state="decided")
    return set(rows.values_list("cause", "cause_since"))


def _causes(ids: list[int]) -> list[Cause]:
    watched = {
        project.pk: project
        for project in Project.objects.filter(pk__in=ids, state__in=LIVE)
        .filter(Q(owner__isnull=False) | Q(sponsor__isnull=False))
        .select_related("owner", "sponsor")
    }  # fmt: skip
    if not watched:
        return []
    return [*_reds(watched), *_breaches(watched), *_late_conditions(watched)]


def _reds(watched: dict[int, Project]) -> Iterable[Cause]:
    for reading in RagReading.objects.filter(pk__in=watched).order_by("pk"):
        project = watched[reading.pk]
        for at, name in enumerate(DIMENSIONS):
            # Each broken dependency opens one of its own, with the giver's owner as the person.
            if reading.colour[at] == RED and name != "dependencies":
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
    """Conditions of a gate that are past their day."""
    rows = Action.objects.filter(
        project_id__in=watched, state="open", due_on__lt=clock.today(), source__kind="gate"
    )
    for row in rows.select_related("owner").order_by("pk"):
        project = watched[row.project_id]
        yield Cause(
            f"action:{row.pk}", project, row.due_on, f"{row.reference} {row.title} is overdue",
            row.owner or project.owner or project.sponsor, row.pk,
        )  # fmt: skip


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
    notify(row.owner, work=row, because="it waits for you", asks=True,
           text=f"{row.reference} {row.title} is overdue since {row.due_on:%-d %B}",
           key=f"intervention:{row.pk}:{today:%G-W%V}")  # fmt: skip
    return 1
