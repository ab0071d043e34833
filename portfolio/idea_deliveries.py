"""What became of ideas: the demand, the project, who made it, and what it has brought so far."""

from collections.abc import Collection

from django.db.models import QuerySet

from changeoffice.core.record import at_once
from changeoffice.organisation.models import BusinessKpi
from demand import idea_deliveries as told
from ideation.ports import Delivery, Gain
from portfolio.models import Benefit, Project


def deliveries(ids: Collection[int], person) -> dict[int, Delivery]:
    """Of ideas whose demand is completed, in two round trips; nothing of what the person may not see."""
    wanted = told.completed(ids, person)
    projects = Project.objects.visible_to(person).filter(demand__in=wanted.order_by().values("pk"))
    kpis = BusinessKpi.objects.visible_to(person).order_by().values("pk")
    gains = Benefit.objects.visible_to(person).filter(kpi__in=kpis)
    gains = gains.filter(project__in=projects.order_by().values("pk"))
    demands, made, brought = at_once.fetch(
        wanted.select_related("owner", "sponsor"), projects.select_related("owner", "sponsor"),
        gains.exclude(state="dropped").select_related("kpi", "owner"),
    )  # fmt: skip
    project_of = {row.demand_id: row for row in made}
    gains_of: dict[int, list[Benefit]] = {}
    for row in brought:
        gains_of.setdefault(row.project_id, []).append(row)
    happened = told.events_of([*demands, *made, *brought])
    found = {}
    for demand in demands:
        project = project_of.get(demand.pk)
        rows = gains_of.get(project.pk, []) if project else []
        found[demand.idea_id] = told.delivery(
            demand, project, "Project manager", happened, rows, [_gain(row) for row in rows]
        )
    return found


def _gain(row: Benefit) -> Gain:
    return Gain(row.kpi.title, row.kpi.measure, row.planned_change, row.realised_change,
                row.read_on, row.state_label, row.owner.name if row.owner else "", row.kpi_id)  # fmt: skip


def lineage(ids: Collection[int], person) -> QuerySet:
    """The demand each of these projects came from, and the idea of that."""
    rows = Project.objects.visible_to(person).filter(pk__in=ids, demand__isnull=False)
    return rows.order_by().values_list("pk", "demand_id", "demand__idea_id")
