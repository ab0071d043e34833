"""What pages and the dashboard read: now, or as it stood at the end of a past office day."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Q, Sum

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.record import clock
from changeoffice.core.record.history import as_of
from portfolio.models import (
    Dependency,
    Milestone,
    Project,
    RagHistory,
    RagReading,
    Risk,
)
from portfolio.models.project import LIVE
from portfolio.models.rag import CODES, Colour, Reading

CODE_ORDER = ("red", "amber", "green", "complete", "not_rated")


# Readings on a day ---------------------------------------------------------------------------------
def rag_as_of(day: date, project_ids: Iterable[int] | None = None) -> dict[int, Reading]:
    """The reading of each project at the end of an office day; none before its first."""
    instant = clock.end_of(day)
    past = RagHistory.objects.filter(at__lt=instant, until__gte=instant)
    now = RagReading.objects.filter(at__lt=instant)
    if project_ids is not None:
        ids = list(project_ids)
        past, now = past.filter(project_id__in=ids), now.filter(project_id__in=ids)
    found: dict[int, Reading] = {row.project_id: row for row in past}
    return found | {row.project_id: row for row in now}


def projects_as_of(day: date, person):
    """Rows of project history as they stood, of projects this person may see today."""
    seen = Project.objects.visible_to(person).values("pk")
    return as_of(Project, day).filter(pgh_obj_id__in=seen)


def milestones_as_of(day: date, person):
    """Rows of milestone history as they stood, of milestones this person may see today."""
    seen = Milestone.objects.visible_to(person).values("pk")
    return as_of(Milestone, day).filter(pgh_obj_id__in=seen)


def dependencies_as_of(day: date, person):
    seen = Dependency.objects.visible_to(person).values("pk")
    return as_of(Dependency, day).filter(pgh_obj_id__in=seen)


# Counts --------------------------------------------------------------------------------------------
def rag_counts(person, day: date | None = None) -> dict[str, int]:
    """Live projects by overall colour, in the order red to not rated."""
    if day is None or day >= clock.today():
        rows = Project.objects.visible_to(person).live()
        found = Counter(
            CODES[Colour(overall)] if overall is not None else "not_rated"
            for overall in rows.values_list("reading__overall", flat=True)
        )
    else:
        then = projects_as_of(day, person).filter(state__in=LIVE)
        ids = list(then.values_list("pgh_obj_id", flat=True))
        readings = rag_as_of(day, ids)
        found = Counter(readings[pk].code if pk in readings else "not_rated" for pk in ids)
    return {code: found.get(code, 0) for code in CODE_ORDER}


def rag_trend(person, days: Iterable[date]) -> list[tuple[date, dict[str, int]]]:
    """How many stood how, at the end of each of these days."""
    return [(day, rag_counts(person, day)) for day in days]


@dataclass
class Group:
    """One line of a roll-up: a portfolio, a programme or a stage and how its projects stand."""

    key: str
    title: str
    reference: str = ""
    url: str = ""
    counts: Counter = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def worst(self) -> str:
        return next((code for code in CODE_ORDER if self.counts.get(code)), "not_rated")


ROLL_UPS = {
    "portfolio": ("programme__portfolio_id", "programme__portfolio__title",
                  "programme__portfolio__reference", "/portfolios/{}"),
    "programme": ("programme_id", "programme__title", "programme__reference", "/programmes/{}"),
}  # fmt: skip


def roll_up(person, by: str = "portfolio", rows=None) -> list[Group]:
    """Live projects gathered by portfolio (agency) or programme (investment), in one query."""
    key, title, reference, url = ROLL_UPS[by]
    rows = Project.objects.visible_to(person).live() if rows is None else rows
    counted = rows.order_by().values_list(key, title, reference, "reading__overall").annotate(
        n=Count("pk")
    )  # fmt: skip
    groups: dict[int | None, Group] = {}
    for pk, name, ref, overall, n in counted:
        group = groups.setdefault(
            pk, Group(str(pk or "none"), name or f"In no {by}", ref or "",
                      url.format(ref) if ref else ""),
        )  # fmt: skip
        group.counts[CODES[Colour(overall)] if overall is not None else "not_rated"] += n
    return sorted(groups.values(), key=lambda g: (-g.counts["red"], -g.counts["amber"], g.title))


def by_stage(person, rows=None) -> dict[str, Counter]:
    """Live projects by stage and colour."""
    rows = Project.objects.visible_to(person).live() if rows is None else rows
    found: dict[str, Counter] = {}
    for stage, overall, n in (
        rows.order_by().values_list("stage", "reading__overall").annotate(n=Count("pk"))
    ):  # fmt: skip
        code = CODES[Colour(overall)] if overall is not None else "not_rated"
        found.setdefault(stage, Counter())[code] += n
    return found


# Lists ---------------------------------------------------------------------------------------------
def upcoming_milestones(person, weeks: int = 8):
    """Planned milestones whose forecast falls within the next weeks, or has passed."""
    until = clock.today() + timedelta(weeks=weeks)
    rows = (
        Milestone.objects.visible_to(person)
        .planned()
        .filter(project__state__in=LIVE, forecast_on__lte=until)
    )
    return rows.with_expected().order_by("forecast_on", "pk")


def breached_dependencies(person):
    """Agreed dependencies beyond their tolerance, worst first."""
    rows = Dependency.objects.visible_to(person).breached().with_ends()
    return rows.order_by("-reading__used", "pk")


def top_risks(person):
    """Open risks by exposure, highest first."""
    rows = Risk.objects.visible_to(person).filter(state="open", project__state__in=LIVE).scored()
    return rows.select_related("project", "owner").order_by("-score", "pk")


def risk_matrix(person) -> dict[tuple[int, int], int]:
    """How many open risks have each probability and impact."""
    rows = Risk.objects.visible_to(person).filter(state="open", project__state__in=LIVE)
    counted = rows.order_by().values_list("probability", "impact").annotate(n=Count("pk"))
    return {(probability, impact): n for probability, impact, n in counted}


@dataclass(frozen=True)
class Turn:
    """A project whose overall colour differs from that of an earlier day."""

    project: Project
    before: str
    after: str


def turned_since(person, day: date) -> list[Turn]:
    """Projects whose overall colour is another than at the end of that day, worst now first."""
    rows = {p.pk: p for p in Project.objects.visible_to(person).with_reading()
            .filter(Q(reading__at__gte=clock.end_of(day)))}  # fmt: skip
    before = rag_as_of(day, rows)
    turns = [
        Turn(project, before[pk].code, project.reading.code)
        for pk, project in rows.items()
        if pk in before and before[pk].code != project.reading.code
    ]
    return sorted(turns, key=lambda turn: (CODE_ORDER.index(turn.after), turn.project.pk))


def costs_in_currency(person) -> dict[str, tuple]:
    """Planned and forecast cost of live projects by currency; currencies are never added up."""
    rows = Project.objects.visible_to(person).filter(SEES_FIGURES.q(person)).live()
    rows = rows.exclude(currency="")
    totals = (
        rows.order_by()
        .values_list("currency")
        .annotate(planned=Sum("planned_cost"), forecast=Sum("forecast_cost"))
    )
    return {currency: (planned, forecast) for currency, planned, forecast in totals}
