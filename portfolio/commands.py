"""Writes that touch a demand and a project: one transaction, the demand locked first."""

from typing import Any

from django.db import transaction

from changeoffice.core.people.models import Person
from changeoffice.core.ports import TrailStep
from changeoffice.core.record import acting, at_once
from changeoffice.core.record.errors import NotAllowed
from changeoffice.core.record.inputs import Choice, Ref
from changeoffice.core.record.models import NamedPerson
from changeoffice.core.talk.models import Follower, follow
from changeoffice.organisation.models import staff
from demand.models import Demand
from portfolio.lifecycle import Template
from portfolio.models import Benefit, Project
from portfolio.models.plans import programmes

HAND_OVER_INPUTS = {
    "owner": Ref(label="Project manager", rows=staff, key="username", required=False,
                 hint="Whoever looks after the demand when left empty."),
    "programme": Ref(label="Programme", rows=programmes, key="reference", required=False),
    "template": Choice(label="Lifecycle", choices=Template.choices, initial="staged",
                       required=False),
}  # fmt: skip


@transaction.atomic
def hand_over(demand: Demand, *, by, at_version=None, owner=None, programme=None, template=""):
    """Delivery takes over: a project with the demand's facts, estimate, effects and followers."""
    demand.hand_over(by=by, at_version=at_version)
    made = Project.start_up(
        by=by, title=demand.title, description=demand.need, demand=demand, programme=programme,
        owner=owner or demand.owner or by, sponsor=demand.sponsor, unit=demand.unit,
        services=demand.services.all(), template=template or Template.STAGED,
        planned_start=demand.starts_on, planned_finish=demand.finishes_on,
        planned_cost=demand.cost_likely, forecast_cost=demand.cost_likely,
        currency=demand.currency, confidential=demand.confidential,
    )  # fmt: skip
    _bring_along(demand, made)
    for effect in demand.effects.select_related("kpi", "kpi__owner"):
        Benefit.expect(
            by=None, project=made, kpi=effect.kpi, planned_change=effect.change,
            by_on=effect.by_on,
        )  # fmt: skip
    return made


def _bring_along(demand: Demand, made: Project) -> None:
    """Whoever followed the demand follows the project; people named on it stay named."""
    followers = Follower.objects.filter(record_id=demand.pk).values("person_id")
    follow(made.pk, *Person.objects.filter(pk__in=followers))
    if not demand.confidential:
        return
    named = set(NamedPerson.objects.filter(record_id=demand.pk).values_list("person_id", flat=True))
    named |= {person.pk for person in (made.owner, made.sponsor, demand.owner) if person}
    NamedPerson.objects.bulk_create(
        [NamedPerson(record_id=made.pk, person_id=pk) for pk in named], ignore_conflicts=True
    )


def tell_demand(project: Project, by) -> None:
    """A closed project completes its demand; whoever closed it is whoever completed it."""
    if project.demand_id is None:
        return
    demand = Demand.objects.get(pk=project.demand_id)
    if demand.state == "in_delivery":
        with acting.through("job", f"{project.reference} closed"):
            demand.complete(by=None)


@transaction.atomic
def mirror(project: Project) -> None:
    """Show the demand how far its project has come, in per cent of gates passed."""
    if project.demand_id is None:
        return
    gates = list(project.gates.values_list("state", flat=True))
    done = sum(state in ("passed", "conditional") for state in gates)
    demand = Demand.objects.get(pk=project.demand_id)
    if gates and demand.state == "in_delivery":
        with acting.through("job", f"{project.reference} progressed"):
            demand.mirror(by=None, progress=100 * done // len(gates))


def may_import(person) -> None:
    from changeoffice.core.access.grants import grants_of

    if not grants_of(person).has("analyst", "manager", "administrator", "integration"):
        raise NotAllowed(
            "Writing projects of another system needs analyst, manager or integration."
        )


# The trail -----------------------------------------------------------------------------------------
def trail(project: Project, person) -> list[TrailStep]:
    """Idea, demand, this project, its first benefit."""
    from demand.trail import for_project

    before = for_project(project.demand, person) if project.demand is not None else []
    return [*before, _project_step(project, here=True), _benefit_step(project, person)]


def trails_of(demand_ids, person) -> dict[int, list[TrailStep]]:
    """For demands in delivery: the project and the benefit; "in progress" where not visible."""
    rows = Project.objects.filter(demand_id__in=list(demand_ids))
    visible = rows.visible_to(person).values_list("pk", flat=True)
    rows, seen = at_once.fetch(rows.prefetch_related("benefits"), visible)
    return {
        row.demand_id: [_project_step(row, here=False), _benefit_step(row, person)] if row.pk in seen
        else [TrailStep("project", "Project", "current", "In progress"),
              TrailStep("benefit", "Benefit", "future", "Expected")]
        for row in rows
    }  # fmt: skip


def cards_of(demand_ids, person) -> dict[int, dict]:
    """What a demand's card on the board says of its project."""
    rows = Project.objects.visible_to(person).filter(demand_id__in=list(demand_ids))
    found: dict[Any, dict] = {}
    for row in rows.select_related("reading").prefetch_related("gates"):
        gates = [gate.state for gate in row.gates.all()]
        done = sum(state in ("passed", "conditional") for state in gates)
        found[row.demand_id] = {
            "rag": row.rag.code if row.rag else "not_rated", "reference": row.reference,
            "url": row.get_absolute_url(), "stage": row.get_stage_display(),
            "percent": 100 * done // len(gates) if gates else 0,
        }  # fmt: skip
    return found


def _project_step(project: Project, *, here: bool) -> TrailStep:
    state = "done" if project.is_closed and not here else "current"
    return TrailStep(
        "project", "Project", state, "You are here" if here else project.title,
        project.get_stage_display(), project.reference, "" if here else project.get_absolute_url(),
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
                     f"{first.state_label}, first reading by {first.by_on:%-d %B %Y}",
                     first.reference)  # fmt: skip
