"""What a demand becomes in the portfolio, what it then hears, and how its trail goes on."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from changeoffice.core.doors.templatetags.formats import long_day
from changeoffice.core.ports import TrailStep
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.record.inputs import Choice, Ref
from demand import delivery
from demand.models import Demand
from demand.trail import before, since
from portfolio.lifecycle import Template
from portfolio.models import Benefit, Project
from portfolio.models.backlog import products
from portfolio.models.plans import programmes

INTO_PROJECT = {
    "programme": Ref(label="Programme", rows=programmes, key="reference", required=False),
    "template": Choice(label="Lifecycle", choices=Template.choices, initial="staged",
                       required=False),
}  # fmt: skip
INTO_EPIC = {"product": Ref(label="Product", rows=products, key="reference", required=False)}


def into_project(demand: Demand, *, by, owner, programme=None, template="") -> Project:
    """A project with the demand's facts and estimate; its effects on KPIs become benefits."""
    made = Project.start_up(
        by=by, owner=owner, programme=programme, template=template or Template.STAGED,
        planned_start=demand.starts_on, planned_finish=demand.finishes_on,
        **delivery.facts_of(demand),
    )  # fmt: skip
    for effect in demand.effects.select_related("kpi", "kpi__owner"):
        Benefit.expect(
            by=None, project=made, kpi=effect.kpi, planned_change=effect.change,
            by_on=effect.by_on,
        )  # fmt: skip
    return made


@transaction.atomic
def mirror(project: Project) -> None:
    """Show the demand how far its project has come, in per cent of gates passed."""
    gates = list(project.gates.values_list("state", flat=True))
    done = sum(state in ("passed", "conditional") for state in gates)
    if gates and project.state != "stopped":
        delivery.progressed(project, 100 * done // len(gates))


def may_import(person) -> None:
    from changeoffice.core.access.grants import grants_of

    if not grants_of(person).has("analyst", "manager", "administrator", "integration"):
        raise NotAllowed(
            "Writing projects of another system needs analyst, manager or integration."
        )


# The trail -----------------------------------------------------------------------------------------
def trail(project: Project, person) -> list[TrailStep]:
    """Idea, demand, this project, its first benefit."""
    steps = [_project_step(project, here=True), _benefit_step(project, person)]
    return [*before(project.demand, person), *steps]


def steps_of(project: Project, person) -> list[TrailStep]:
    """The project and the benefit, as its demand's trail shows them."""
    return [_project_step(project, here=False), _benefit_step(project, person)]


def card_of(project: Project) -> dict[str, Any]:
    """What a demand's card on the board says of its project."""
    return {
        "rag": project.rag.code if project.rag else "not_rated", "reference": project.reference,
        "url": project.get_absolute_url(), "stage": project.get_stage_display(),
    }  # fmt: skip


def carrying_projects() -> QuerySet:
    rows = Project.objects.exclude(demand=None).exclude(state="stopped")
    return rows.select_related("reading")


def _project_step(project: Project, *, here: bool) -> TrailStep:
    state = "done" if project.is_closed and not here else "current"
    return TrailStep(
        "project", "Project", state, "You are here" if here else project.title,
        f"{project.get_stage_display()}{since(project)}", project.reference,
        "" if here else project.get_absolute_url(),
    )  # fmt: skip


def _benefit_step(project: Project, person) -> TrailStep:
    benefits = [row for row in project.benefits.all() if row.state != "dropped"]
    if not benefits:
        return TrailStep("benefit", "Benefit", "future", "None named", "No KPI is tied to it")
    first = min(benefits, key=lambda row: (row.by_on, row.pk))
    state = "done" if all(row.state == "realised" for row in benefits) else "future"
    if not first.is_visible_to(person):
        return TrailStep("benefit", "Benefit", state, "Expected")
    more = f" and {len(benefits) - 1} more" if len(benefits) > 1 else ""
    return TrailStep("benefit", "Benefit", state, f"{first.title}{more}",
                     f"{first.state_label}, {_reading(first)}", first.reference)  # fmt: skip


def _reading(benefit: Benefit) -> str:
    if benefit.read_on is None:
        return f"first reading by {long_day(benefit.by_on)}"
    part = f"{benefit.percent}% of plan, " if benefit.percent is not None else ""
    return f"{part}read {long_day(benefit.read_on)}"
