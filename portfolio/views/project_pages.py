"""One project: why it has its colour, its gates, dates, dependencies, risks, and what comes next."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.pages import parts
from changeoffice.core.doors.pages.work import NewPage, WorkPage, seen
from changeoffice.core.doors.templatetags.formats import short_day
from changeoffice.core.record import clock
from changeoffice.core.record.models import Record
from changeoffice.core.talk.models import Follower
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


def gates_of(project: Project, milestones: list[Milestone]) -> list[Gate]:
    """The gates with their criteria, each with the milestone that stands for it."""
    rows = Gate.objects.filter(project=project).order_by("position")
    by_gate = {mark.gate_id: mark for mark in milestones if mark.gate_id}
    gates = list(rows.select_related("decided_by").prefetch_related("criteria__by"))
    for gate in gates:
        gate.project, gate.mark = project, by_gate.get(gate.pk)
    return gates


def milestones_of(project: Project, person) -> list[Milestone]:
    rows = Milestone.objects.visible_to(person).filter(project=project).exclude(state="dropped")
    found = list(rows.with_expected().order_by("baseline_on", "pk"))
    for mark in found:
        mark.project = project
    return found


def links_of(project: Project, person) -> tuple[list[Dependency], list[Dependency]]:
    """What it needs and what it gives; a contract whose other end is hidden is not there."""
    rows = Dependency.objects.visible_to(person).with_ends().exclude(state="withdrawn")
    around = Q(getter__project=project) | Q(giver__project=project)
    found = contracts.dress(rows.filter(around).order_by("-reading__used", "pk"))
    needs = [link for link in found if link.getter.project_id == project.pk]
    return needs, [link for link in found if link.giver.project_id == project.pk]


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

    def extra(self, record: Project) -> dict[str, Any]:
        person = self.request.user
        milestones = milestones_of(record, person)
        gates = gates_of(record, milestones)
        needs, gives = links_of(record, person)
        return {
            "project": record, "colour_words": colour_words(record),
            "tabs": tabs_of(record, SEES_FIGURES.holds(person, record), ""),
            "keeps": KEEPS_PROJECT.holds(person, record) and not record.is_closed,
            "explained": reasons.panel(record, person),
            "judgements": list(record.judgements.select_related("by")),
            "steps": drawing.tracker(record, gates),
            "gate": next((look_over(gate) for gate in gates if not gate.is_closed), None),
            "plan": plan_of(record, milestones, gates, needs),
            "needs": needs, "gives": gives,
            "money": ports.money(record, person),
            **self.registers(record, person),
        }  # fmt: skip

    def registers(self, project: Project, person) -> dict[str, Any]:
        mine = {"project": project}
        risks = list(
            Risk.objects.visible_to(person).scored().filter(state="open", **mine)
            .select_related("owner").order_by("-score", "pk")
        )  # fmt: skip
        issues = Issue.objects.visible_to(person).filter(state="open", **mine)
        actions = Action.objects.visible_to(person).filter(state="open", **mine)
        calls = Intervention.objects.visible_to(person).open().filter(**mine)
        benefits = Benefit.objects.visible_to(person).filter(**mine).exclude(state="dropped")
        return {
            "risks": risks[:TOP_RISKS], "risk_total": len(risks),
            "issues": list(issues.select_related("owner")),
            "actions": list(actions.select_related("owner")),
            "interventions": named_causes(calls.select_related("owner"), person),
            "benefits": list(benefits.select_related("kpi", "owner")),
        }  # fmt: skip


def named_causes(calls, person) -> list[Intervention]:
    """Each with the record behind it, where this person may see that record."""
    found = list(calls)
    about = {call.about_id for call in found if call.about_id}
    seen = {row.pk: row for row in Record.objects.visible_to(person).filter(pk__in=about)}
    shown = _promises_seen(seen, person)
    for call in found:
        call.cause_seen = seen[call.about_id] if call.about_id in shown else None
    return found


def _promises_seen(records: dict[int, Record], person) -> set[int]:
    """A promise is seen only with both its ends, which its header does not know."""
    links = [pk for pk, row in records.items() if row.kind == Dependency.kind]
    whole = set()
    if links:
        rows = Dependency.objects.visible_to(person).filter(pk__in=links)
        whole = set(rows.values_list("pk", flat=True))
    return whole | (set(records) - set(links))


def plan_of(project: Project, milestones, gates, needs) -> dict[str, Any]:
    """The bars and diamonds of a project, the axis they stand on, and what makes a day late."""
    today, visible = clock.today(), {link.pk: link for link in needs}
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
    milestones = milestones_of(project, request.user)
    gates = gates_of(project, milestones)
    needs, gives = links_of(project, request.user)
    context = head_of(project, request.user, "milestones") | {
        "plan": plan_of(project, milestones, gates, needs),
        "knock_on": knock_on(gives),
        "needs": needs,
        "gives": gives,
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
    registers = {
        "risks": list(risks.order_by("state", "-score", "pk").exclude(state="closed")),
        "issues": list(issues.order_by("state", "severity", "target_on")),
        "actions": list(actions.order_by("-state", "due_on")),
        "interventions": named_causes(calls.order_by("-pk"), person),
    }
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
