"""One project: why it has its colour, its gates, dates, dependencies, risks, and what comes next."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.pages import parts
from changeoffice.core.doors.pages.work import NewPage, WorkPage, seen
from changeoffice.core.doors.templatetags.formats import short_day
from changeoffice.core.record import at_once, clock
from changeoffice.core.record.models import Record
from changeoffice.core.record.prepared import prepared
from changeoffice.core.talk.models import Follower
from demand.handed import design_of, files_of_demand, source_of
from portfolio import ports
from portfolio.models import (
    Action,
    Benefit,
    Dependency,
    Gate,
    Intervention,
    Issue,
    Milestone,
    Project,
    Risk,
)
from portfolio.models.gate import GateCriterion
from portfolio.models.project import START_INPUTS
from portfolio.models.rag import NOT_RATED
from portfolio.rules import KEEPS_PROJECT
from portfolio.views import contracts, drawing, reasons
from portfolio.views.criteria import look_over

RELATED = (
    "unit", "owner", "sponsor", "programme", "programme__portfolio", "reading",
    "reading__limit_set", "demand",
)  # fmt: skip
TOP_RISKS = 3


@dataclass(frozen=True)
class Plan:
    """A project's dates, its gates, and the promises it needs and gives."""

    milestones: list[Milestone]
    gates: list[Gate]
    needs: list[Dependency]
    gives: list[Dependency]


def milestone_rows(project: Project, person) -> QuerySet:
    rows = Milestone.objects.visible_to(person).filter(project=project).exclude(state="dropped")
    return rows.with_expected().order_by("baseline_on", "pk")


def plan_rows(project: Project, person) -> dict[str, QuerySet]:
    """What a plan is made of; a contract whose other end is hidden is not there."""
    gates = Gate.objects.filter(project=project).order_by("position")
    links = Dependency.objects.visible_to(person).with_ends().exclude(state="withdrawn")
    return {
        "gates": gates.select_related("decided_by").prefetch_related(
            Prefetch("criteria", GateCriterion.objects.select_related("by"))
        ),
        "milestones": milestone_rows(project, person),
        "links": links.touching([project]).order_by("-reading__used", "pk"),
    }  # fmt: skip


def plan_from(project: Project, found: dict[str, Any]) -> Plan:
    """Each gate with the milestone that stands for it; each promise on the side it belongs to."""
    by_gate = {mark.gate_id: mark for mark in found["milestones"] if mark.gate_id}
    for mark in found["milestones"]:
        mark.project = project
    for gate in found["gates"]:
        gate.project, gate.mark = project, by_gate.get(gate.pk)
    links = contracts.dress(found["links"])
    return Plan(
        found["milestones"], found["gates"],
        [link for link in links if link.getter.project_id == project.pk],
        [link for link in links if link.giver.project_id == project.pk],
    )  # fmt: skip


def head_of(project: Project, person, current: str) -> dict[str, Any]:
    """What stands above every page of a project: trail, tabs, buttons."""
    offers = project.open_verbs(person)
    buttons = [parts.button(project, offer) for offer in offers]
    first = next((b for b in buttons if b["available"] and b["tone"] == "primary"), None)
    figures = SEES_FIGURES.holds(person, project)
    return {
        "record": project, "project": project, "sees_figures": figures,
        "colour_words": colour_words(project),
        "buttons": buttons, "first_button": first,
        "more_buttons": parts.rest_of(buttons, first),
        "can_edit": project.editors.holds(person, project) and not project.is_closed,
        "keeps": KEEPS_PROJECT.holds(person, project) and not project.is_closed,
        "trail": parts.trail_of(project, person),
        "is_following": Follower.objects.filter(record_id=project.pk, person=person).exists(),
        "tabs": tabs_of(project, figures, current),
    }  # fmt: skip


def tabs_of(project: Project, figures: bool, current: str) -> list[dict[str, Any]]:
    known = [("", "Overview"), ("milestones", "Milestones"), ("gates", "Gates"), ("raid", "RAID")]
    known += [("finance", "Finance")] if figures else []
    here = project.get_absolute_url()
    return [
        {"label": label, "url": f"{here}/{slug}" if slug else here, "current": slug == current}
        for slug, label in known
    ]


def colour_words(project: Project) -> str:
    """The pill beside the name: the colour and since when."""
    reading = project.rag
    if reading is None:
        return ""
    if reading.overall in NOT_RATED:
        return reading.get_overall_display()
    return f"{reading.get_overall_display()} since {short_day(reading.overall_since)}"


class ProjectPage(WorkPage):
    work = Project
    template = "portfolio/project.html"
    related = RELATED

    def around(self, record: Project) -> at_once.Sets:
        return _around(record, self.request.user)

    def read(self, record: Project) -> None:
        super().read(record)
        at_once.hold(record, gates=self.found["gates"], benefits=self.found["all_benefits"])

    def extra(self, record: Project) -> dict[str, Any]:
        person, found = self.request.user, self.found
        plan = plan_from(record, found)
        return {
            "project": record, "colour_words": colour_words(record),
            "tabs": tabs_of(record, SEES_FIGURES.holds(person, record), ""),
            "keeps": KEEPS_PROJECT.holds(person, record) and not record.is_closed,
            "explained": reasons.panel(record, person),
            "judgements": found["judgements"],
            "steps": drawing.tracker(record, plan.gates),
            "gate": next((look_over(gate) for gate in plan.gates if not gate.is_closed), None),
            "plan": drawn(record, plan), "needs": plan.needs, "gives": plan.gives,
            "money": ports.money(record, person),
            "risks": found["risks"][:TOP_RISKS], "risk_total": len(found["risks"]),
            "issues": found["issues"], "actions": found["actions"],
            "interventions": named_causes(found["calls"], person),
            "benefits": found["benefits"], **asked_by_demand(record, person, found["files"]),
        }  # fmt: skip


