"""The projects that are about to change a service."""

from django.db.models import F

from changeoffice.organisation.ports import Touch
from portfolio.models import Project

MOST = 50


def projects(service, person) -> list[Touch]:
    rows = Project.objects.visible_to(person).live().filter(services=service)
    rows = rows.select_related("reading").order_by(F("forecast_finish").asc(nulls_last=True), "pk")
    return [
        Touch("project", row.reference, row.title, row.get_absolute_url(), _stands(row),
              row.forecast_finish or row.planned_finish, row.rag.code if row.rag else "not_rated")
        for row in rows[:MOST]
    ]  # fmt: skip


def _stands(project: Project) -> str:
    return project.get_stage_display() if project.state == "active" else project.state_label
