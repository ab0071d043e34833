"""The trail around an idea or a demand: idea, demand, what carries it out, benefit."""

from changeoffice.core.doors.templatetags.formats import long_day
from changeoffice.core.ports import TrailStep
from demand import ports
from demand.models import Demand
from ideation.models import Idea

PLANNED = [
    TrailStep("project", "Delivery", "future", "Planned", "After approval and scheduling"),
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


def before(demand: Demand | None, person) -> list[TrailStep]:
    """The two upstream steps, as the page of what carries it out shows them before its own."""
    if demand is None:
        return []
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
        "demand", "Demand", state, "You are here" if here else demand.title,
        f"{demand.state_label}{since(demand)}",
        demand.reference, "" if here else demand.get_absolute_url(),
    )  # fmt: skip


def since(record) -> str:
    """What has come to its end says when."""
    return f", {long_day(record.state_since)}" if record.is_closed else ""


def with_effects(made, person, *, here: bool) -> list[TrailStep]:
    """The last two steps around an epic or a change: it, and the first KPI it is meant to move."""
    state = "done" if made.is_closed and not here else "current"
    step = TrailStep(
        made.kind, type(made).__name__, state, "You are here" if here else made.title,
        f"{made.state_label}{since(made)}", made.reference, "" if here else made.get_absolute_url(),
    )  # fmt: skip
    return [step, _effect_step(list(made.effects.select_related("kpi")), person)]


def _effect_step(effects: list, person) -> TrailStep:
    if not effects:
        return TrailStep("benefit", "Benefit", "future", "None named", "No KPI is tied to it")
    first, more = effects[0], len(effects) - 1
    if not first.kpi.is_visible_to(person):
        return TrailStep("benefit", "Benefit", "future", "Expected")
    others = f" and {more} more" if more else ""
    return TrailStep("benefit", "Benefit", "future", f"{first.kpi.title}{others}",
                     f"Expected by {first.by_on:%-d %B %Y}")  # fmt: skip


def around(made, person) -> list[TrailStep]:
    """The whole trail, as the page of an epic or a change shows it."""
    return [*before(made.demand, person), *with_effects(made, person, here=True)]


def carrier_of(kind) -> ports.Carrier:
    """An epic or a change as what carries a demand out."""

    def card(made) -> dict[str, str]:
        return {"reference": made.reference, "url": made.get_absolute_url(),
                "stage": f"{kind.__name__}, {made.state_label.lower()}"}  # fmt: skip

    return ports.Carrier(
        kind.kind,
        kind.objects.carrying,
        lambda made, who: with_effects(made, who, here=False),
        card,
    )