@prepared("demand_id")
def _around(record: Project, person) -> at_once.Queries:
    mine = {"project": record}
    risks = Risk.objects.visible_to(person).scored().filter(state="open", **mine)
    issues = Issue.objects.visible_to(person).filter(state="open", **mine)
    actions = Action.objects.visible_to(person).filter(state="open", **mine)
    calls = Intervention.objects.visible_to(person).open().filter(**mine)
    benefits = Benefit.objects.visible_to(person).filter(**mine).exclude(state="dropped")
    return plan_rows(record, person) | {
        "risks": risks.select_related("owner").order_by("-score", "pk"),
        "issues": issues.select_related("owner"), "actions": actions.select_related("owner"),
        "calls": calls.select_related("owner"), "all_benefits": record.benefits.all(),
        "benefits": benefits.select_related("kpi", "owner"),
        "judgements": record.judgements.select_related("by"), "files": files_of_demand(record),
    }  # fmt: skip


def asked_by_demand(project: Project, person, files) -> dict[str, Any]:
    """What its demand asks of the service's design, and the files on it."""
    source = source_of(project, person, files)
    return source | {"design": design_of(source["source"]) if source["source"] else []}


def named_causes(calls, person) -> list[Intervention]:
    """Each with the record behind it, where this person may see that record; a promise is seen
    only with both its ends, which its header does not know."""
    found = list(calls)
    about = {call.about_id for call in found if call.about_id}
    rows, promises = at_once.fetch(
        Record.objects.visible_to(person).filter(pk__in=about),
        Dependency.objects.visible_to(person).filter(pk__in=about).values_list("pk", flat=True),
    )
    seen = {row.pk: row for row in rows if row.kind != Dependency.kind or row.pk in promises}
    for call in found:
        call.cause_seen = seen.get(call.about_id)
    return found


def drawn(project: Project, plan: Plan) -> dict[str, Any]:
    """The bars and diamonds of a project, the axis they stand on, and what makes a day late."""
    milestones, gates = plan.milestones, plan.gates
    today, visible = clock.today(), {link.pk: link for link in plan.needs}
    held = {mark.pk: mark.expected_because for mark in milestones if mark.expected_because}
    causes = {pk: visible.get(link.pk) for pk, link in held.items()}
    axis = drawing.axis_of(project, milestones, today)
    if axis is None:
        return {"rows": [], "phases": [], "ticks": [], "today": ""}
    return {
        "rows": [drawing.mark_of(mark, axis) | {"because": causes.get(mark.pk)} for mark in milestones],
        "phases": drawing.phases(project, gates, milestones, axis),
        "ticks": axis.ticks, "today": axis.at(today) if axis.first <= today < axis.last else "",
    }  # fmt: skip


def milestones_page(request: HttpRequest, reference: str) -> HttpResponse:
    project = seen(Project, reference, request.user, RELATED)
    plan = plan_from(project, at_once.fetch_named(plan_rows(project, request.user)))
    at_once.hold(project, gates=plan.gates)
    context = head_of(project, request.user, "milestones") | {
        "plan": drawn(project, plan),
        "knock_on": knock_on(plan.gives),
        "needs": plan.needs,
        "gives": plan.gives,
    }
    for row in context["plan"]["rows"]:
        row["gives"] = context["knock_on"].get(row["milestone"].pk, [])
    return render(request, "portfolio/project_milestones.html", context)


def knock_on(gives: list[Dependency]) -> dict[int, list[Dependency]]:
    """By giving milestone: the promises that hang on it."""
    found: dict[int, list[Dependency]] = {}
    for link in gives:
        found.setdefault(link.giver_id, []).append(link)
    return found


def raid_page(request: HttpRequest, reference: str) -> HttpResponse:
    """Risks and issues for those who may see them; actions and interventions for all."""
    project = seen(Project, reference, request.user, RELATED)
    person, mine = request.user, {"project": project}
    risks = Risk.objects.visible_to(person).scored().filter(**mine).select_related("owner")
    issues = Issue.objects.visible_to(person).filter(**mine).select_related("owner")
    actions = Action.objects.visible_to(person).filter(**mine).select_related("owner")
    calls = Intervention.objects.visible_to(person).filter(**mine).select_related("owner")
    registers = at_once.fetch_named({
        "risks": risks.order_by("state", "-score", "pk").exclude(state="closed"),
        "issues": issues.order_by("state", "severity", "target_on"),
        "actions": actions.order_by("-state", "due_on"), "interventions": calls.order_by("-pk"),
    })  # fmt: skip
    named_causes(registers["interventions"], person)
    cells: dict[tuple[int, int], int] = {}
    for risk in registers["risks"]:
        if risk.state == "open":
            cells[risk.probability, risk.impact] = cells.get((risk.probability, risk.impact), 0) + 1
    context = head_of(project, person, "raid") | registers | {"cells": cells}
    return render(request, "portfolio/project_raid.html", context)


class NewProjectPage(NewPage):
    work, birth, inputs = Project, Project.start_up, START_INPUTS
    heading, submit_label = "New project", "Set up project"
    template = "doors/form.html"
