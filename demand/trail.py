"""The trail around an idea or a demand: idea, demand, project, benefit."""

from changeoffice.core.ports import TrailStep
from demand import ports
from demand.models import Demand
from ideation.models import Idea

PLANNED = [
    TrailStep("project", "Project", "future", "Planned", "After approval and scheduling"),
    TrailStep("benefit", "Benefit", "future", "Expected", "Measured after delivery"),
]


def of_idea(idea: Idea, person) -> list[TrailStep]:
    demand = Demand.objects.filter(idea_id=idea.pk).first()
    first = _idea_step(idea, "done" if demand else "current", here=True)
    if demand is None:
        return [
            first,
            TrailStep("demand", "Demand", "future", "Planned", "When it is promoted"),
            *PLANNED,
        ]
    return [first, *_from_demand(demand, person, here=False)]


def of_demand(demand: Demand, person) -> list[TrailStep]:
    return [_source_step(demand, person), *_from_demand(demand, person, here=True)]


def for_project(demand: Demand, person) -> list[TrailStep]:
    """The two upstream steps, as a project's page shows them before its own."""
    return [_source_step(demand, person), _demand_step(demand, person, "done", here=False)]


def _source_step(demand: Demand, person) -> TrailStep:
    if demand.idea is None:
        who = f"Raised by {demand.requester.name}" if demand.requester else ""
        return TrailStep("idea", "Source", "done", demand.get_source_display(), who)
    if not demand.idea.is_visible_to(person):
        return TrailStep("idea", "Idea", "done", "In progress")
    return _idea_step(demand.idea, "done", here=False)


def _idea_step(idea: Idea, state: str, *, here: bool) -> TrailStep:
    votes = f"{idea.vote_count:,} vote{'' if idea.vote_count == 1 else 's'}"
    return TrailStep(
        "idea", "Idea", state, "You are here" if here else idea.title,
        f"{idea.owner.name}, {votes}" if idea.owner else votes,
        idea.reference, "" if here else idea.get_absolute_url(),
    )  # fmt: skip


def _from_demand(demand: Demand, person, *, here: bool) -> list[TrailStep]:
    on = ports.trails([demand.pk], person).get(demand.pk, []) or PLANNED
    delivered = demand.state in ("in_delivery", "completed")
    state = "done" if delivered and not here else "current"
    return [_demand_step(demand, person, state, here=here), *on]


def _demand_step(demand: Demand, person, state: str, *, here: bool) -> TrailStep:
    if not demand.is_visible_to(person):
        return TrailStep("demand", "Demand", state, "In progress")
    return TrailStep(
        "demand", "Demand", state, "You are here" if here else demand.title, demand.state_label,
        demand.reference, "" if here else demand.get_absolute_url(),
    )  # fmt: skip
