"""The weekly update: what is said of a project, beside the dates and colours it is about."""

from datetime import timedelta
from typing import Any

from changeoffice.core.doors.pages.work import VerbPage
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from portfolio.models import Milestone, Project
from portfolio.views import drawing, reasons
from portfolio.views.project_pages import milestone_rows


class UpdatePage(VerbPage):
    work = Project
    template = "portfolio/update.html"

    def get(self, request, reference):
        return super().get(request, reference, "confirm")

    def post(self, request, reference):
        return super().post(request, reference, "confirm")

    def _context(self, record: Project, verb, version) -> dict[str, Any]:
        found = super()._context(record, verb, version)
        if self.request.htmx:  # the dialog stands on the page that shows all this
            return found
        cadence = Office.current().cadence_days
        return found | {
            "project": record, "dates": open_dates(record, self.request.user),
            "explained": reasons.panel(record, self.request.user),
            "cadence": cadence, "next_due": clock.today() + timedelta(days=cadence),
        }  # fmt: skip


def open_dates(project: Project, person) -> list[Milestone]:
    """What is still to come, and whether the network or the calendar disagrees with it."""
    found = list(milestone_rows(project, person).filter(state="planned"))
    for mark in found:
        mark.project = project
        mark.colour = drawing.slip_colour(mark, project.rag)
        mark.is_past = mark.forecast_on < clock.today()
        mark.is_behind = mark.expected_on > mark.forecast_on
    return found
