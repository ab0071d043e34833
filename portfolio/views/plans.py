"""Programmes and portfolios: what is in them, by colour."""

from typing import Any

from django.db.models import Count, Q

from changeoffice.core.doors.pages.work import NewPage, WorkPage
from portfolio.models import Colour, Portfolio, Programme, Project
from portfolio.models.plans import Plan
from portfolio.views.project_list import COLOURS


class PlanPage(WorkPage):
    """A programme or a portfolio: what is in it, by colour."""

    template = "portfolio/plan.html"
    related = ("unit", "owner", "sponsor")
    shown = 50

    def extra(self, record: Plan) -> dict[str, Any]:
        rows = record.projects_in().visible_to(self.request.user)
        counts = rows.order_by().aggregate(
            total=Count("pk"),
            **{code: Count("pk", filter=Q(reading__overall__in=found)
                           | (Q(reading=None) if code == "not_rated" else Q(pk__in=[])))
               for code, found in COLOURS.items()},
        )  # fmt: skip
        worst = rows.with_reading().order_by("-reading__overall", "forecast_finish", "pk")
        return {
            "counts": counts, "projects": list(worst[: self.shown]),
            "list_url": f"/projects?{record.kind}={record.reference}",
            "programmes": self.programmes(record),
            "doors": [(code, counts[code]) for code in COLOURS],
        }  # fmt: skip

    def programmes(self, record) -> list[Programme]:
        return []


class ProgrammePage(PlanPage):
    work = Programme
    related = (*PlanPage.related, "portfolio")


class PortfolioPage(PlanPage):
    work = Portfolio

    def programmes(self, record: Portfolio) -> list[Programme]:
        seen = Project.objects.visible_to(self.request.user).values("pk")
        rows = Programme.objects.visible_to(self.request.user).filter(portfolio=record)
        return list(
            rows.annotate(
                total=Count("projects", filter=Q(projects__in=seen)),
                reds=Count("projects", filter=Q(projects__in=seen,
                                                projects__reading__overall=Colour.RED)),
            ).order_by("-reds", "title")[:200]
        )  # fmt: skip


class NewProgrammePage(NewPage):
    work, birth = Programme, Programme.set_up
    heading, submit_label = "New programme", "Set up programme"


class NewPortfolioPage(NewPage):
    work, birth = Portfolio, Portfolio.set_up
    heading, submit_label = "New portfolio", "Set up portfolio"
