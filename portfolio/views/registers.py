"""Registers of parts: milestones, risks, issues, actions, interventions."""

from typing import Any, ClassVar

from django.db.models import BooleanField, ExpressionWrapper, Q

from changeoffice.core.doors.pages.chips import chip, words_chip
from changeoffice.core.doors.pages.work import NewPage, Tab, WorkPage
from changeoffice.core.record import clock
from changeoffice.core.record.models import visible
from portfolio import filters
from portfolio.models import (
    Action,
    Intervention,
    Issue,
    Milestone,
    Risk,
)
from portfolio.models.intervention import OPEN, Rung
from portfolio.models.raid import ACTION_INPUTS, APPETITE, ISSUE_INPUTS, RISK_INPUTS
from portfolio.views.births import OfProject
from portfolio.views.drawing import slip_colour
from portfolio.views.lists import ListPage, state_options
from portfolio.views.project_pages import named_causes

MINE = Tab("mine", "Mine", lambda person: Q(owner=person))


class RegisterPage(ListPage):
    """A plain register: what, in which project, whose, by when."""

    template, fragment = "portfolio/register.html", "portfolio/_register.html"
    related = ("project", "owner")
    heading: ClassVar[str]
    answer: ClassVar[str]
    row_template: ClassVar[str]
    csv_columns: ClassVar = ("reference", "title", "state", "project", "owner", "due")

    def rows(self):
        seen = ExpressionWrapper(visible(self.request.user, at="project__"), BooleanField())
        return super().rows().annotate(project_is_seen=seen)

    def chips(self, params):
        found = [words_chip(params, "Words", placeholder="Filter by words"),
                 chip(params, "state", "State", state_options(self.work), "circle-dot")]  # fmt: skip
        for name, label in (("project", "Project"), ("owner", "Owner")):
            if params.get(name):
                found.append(chip(params, name, label, [(params[name], params[name])]))
        return found

    def extra(self) -> dict[str, Any]:
        return {"heading": self.heading, "answer": self.answer, "row_template": self.row_template,
                "heads": self.heads}  # fmt: skip

    def due_of(self, row):
        return getattr(row, "due_on", None)

    def csv_row(self, row) -> dict[str, Any]:
        return {
            "reference": row.reference, "title": row.title, "state": row.state,
            "project": row.project.reference if row.project_is_seen else "", "owner": row.owner.username if row.owner else "",
            "due": self.due_of(row),
        }  # fmt: skip


class MilestoneListPage(RegisterPage):
    work, filterset = Milestone, filters.MilestoneFilterSet
    orderings, default_ordering = filters.MILESTONE_ORDERINGS, "forecast_on"
    noun, heading = ("milestone", "milestones"), "Milestones"
    answer = "The days that were promised, and what is expected of them now."
    row_template = "portfolio/_milestone_row.html"
    heads: ClassVar = ["Milestone", "Baseline", "Expected", "Slip", "Owner"]
    related = ("project__reading__limit_set", "owner", "expectation", "gate")
    tabs: ClassVar = [
        Tab("planned", "Planned", lambda person: Q(state="planned")),
        Tab("late", "Past their day",
            lambda person: Q(state="planned", forecast_on__lt=clock.today())),
        MINE, Tab("met", "Met", lambda person: Q(state="met")), Tab("all", "All"),
    ]  # fmt: skip

    def dress(self, rows):
        for row in rows:
            row.colour = slip_colour(row, row.project.rag)

    def due_of(self, row):
        return row.forecast_on


class RiskListPage(RegisterPage):
    work, filterset = Risk, filters.RiskFilterSet
    orderings, default_ordering = filters.RISK_ORDERINGS, "exposure"
    noun, heading = ("risk", "risks"), "Risks"
    answer = "What may happen, how bad it would be, and what is done about it."
    row_template = "portfolio/_risk_row.html"
    heads: ClassVar = ["Exposure", "Risk", "Response", "Next review", "Owner"]
    tabs: ClassVar = [
        Tab("open", "Open", lambda person: Q(state="open")),
        Tab("above", "Above appetite", lambda person: Q(
            state="open", pk__in=Risk.objects.above_appetite().order_by().values("pk"))),
        MINE, Tab("all", "All"),
    ]  # fmt: skip

    def extra(self):
        return super().extra() | {"appetite": APPETITE}

    def due_of(self, row):
        return row.review_on


class IssueListPage(RegisterPage):
    work, filterset = Issue, filters.IssueFilterSet
    orderings, default_ordering = filters.ISSUE_ORDERINGS, "severity"
    noun, heading = ("issue", "issues"), "Issues"
    answer = "What has gone wrong, and by when it is to be solved."
    row_template = "portfolio/_issue_row.html"
    heads: ClassVar = ["Severity", "Issue", "Target", "Owner"]
    tabs: ClassVar = [
        Tab("open", "Open", lambda person: Q(state="open")),
        Tab("late", "Late", lambda person: Q(state="open", target_on__lt=clock.today())),
        MINE, Tab("all", "All"),
    ]  # fmt: skip

    def due_of(self, row):
        return row.target_on


