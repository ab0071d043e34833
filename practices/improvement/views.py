"""Pages of the continual improvement register."""

from typing import Any

from django.db.models import Q

from changeoffice.core.access.rules import STAFF
from changeoffice.core.doors.pages.chips import MENU_LIMIT, chip, words_chip
from changeoffice.core.doors.pages.work import NewPage, Tab, WorkListPage, WorkPage, work_urls
from changeoffice.organisation.models import Service
from practices.improvement.filters import ORDERINGS, ImprovementFilterSet
from practices.improvement.models import Improvement, Priority


def _in(*states: str):
    return lambda person: Q(state__in=states)


class ImprovementList(WorkListPage):
    work, template, fragment = Improvement, "improvement/list.html", "improvement/_list.html"
    filterset, orderings, default_ordering = ImprovementFilterSet, ORDERINGS, "priority"
    related = ("unit", "owner", "service")
    keeps_views = True
    tabs = [
        Tab("open", "To be done", _in("noted")),
        Tab("adopted", "Became a demand", _in("adopted")),
        Tab("ended", "Done or dropped", _in("done", "dropped")),
    ]

    def around(self, rows) -> dict[str, Any]:
        services = Service.objects.visible_to(self.request.user).open()
        return {"services": services.values_list("reference", "title")[:MENU_LIMIT]}

    def extra(self) -> dict[str, Any]:
        asked = self.request.GET
        return {
            "may_add": STAFF.holds(self.request.user, None),
            "chips": [words_chip(asked, "Filter by text"),
                      chip(asked, "priority", "Priority", Priority.choices, "flag"),
                      chip(asked, "service", "Service", self.found["services"], "layers")],
        }  # fmt: skip

    def _context(self, params, wanted) -> dict[str, Any]:
        found = super()._context(params, wanted)
        several = "improvement" if found["count"] == 1 else "improvements"
        return found | {
            "count_label": f"{found['count_words']} {several}", "is_narrowed": bool(wanted),
            "tab_links": [
                {"label": item["tab"].label, "count": item["words"], "current": item["tab"] is self.tab,
                 "url": f"/improvements?view={item['tab'].slug}"} for item in found["tabs"]
            ],
        }  # fmt: skip


class ImprovementPage(WorkPage):
    work, template = Improvement, "improvement/improvement.html"
    related = ("unit", "owner", "service", "demand")

    def extra(self, record: Improvement) -> dict[str, Any]:
        person = self.request.user
        return {
            "service": record.service if record.service and record.service.is_visible_to(person) else None,
            "became": record.demand if record.demand and record.demand.is_visible_to(person) else None,
        }  # fmt: skip


class NewImprovement(NewPage):
    work, birth = Improvement, Improvement.note_down
    heading, submit_label = "Note an improvement", "Note it"


urlpatterns = work_urls(
    Improvement, listed=ImprovementList, one=ImprovementPage, new=NewImprovement
)
