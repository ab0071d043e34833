"""What became of ideas: the demand, the project, who made it, and what it has brought so far."""

from collections.abc import Collection, Iterable

from changeoffice.core.record import at_once
from changeoffice.core.record.models import Event
from demand.models import Demand
from ideation.ports import Delivery, Gain, Step
from portfolio.models import Benefit, Project

TOLD = {
    "approved": ("approved {}", "stamp"), "active": ("started {}", "play"),
    "closed": ("closed {}, live and handed over", "rocket"),
    "realised": ("recorded what {} has brought", "target"),
}  # fmt: skip


def deliveries(ids: Collection[int], person) -> dict[int, Delivery]:
    """Of ideas whose demand is completed, in two round trips; nothing of what the person may not see."""
    wanted = Demand.objects.visible_to(person).filter(idea__in=list(ids), state="completed")
    projects = Project.objects.visible_to(person).filter(demand__in=wanted.order_by().values("pk"))
    gains = Benefit.objects.visible_to(person).filter(project__in=projects.order_by().values("pk"))
    demands, made, brought = at_once.fetch(
        wanted.select_related("owner", "sponsor"), projects.select_related("owner", "sponsor"),
        gains.exclude(state="dropped").select_related("kpi", "owner"),
    )  # fmt: skip
    project_of = {row.demand_id: row for row in made}
    gains_of: dict[int, list[Benefit]] = {}
    for row in brought:
        gains_of.setdefault(row.project_id, []).append(row)
    happened = _happened([*demands, *made, *brought])
    found = {}
    for demand in demands:
        project = project_of.get(demand.pk)
        rows = gains_of.get(project.pk, []) if project else []
        found[demand.idea_id] = _delivery(demand, project, rows, happened)
    return found


def _happened(records: list) -> dict[int, list[Event]]:
    keys = [row.pk for row in records]
    found: dict[int, list[Event]] = {}
    rows = Event.objects.filter(record_id__in=keys, after__in=TOLD).select_related("actor")
    for event in rows.order_by("at", "id") if keys else ():
        if event.before != event.after:
            found.setdefault(event.record_id, []).append(event)
    return found


def _delivery(demand: Demand, project: Project | None, rows: list[Benefit], happened) -> Delivery:
    records = [demand, *([project] if project else []), *rows]
    return Delivery(
        demand.reference, demand.get_absolute_url(), demand.state_since,
        project.reference if project else "", project.get_absolute_url() if project else "",
        _people(demand, project, rows), list(_steps(records, happened)), [_gain(row) for row in rows],
    )  # fmt: skip


def _people(demand: Demand, project: Project | None, rows: list[Benefit]) -> list:
    named = [(demand.sponsor, "Sponsor"), (demand.owner, "Analyst")]
    if project:
        named.append((project.owner, "Project manager"))
    named += [(row.owner, "Owns the benefit") for row in rows]
    return [(person, part) for person, part in named if person]


def _steps(records: Iterable, happened) -> Iterable[Step]:
    for record in records:
        told: set[str] = set()
        for event in happened.get(record.pk, ()):
            if event.after not in told:
                told.add(event.after)
                words, icon = TOLD[event.after]
                who = event.actor.name if event.actor else "The office"
                text = words.format(record.reference)
                yield Step(event.at, f"{who} {text}", event.reason, icon)


def _gain(row: Benefit) -> Gain:
    return Gain(row.kpi.title, row.kpi.measure, row.planned_change, row.realised_change,
                row.read_on, row.state_label, row.owner.name if row.owner else "")  # fmt: skip
