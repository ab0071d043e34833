"""Milestones out of a file, each of a project the portal knows."""

from contextlib import AbstractContextManager
from typing import Any

from changeoffice.core.imports import finding
from changeoffice.core.imports.kinds import Field, WorkFile
from changeoffice.core.record.errors import Invalid
from portfolio import engine
from portfolio.imports.place import MAPPINGS
from portfolio.models import Milestone, Project

DAYS = ("baseline_on", "forecast_on", "actual_on")
STATES = (("planned", "Planned"), ("met", "Met"), ("dropped", "Dropped"))

FIELDS = (
    Field("title", "Name", required=True, max=200, synonyms=("name", "milestone", "activity")),
    Field("project", "Project", "reference", required=True,
          hint="Its reference, or its number in the same source.",
          synonyms=("project id", "project", "project reference", "project number")),
    Field("baseline_on", "Baseline", "date", required=True,
          synonyms=("baseline", "planned date", "planned finish", "planned end", "due date")),
    Field("forecast_on", "Forecast", "date", synonyms=("forecast", "expected date", "projected")),
    Field("actual_on", "Met on", "date", synonyms=("actual date", "completed on", "met on")),
    Field("state", "Status", "choice", choices=STATES, synonyms=("status", "state")),
    Field("owner", "Owner", "person", synonyms=("owner", "responsible")),
)  # fmt: skip


class MilestoneFile(WorkFile):
    name, title, model = "milestones", "Milestones", Milestone
    mappings, fields = MAPPINGS, FIELDS

    def rows(self):
        return Milestone.objects.select_related("project__reading", "owner")

    def values_now(self, milestone: Milestone) -> dict[str, Any]:
        return {name: getattr(milestone, name) for name in ("title", "state", *DAYS)} | {
            "project": milestone.project.reference,
            "owner": milestone.owner.username if milestone.owner else "",
        }

    def meant(self, values, record, source, by) -> dict[str, Any]:
        found = dict(values)
        if "project" in found:
            project = finding.record(Project, found["project"], "project", source=source, by=by)
            if project is None:
                raise Invalid(project="Name the project it belongs to.")
            if record is not None and record.project_id != project.pk:
                raise Invalid(project=f"It belongs to {record.project.reference} here; "
                                      "a milestone does not move to another project.")  # fmt: skip
            found["project"] = project.reference
        if "owner" in found:
            owner = finding.person(found["owner"], "owner")
            found["owner"] = owner.username if owner else ""
        return _with_its_day(found, record)

    def create(self, values: dict[str, Any], *, source: str, by) -> Milestone:
        project = finding.record(Project, values["project"], "project", source=source, by=by)
        if not values.get("baseline_on"):
            raise Invalid(baseline_on="A new milestone needs the day that was promised.")
        owner = finding.person(values.get("owner"), "owner")
        given = {name: values.get(name) for name in ("title", *DAYS)}
        return Milestone.take_over(
            by=by, project=project, owner=owner, state=values.get("state") or "planned", **given
        )

    def update(self, milestone: Milestone, changes: dict[str, Any], *, source: str, by) -> None:
        own = {name: changes[name] for name in ("title", "state", *DAYS) if name in changes}
        if "owner" in changes:
            own["owner"] = finding.person(changes["owner"], "owner")
        milestone.take_report(by=by, **own)

    def taking(self) -> AbstractContextManager[None]:
        return engine.together()

    def mark_of(self, milestone: Milestone) -> str:
        return milestone.project.rag.code if milestone.project.rag else ""


def _with_its_day(values: dict[str, Any], record: Milestone | None) -> dict[str, Any]:
    """Met means a day it was met on: the one given, or the last forecast. Nothing else has one."""
    found = dict(values)
    if "state" not in found and found.get("actual_on"):
        found["state"] = "met"
    if "state" not in found:
        found.pop("actual_on", None)
        return found
    found["state"] = found["state"] or "planned"
    if found["state"] == "met":
        held = record.actual_on if record is not None else None
        found["actual_on"] = (
            found.get("actual_on") or held or found.get("forecast_on") or found.get("baseline_on")
        )
    else:
        found["actual_on"] = None
    return found
