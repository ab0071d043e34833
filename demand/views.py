"""Pages of demands: board and table, one demand, a new one, moves and bulk acts from the board."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from changeoffice.core.access.rules import ANALYST, SEES_FIGURES
from changeoffice.core.approvals.models import Approval
from changeoffice.core.doors.addresses import came_from, changed
from changeoffice.core.doors.lists import COUNT_CEILING, counted
from changeoffice.core.doors.pages.bulk import BulkPage
from changeoffice.core.doors.pages.work import (
    NewPage,
    Tab,
    VerbPage,
    WorkListPage,
    WorkPage,
    seen,
)
from changeoffice.core.record import at_once, clock
from changeoffice.core.record.at_once import Queries, Sets
from changeoffice.core.record.errors import Invalid, NotNow
from changeoffice.core.record.prepared import prepared
from demand import board, bubbles, columns, consequences, standing, story, waiting
from demand.actuals import story as actuals
from demand.filters import ORDERINGS, DemandFilterSet
from demand.letters.taking import may_handle
from demand.models import Demand, Letter, Source, StageLimit
from demand.sources import asked_of
from demand.sources import shown as shown_fields
from demand.stages import StageClock
from ideation.alike_pages import looked_up

NEW = ("submitted", "screening")
TAKES_MERGED = ("submitted", "screening", "assessment", "approval")
LAYOUTS = ("board", "table")
ICONS = {"table": "table-2", "board": "square-kanban", "chart": "chart-scatter"}


def _mine(person) -> Q:
    return Q(owner=person) | Q(requester=person) | Q(sponsor=person)


def _mine_to_approve(person) -> Q:
    return Q(pk__in=Approval.objects.asked_of(person).values("record_id"))


ENDED = [*Demand.closed_states(), "deferred"]


class DemandBoard(WorkListPage):
    work, template, fragment = Demand, "demand/board.html", "demand/_list.html"
    filterset, orderings, default_ordering = DemandFilterSet, ORDERINGS, "rank"
    related = ("unit", "owner", "requester", "sponsor", "standing")
    keeps_views = True
    tabs = [
        Tab("open", "Open", lambda person: ~Q(state__in=["draft", *ENDED])),
        Tab("late", "Past limit", lambda person: Q(due_on__lt=clock.today())),
        Tab("mine", "Mine", _mine),
        Tab("approvals", "My approvals", _mine_to_approve),
        Tab("drafts", "Drafts", lambda person: Q(state="draft")),
        Tab("ended", "Ended", lambda person: Q(state__in=ENDED)),
    ]

    @property
    def layout(self) -> str:
        chosen = self.request.GET.get("layout", "")
        if chosen in LAYOUTS:
            return chosen
        return "board" if self.request.GET.get("view", "open") in ("", "open", "late") else "table"

    @property
    def is_paged(self) -> bool:
        return self.layout == "table"  # columns and bubbles are cut by themselves

    def around(self, rows) -> dict[str, Any]:
        person = self.request.user
        found = board.menus(person) | {"limits": StageLimit.rows()}
        if may_handle(person):
            found["letters"] = counted(Letter.objects.visible_to(person).filter(outcome="waiting"))
        if self.request.GET.get("view") == "approvals":
            found["asked"] = Approval.objects.asked_of(person)
        return found | board.around(rows, person) if self.layout == "board" else found

    def extra(self) -> dict[str, Any]:
        person, asked = self.request.user, self.request.GET
        found = {"layout": self.layout, "letters": self.found.get("letters", 0), "export_url": self._export_url(),
                 "shown": columns.shown(asked), "column_options": columns.chooser(asked),
                 "chips": board.chips(person, self.found, asked, with_state=self.layout == "table")}  # fmt: skip
        if self.layout == "board":
            drawer = board.Drawer(person, self.found["cards"], self.found["limits"])
            found["columns"] = [
                *board.columns(drawer, self.found, asked),
                board.closed_column(self.found["ended"]),
            ]
            cards = (card for column in found["columns"] for card in column["cards"])
            found["tells_scores"] = any(card.get("sees_figures") for card in cards)
        return found

    def _context(self, params, wanted) -> dict[str, Any]:
        found = super()._context(params, wanted)
        counts = {item["tab"].slug: item for item in found["tabs"]}
        several = "demand" if found["count"] == 1 else "demands"
        drawer = board.Drawer(self.request.user, found["rows"], self.found["limits"])
        steps = {step.record_id: step for step in self.found.get("asked", ())}
        drawn = [drawer.row(demand) | {"step": steps.get(demand.pk)} for demand in found["rows"]]
        return found | {
            "drawn": drawn, "tells_figures": any(row["sees_figures"] for row in drawn),
            "counts": counts, "tab_links": self._tab_links(found["tabs"], self.tab),
            "layouts": self._layouts(), "is_narrowed": bool(wanted),
            "count_label": f"{found['count_words']} {several}",
            "is_counted": found["count"] < COUNT_CEILING,
        }  # fmt: skip

    def _tab_links(self, tabs, current) -> list[dict[str, Any]]:
        return [{"label": item["tab"].label, "count": item["words"],
                 "url": self._link(view=item["tab"].slug, layout=None),
                 "current": item["tab"] is current}
                for item in tabs]  # fmt: skip

    def _layouts(self) -> list[dict[str, Any]]:
        asked = self.request.GET
        places = {name: f"/demands?{changed(asked, layout=name)}" for name in LAYOUTS}
        places["chart"] = f"/demands/chart?{changed(asked, layout=None)}"
        return [{"label": name.capitalize(), "icon": ICONS[name], "url": places[name],
                 "current": name == self.layout} for name in ICONS]  # fmt: skip

    def _link(self, **changes: str | None) -> str:
        return f"{self.request.path}?{changed(self.request.GET, **changes)}"

    def _export_url(self) -> str:
        return f"/api/v1/demands/?{changed(self.request.GET, view=None, layout=None, columns=None, saved=None, format='csv')}"


class DemandChart(DemandBoard):
    """The same demands, filters and views as the list, as bubbles; with a table of the same facts."""

    template, fragment = "demand/chart.html", "demand/_chart.html"
    layout, keeps_views = "chart", False

    def around(self, rows) -> dict[str, Any]:
        return super().around(rows) | bubbles.around(rows, self.request.user)

    def extra(self) -> dict[str, Any]:
        drawn = bubbles.drawn(self.found["bubbles"])
        return super().extra() | {
            "chips": board.chips(self.request.user, self.found, self.request.GET, with_state=True),
            "bubbles": drawn, "chart": bubbles.chart(drawn), "whole": self.found["whole"],
            "bare": self.found["bare"],
        }  # fmt: skip


class DemandPage(WorkPage):
    work, template = Demand, "demand/demand.html"
    related = ("unit", "owner", "requester", "sponsor", "objective", "idea", "idea__owner", "moved_by",
               "standing", "scorecard", "round_card")  # fmt: skip

    def around(self, demand: Demand) -> Sets:
        person = self.request.user
        return story.around(demand, person) | _linked(demand, person)

    def read(self, demand: Demand) -> None:
        """What its guards ask for has been read already."""
        super().read(demand)
        found = self.found
        story.join(found)
        at_once.hold(demand, stakeholders=found["stakeholders"], prerequisites=found["all_needs"],
                     effects=found["effects"], estimate_lines=found["lines"])  # fmt: skip

    def extra(self, demand: Demand) -> dict[str, Any]:
        person, found = self.request.user, self.found
        stage_clock = StageClock(dict(found["limits"]))
        age, waits = (
            stage_clock.age(demand),
            waiting.told([demand], story.asked(found["round"]))[demand.pk],
        )
        sees = SEES_FIGURES.holds(person, demand)
        return {
            "age": age, "waits": waits, "answer": story.answer(demand, age, waits, sees),
            "asker": story.asker(demand, found["steps"]),
            "stages": story.stages(demand, found["steps"], stage_clock),
            "assessment": story.assessment(demand, person, sees, found),
            "rank": standing.rank(demand, person, found), **story.needs_first(found),
            "effects": story.effects(found["effects"]),
            "estimate": story.estimate(demand, found["lines"]) if sees else {},
            "taken": actuals.taken(demand, found["actuals"], found["lines"]) if sees else {},
            "waiting_cost": actuals.waiting(demand) if sees else "",
            "smaller": consequences.smaller(demand) if sees else "",
            "approvals": story.approvals(found["round"], person), "services": found["services"],
            "design": [(name.capitalize(), words) for name, words in demand.design_requirements.items()],
            "frameworks": _frameworks(demand),
            "merged_into": next(iter(found["merged_into"]), None),
            "merged_here": found["merged_here"], "stakeholders": found["stakeholders"],
            "parts": found["parts"], "split_from": next(iter(found["split_from"]), None),
            "assesses": demand.state == "assessment" and ANALYST.holds(person, demand),
            "looks_alike": demand.state in NEW and ANALYST.holds(person, demand),
            "number_label": asked_of(demand.source).number or "Its number there",
        }  # fmt: skip


@prepared("merged_into_id", "split_from_id")
def _linked(demand: Demand, person) -> Queries:
    seen = Demand.objects.visible_to(person).as_links()
    return {
        "limits": StageLimit.rows(), "services": demand.services.visible_to(person),
        "merged_here": demand.merged_here.visible_to(person).as_links(),
        "stakeholders": demand.stakeholders.select_related("person"),
        "parts": demand.parts.visible_to(person).as_links().order_by("pk"),
        "all_needs": demand.prerequisites.all(),
        "merged_into": seen.filter(pk=demand.merged_into_id),
        "split_from": seen.filter(pk=demand.split_from_id),
    }  # fmt: skip


class AlikePage(View):
    """What already says nearly the same: is this demand new?"""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        person, demand = request.user, seen(Demand, reference, request.user)
        found = looked_up(person, demand.title, but=demand.pk)
        merges = ANALYST.holds(person, demand) and Demand.merge.allows_state(demand.state)
        for row in found:
            row.can_merge = merges and row.kind == "demand" and row.state in TAKES_MERGED
        template = "components/alike.html" if request.htmx else "doors/alike.html"
        return render(request, template, {"record": demand, "found": found})


def _frameworks(demand: Demand) -> list[str]:
    from demand.models.vocabulary import FRAMEWORKS

    names = dict(FRAMEWORKS)
    return [names.get(code, code) for code in demand.compliance_flags]


class NewDemand(NewPage):
    """One form that asks what its source needs; submit it now, or keep a draft only its requester
    sees. Choosing another source draws the form again with what was typed."""

    work, birth = Demand, Demand.raise_new
    template = dialog = "demand/new.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        if "source" not in (request.POST.get("go"), request.GET.get("go")):
            return super().post(request)
        typed = {name: request.POST.getlist(name) if item_is_many(item) else request.POST.get(name, "")
                 for name, item in self.asked().items()}  # fmt: skip
        return self.drawn(self.form_of(self.asked(), initial=typed), **self.context())

    def drawn(self, form, status: int = 200, **context: Any) -> HttpResponse:
        source = form["source"].value() or Source.BUSINESS_UNIT
        asked, (first, behind) = asked_of(source), shown_fields(source)
        if asked.number:
            number = form.fields["source_reference"]
            number.label, number.help_text = asked.number, f"For example {asked.example}."
        found = {"asked": asked, "first": [form[name] for name in first],
                 "behind": [form[name] for name in behind],
                 "is_wrong_behind": any(form[name].errors for name in behind)}  # fmt: skip
        return super().drawn(form, status, **context, **found)

    def context(self) -> dict[str, Any]:
        return {"work": Demand}

    def make(self, given: dict[str, Any]) -> HttpResponse:
        with transaction.atomic():
            demand = Demand.raise_new(by=self.request.user, **given)
            if self.request.POST.get("go") == "draft":
                messages.success(self.request, "Draft saved. Only you can see it.")
                return self.gone_to(demand.get_absolute_url())
            if missing := Demand.submit.unmet(demand):
                raise Invalid(need=missing)
            demand.submit(by=self.request.user)
        messages.success(self.request, f"{demand.reference} is with the change office.")
        return self.gone_to(demand.get_absolute_url())


def item_is_many(item) -> bool:
    return bool(getattr(item, "many", False))


class MoveOnBoard(VerbPage):
    """A verb done from the board comes back to the board."""

    work = Demand

    def gone_to(self, url: str) -> HttpResponse:
        there = came_from(self.request)
        return super().gone_to(there if urlsplit(there).path == "/demands" else url)

    def attempt(self, inputs, act, **context) -> HttpResponse:
        try:
            return super().attempt(inputs, _raising(act), **context)
        except Waiting as wait:
            messages.error(self.request, str(wait))
            return self.gone_to(context["record"].get_absolute_url())


class Waiting(Exception):
    """A move the board cannot draw a form for: say why, and stay."""


def _raising(act):
    def tried(given):
        try:
            return act(given)
        except NotNow as error:
            raise Waiting(" ".join(error.reasons)) from error

    return tried


class DemandsTogether(BulkPage):
    work = Demand
    acts = ("screen", "assign", "defer", "ask", "reject", "remind")
