"""Projects out of a file, with what a reviewer believed of them on that day."""

from contextlib import AbstractContextManager
from datetime import date
from decimal import Decimal
from typing import Any

from changeoffice.calendar.office import office_days
from changeoffice.core.imports import finding
from changeoffice.core.imports.kinds import Field, WorkFile, living_on
from changeoffice.core.record import clock
from portfolio.imports import groups, judgements, past
from portfolio.imports.place import MAPPINGS
from portfolio.models import Confidence, Project, Scale

OWN_FIELDS = (
    "title", "description", "planned_start", "planned_finish", "forecast_start", "forecast_finish",
    "actual_start", "actual_finish", "planned_cost", "forecast_cost", "currency", "status_summary", "reported_on",
)  # fmt: skip
PLANS = (("planned_start", "forecast_start"), ("planned_finish", "forecast_finish"),
         ("planned_cost", "forecast_cost"))  # fmt: skip
PEOPLE = ("owner", "sponsor")
# Of a report older than the last one, only the reviewer's view still says something new.
OLD_NEWS = ("confidence",)
STATES = (("active", "Active"), ("closed", "Closed"), ("stopped", "Stopped"))

FIELDS = (
    Field("title", "Name", required=True, max=200, synonyms=("project name", "project", "title")),
    Field("description", "What it brings about", "long_text",
          synonyms=("description", "description / aims", "aims", "summary", "objectives")),
    Field("portfolio_code", "Portfolio, code", "code", synonyms=("agency code",), max=60),
    Field("portfolio_title", "Portfolio, name", synonyms=("agency", "agency name"), max=200),
    Field("programme_code", "Programme, code", "code", max=60,
          synonyms=("deptacronym", "unique investment identifier", "programme code")),
    Field("programme_title", "Programme, name", max=200,
          synonyms=("department", "ministry", "investment title", "programme")),
    Field("owner", "Project manager", "person", synonyms=("project manager", "owner", "lead")),
    Field("sponsor", "Sponsor", "person", synonyms=("sponsor", "senior responsible owner", "sro")),
    Field("unit", "Business unit", "reference", synonyms=("unit", "business unit", "division")),
    Field("state", "State", "choice", choices=STATES, synonyms=("status", "state", "phase")),
    Field("planned_start", "Planned start", "date", synonyms=("planned start", "baseline start")),
    Field("forecast_start", "Forecast start", "date", synonyms=("start date", "start", "begins"),
          hint="The first one becomes the plan where the file has none."),
    Field("planned_finish", "Planned finish", "date",
          synonyms=("baseline end date", "planned end", "baseline finish"),
          hint="Left out, the first forecast finish becomes the plan."),
    Field("forecast_finish", "Forecast finish", "date",
          synonyms=("end date", "finish", "estimated completion date", "completion date",
                    "forecast end date", "target completion")),
    Field("actual_start", "Actual start", "date", synonyms=("actual start",)),
    Field("actual_finish", "Actual finish", "date", synonyms=("actual finish", "completed on")),
    Field("planned_cost", "Planned cost", "money", synonyms=("budget", "planned cost", "baseline"),
          hint="Left out, the first forecast cost becomes the plan."),
    Field("forecast_cost", "Forecast cost", "money",
          synonyms=("total budget", "whole life cost", "forecast", "estimated cost", "cost",
                    "total project cost")),
    Field("currency", "Currency", "code", synonyms=("currency",), max=3),
    Field("status_summary", "How it stands", "long_text", synonyms=("status comment", "comment")),
    Field("reported_on", "Reported on", "date", synonyms=("as of date", "report date", "updated")),
    Field("confidence", "Delivery confidence", "choice", choices=tuple(Confidence.choices),
          synonyms=("rag", "rating", "colour rating", "ipa rag rating", "mpa rag rating",
                    "delivery confidence", "delivery confidence assessment"),
          words=judgements.words),
    Field("confidence_why", "Delivery confidence, reasons", "long_text",
          synonyms=("rating comment", "rag comment", "rationale")),
    Field("confidence_not", "Delivery confidence, why there is none",
          hint="The same column as the rating: what stands there instead of one is kept.", max=500),
    Field("confidence_scale", "Delivery confidence, steps", "choice",
          choices=tuple(Scale.choices)),
    Field("confidence_on", "Delivery confidence, as of", "date",
          hint="The day of the report when left out."),
)  # fmt: skip