class ActionListPage(RegisterPage):
    work, filterset = Action, filters.ActionFilterSet
    orderings, default_ordering = filters.DUE_ORDERINGS, "due_on"
    noun, heading = ("action", "actions"), "Actions"
    answer = "Who does what by when."
    row_template = "portfolio/_due_row.html"
    heads: ClassVar = ["Action", "Due", "State", "Owner"]
    tabs: ClassVar = [
        Tab("open", "To do", lambda person: Q(state="open")),
        Tab("late", "Late", lambda person: Q(state="open", due_on__lt=clock.today())),
        MINE, Tab("all", "All"),
    ]  # fmt: skip


class InterventionListPage(RegisterPage):
    work, filterset = Intervention, filters.InterventionFilterSet
    orderings, default_ordering = filters.DUE_ORDERINGS, "due_on"
    noun, heading = ("intervention", "interventions"), "Interventions"
    answer = "What broke, who answers for it, and by when."
    row_template = "portfolio/_due_row.html"
    heads: ClassVar = ["Intervention", "Due", "State", "Owner"]
    tabs: ClassVar = [
        Tab("open", "Open", lambda person: Q(state__in=OPEN)),
        Tab("late", "Late", lambda person: Q(state__in=OPEN, due_on__lt=clock.today())),
        MINE, Tab("all", "All"),
    ]  # fmt: skip


class PartPage(WorkPage):
    """One part of a project: its facts in order, its next steps, its talk and its past."""

    template = "portfolio/part.html"
    related = ("unit", "owner", "project")
    fact_names: ClassVar[tuple[str, ...]] = ()
    text_names: ClassVar[tuple[str, ...]] = ()

    def extra(self, record) -> dict[str, Any]:
        return {
            "answer": self.answer(record), "plural": record.plural,
            "facts": [self._fact(record, name) for name in self.fact_names],
            "texts": [self._fact(record, name) for name in self.text_names if getattr(record, name)],
        }  # fmt: skip

    def _fact(self, record, name: str) -> tuple[str, Any]:
        field = record._meta.get_field(name)
        label = str(field.verbose_name).capitalize()
        shown = getattr(record, f"get_{name}_display", None)
        return label.removesuffix(" on"), shown() if shown and field.choices else getattr(
            record, name
        )

    def answer(self, record) -> str:
        return ""


class RiskPage(PartPage):
    work = Risk
    fact_names = (
        "probability", "impact", "proximity", "response", "residual_probability",
        "residual_impact", "review_on",
    )  # fmt: skip
    text_names = ("description", "response_plan")

    def answer(self, record: Risk) -> str:
        place = "above" if record.is_above_appetite else "within"
        left = f", {record.residual} once the response works" if record.residual else ""
        return f"Exposure {record.exposure} of 25, {place} the appetite of {APPETITE}{left}."


class IssuePage(PartPage):
    work = Issue
    fact_names, text_names = ("severity", "target_on"), ("description", "resolution")

    def answer(self, record: Issue) -> str:
        if record.is_closed:
            return "It is solved."
        late = "past its day, " if record.is_overdue else ""
        return f"Open, {late}to be solved by {record.target_on:%-d %B %Y}."


class ActionPage(PartPage):
    work = Action
    related = ("unit", "owner", "project", "source")
    fact_names = ("due_on", "done_on")

    def extra(self, record: Action) -> dict[str, Any]:
        source = record.source
        seen = source and type(source).objects.visible_to(self.request.user).filter(pk=source.pk)
        return super().extra(record) | {"source": source if seen and seen.exists() else None}

    def answer(self, record: Action) -> str:
        who = record.owner.name if record.owner else "Nobody yet"
        if record.state == "done":
            return f"{who} finished it on {record.done_on:%-d %B %Y}."
        late = ", which has passed" if record.is_overdue else ""
        return f"{who} does this by {record.due_on:%-d %B %Y}{late}."


class InterventionPage(PartPage):
    work = Intervention
    related = ("unit", "owner", "project", "about")
    fact_names = ("cause_since", "due_on", "rung", "ended_on")
    text_names = ("answer", "decision")

    def extra(self, record: Intervention) -> dict[str, Any]:
        [record] = named_causes([record], self.request.user)
        return super().extra(record) | {"source": record.cause_seen}

    def answer(self, record: Intervention) -> str:
        if record.is_closed:
            return f"{record.state_label} on {record.ended_on:%-d %B %Y}."
        who = record.owner.name if record.owner else "Nobody yet"
        done = "recover" if record.state == "answered" else "answer"
        day = f"{record.due_on:%-d %B %Y}"
        if record.due_on < clock.today():
            return f"{who} was to {done} by {day}; that day has passed."
        top = record.rung == Rung.BOARD
        return f"{who} {done}s by {day}{'' if top else '; after that it goes one step up'}."


class NewRiskPage(OfProject, NewPage):
    work, birth, inputs = Risk, Risk.note_down, RISK_INPUTS
    heading, submit_label = "New risk", "Add risk"


class NewIssuePage(OfProject, NewPage):
    work, birth, inputs = Issue, Issue.note_down, ISSUE_INPUTS
    heading, submit_label = "New issue", "Add issue"


class NewActionPage(OfProject, NewPage):
    work, birth, inputs = Action, Action.assign, ACTION_INPUTS
    heading, submit_label = "New action", "Assign action"
