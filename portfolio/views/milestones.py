"""One milestone, and moving it: what would follow is shown before anything is saved."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from changeoffice.core.doors.pages.work import NewPage, VerbPage, WorkPage, seen
from changeoffice.core.record.inputs import form_for
from portfolio.knock_on import KnockOn, knock_on
from portfolio.models import Dependency, Milestone
from portfolio.models.milestone import PLAN_INPUTS
from portfolio.views import contracts
from portfolio.views.births import OfProject

RELATED = (
    "project", "project__reading", "owner", "unit", "gate", "expectation",
    "expectation__because",
)  # fmt: skip


class MilestonePage(WorkPage):
    work = Milestone
    template = "portfolio/milestone.html"
    related = RELATED

    def extra(self, record: Milestone) -> dict[str, Any]:
        rows = Dependency.objects.visible_to(self.request.user).with_ends()
        rows = rows.exclude(state="withdrawn")
        return {
            "mark": record,
            "gives": contracts.dress(rows.filter(giver=record)),
            "needs": contracts.dress(rows.filter(getter=record)),
            "because": because_of(record, self.request.user),
        }  # fmt: skip


def because_of(mark: Milestone, person) -> Dependency | None:
    """The promise that makes it late, when the person may see it."""
    link = mark.expected_because
    if link is None:
        return None
    return Dependency.objects.visible_to(person).with_ends().filter(pk=link.pk).first()


class MovePage(VerbPage):
    """Change the forecast: the form shows the knock-on of what is typed."""

    work = Milestone
    template, dialog = "portfolio/milestone_move.html", "portfolio/_milestone_move.html"

    def get(self, request, reference):
        return super().get(request, reference, "re-forecast")

    def post(self, request, reference):
        return super().post(request, reference, "re-forecast")


def what_if_page(request: HttpRequest, reference: str) -> HttpResponse:
    """What would move if the milestone moved to `forecast_on`; saves nothing."""
    mark = seen(Milestone, reference, request.user, RELATED)
    asked = {"forecast_on": Milestone.verbs()["re_forecast"].asks["forecast_on"]}
    typed = request.GET if "forecast_on" in request.GET else {"forecast_on": mark.expected_on}
    form = form_for(asked, request.user)(typed)
    found = None
    if form.is_valid() and mark.state == "planned":
        found = preview(knock_on(mark, form.cleaned_data["forecast_on"], request.user))
    context = {"record": mark, "mark": mark, "form": form, "preview": found}
    template = "portfolio/_what_if.html" if request.htmx else "portfolio/what_if.html"
    answer = render(request, template, context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def preview(found: KnockOn) -> dict[str, Any]:
    """The effects a person may see; what is hidden is left out and not counted."""
    moved = [row for row in found.moved if row.milestone != found.milestone]
    return {
        "day": found.forecast_on, "others": moved, "colours": found.colours,
        "links": [
            {"link": row.dependency, "slip": row.slip_after,
             "breaks": row.used_before <= 100 < row.used_after,
             "mends": row.used_after <= 100 < row.used_before}
            for row in found.dependencies
        ],
    }  # fmt: skip


class NewMilestonePage(OfProject, NewPage):
    work, birth, inputs = Milestone, Milestone.plan, PLAN_INPUTS
    heading, submit_label = "New milestone", "Add milestone"