class ProjectFile(WorkFile):
    name, title, model = "projects", "Projects", Project
    mappings, fields = MAPPINGS, FIELDS

    def space(self, source: str) -> str:
        return source  # as the API names projects of other systems

    def rows(self):
        related = ("programme", "programme__portfolio", "owner", "sponsor", "unit", "reading")
        return Project.objects.select_related(*related).prefetch_related("judgements")

    def values_now(self, project: Project) -> dict[str, Any]:
        return (
            {name: getattr(project, name) for name in OWN_FIELDS}
            | {name: _username(getattr(project, name)) for name in PEOPLE}
            | {"unit": project.unit.code if project.unit else "", "state": _state(project)}
            | groups.of(project)
            | {"confidence": judgements.of(project)}
        )

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = judgements.gathered(values, record, source)
        for name in PEOPLE:
            if name in found:
                found[name] = _username(finding.person(found[name], name))
        if "unit" in found:
            unit = finding.unit(found["unit"], "unit")
            found["unit"] = unit.code if unit else ""
        if "state" in found:
            found["state"] = found["state"] or "active"
        if _is_older(found, record):
            return {name: found[name] for name in OLD_NEWS if name in found}
        return groups.known(found, source)

    def create(self, values: dict[str, Any], *, source: str, by) -> Project:
        own = self._own(values)
        own = first_plan(own, {})
        with living_on(own.get("reported_on")):
            made = Project.take_over(
                by=by, programme=groups.programme(values, source, by), **own, **reported(own),
                judgements=judgements.new(values.get("confidence"), {}, source),
            )  # fmt: skip
            self._end(made, values.get("state", ""), by)
        return made

    def update(self, project: Project, changes: dict[str, Any], *, source: str, by) -> None:
        own = self._own(changes)
        now = {name: getattr(project, name) for name in OWN_FIELDS}
        own = first_plan(own, now)
        if groups.NAMES & changes.keys():
            own["programme"] = groups.programme(groups.of(project) | changes, source, by)
        told = judgements.new(changes.get("confidence"), judgements.of(project), source)
        figures = reported(now | own) if own else {}
        with living_on(own.get("reported_on"), after=project.updated_at):
            project.take_report(by=by, judgements=told, **own, **figures)
            self._end(project, changes.get("state", ""), by)

    def taking(self) -> AbstractContextManager[None]:
        return past.lived_through()

    def mark_of(self, project: Project) -> str:
        return project.rag.code if project.rag else ""

    def close(self, project: Project, *, by, reason: str) -> None:
        project.end_report(by=by, reason=reason)

    def _own(self, values: dict[str, Any]) -> dict[str, Any]:
        own = {name: values[name] for name in OWN_FIELDS if name in values}
        for name in PEOPLE:
            if name in values:
                own[name] = finding.person(values[name], name)
        if "unit" in values:
            own["unit"] = finding.unit(values["unit"], "unit")
        return own

    def _end(self, project: Project, state: str, by) -> None:
        if state in Project.closed_states() and not project.is_closed:
            project.end_report(by=by, stopped=state == "stopped",
                               reason="The source says that it has ended.")  # fmt: skip
        elif state == "active" and project.is_closed:
            project.take_up_again(by=by)


def _username(person) -> str:
    return person.username if person else ""


def _state(project: Project) -> str:
    return project.state if project.is_closed else "active"


def _is_older(values: dict[str, Any], record) -> bool:
    """A report of an earlier day than the last one adds to history and overwrites nothing."""
    day: date | None = values.get("reported_on")
    return bool(record is not None and day and record.reported_on and day < record.reported_on)


def first_plan(own: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Where nothing was ever planned, the first forecast is the plan later ones are held against."""
    found = dict(own)
    for plan, forecast in PLANS:
        if forecast in own and found.get(plan) is None and now.get(plan) is None:
            found[plan] = own[forecast]
        if plan in found and found[plan] is None and now.get(plan) is None:
            del found[plan]
    if "planned_start" not in own and _begins_too_late(now | found):
        found.pop("planned_start", None)  # a start known only later, after the first planned end
    return found


def _begins_too_late(plan: dict[str, Any]) -> bool:
    start, finish = plan.get("planned_start"), plan.get("planned_finish")
    return bool(start and finish and finish < start)


def reported(own: dict[str, Any]) -> dict[str, Any]:
    """The source's delay in working days and its cost overrun in per cent of plan."""
    planned, forecast = own.get("planned_finish"), own.get("forecast_finish")
    cost, expected = own.get("planned_cost"), own.get("forecast_cost")
    slip = office_days().slip(planned, forecast) if planned and forecast else None
    over = None
    if cost and expected is not None:
        over = min((expected - cost) / cost * 100, MOST_OVER).quantize(Decimal("0.01"))
    return {
        "reported_slip_days": slip,
        "reported_cost_percent": over,
        "confirmed_on": own.get("reported_on") or clock.today(),
    }


MOST_OVER = Decimal(1_000_000)  # per cent; what the column holds and a reader needs
