"""What each measure is called, what it means, and which family of rows stands behind it."""

import re
from dataclasses import dataclass
from datetime import date

from demand.models import Demand
from ideation.models import Idea
from portfolio.lifecycle import Stage
from portfolio.models import Project, Rung

COLOURS = {
    "red": "Red", "amber": "Amber", "green": "Green", "complete": "Complete",
    "not_rated": "Not rated",
}  # fmt: skip
UNREPORTED = "unreported"
STAGES = dict(Stage.choices) | {UNREPORTED: "Stage not reported"}
ITEMS, MONEY, DAYS, PER_CENT = "items", "money", "working days", "per cent"


@dataclass(frozen=True)
class Measure:
    code: str
    label: str
    family: str
    unit: str = ITEMS
    meaning: str = ""

    @property
    def is_figure(self) -> bool:
        """Money, risks and estimates are for those with a role that sees figures."""
        return (
            self.family in ("money", "plans", "risks", "estimates") or self.code == "risks_raised"
        )

    @property
    def adds_up(self) -> bool:
        """A median is no sum of its items."""
        return not self.code.endswith(("_median", "_p85"))


FIXED = {
    m.code: m
    for m in (
        Measure("projects", "Projects", "projects", meaning="Proposed, active or on hold."),
        Measure("watermelons", "Said to be green, computed as red", "projects"),
        Measure("own_colour_differs", "Own rating differs from the computed one", "projects"),
        Measure("plan_cost", "Planned cost", "plans", MONEY, "Of live projects without a budget here."),
        Measure("plan_forecast", "Forecast cost", "plans", MONEY, "Of live projects without a budget here."),
        Measure("budget", "Year budget", "money", MONEY, "Budget lines of the financial year."),
        Measure("planned", "Planned by now", "money", MONEY, "Budget of the months begun by the day."),
        Measure("spent", "Spent", "money", MONEY, "Actual cost of the months begun by the day."),
        Measure("forecast", "Year forecast", "money", MONEY, "Actual, else forecast, else budget of each month."),
        Measure("milestones_due", "Milestones in the next 8 weeks", "milestones"),
        Measure("milestones_overdue", "Milestones past their forecast", "milestones"),
        Measure("go_lives", "Go-lives in the next 30 days", "milestones"),
        Measure("milestones_promised", "Milestones promised in the last 90 days", "milestones", meaning="By baseline."),
        Measure("milestones_kept", "Milestones met by their baseline", "milestones", meaning="Of those promised in the last 90 days."),
        Measure("dependencies", "Agreed dependencies", "dependencies"),
        Measure("dependencies_breached", "Dependencies beyond tolerance", "dependencies"),
        Measure("dependencies_within", "Dependencies within tolerance", "dependencies"),
        Measure("risks", "Open risks", "risks"),
        Measure("risks_above_appetite", "Risks above appetite", "risks", meaning="Probability × impact above 12."),
        Measure("interventions", "Open interventions", "interventions"),
        Measure("interventions_overdue", "Interventions past their day", "interventions"),
        Measure("changes", "Changes", "changes", meaning="Colours that moved, gates decided, projects that changed state, dependencies that broke."),
        Measure("risks_raised", "Risks raised", "changes"),
        Measure("demands_open", "Demands in progress", "demands"),
        Measure("demands_late", "Demands past the limit of their stage", "demands"),
        Measure("demands_submitted", "Demands submitted in 90 days", "demand_flow"),
        Measure("demands_approved", "Demands approved in 90 days", "demand_flow"),
        Measure("demands_rejected", "Demands rejected in 90 days", "demand_flow"),
        Measure("demands_completed", "Demands completed in 90 days", "demand_flow", meaning="Throughput."),
        Measure("lead_time", "Time to decision", "demand_flow", DAYS, "From submitted to approved, of demands approved in 90 days."),
        Measure("sla_stages", "Stages left in 90 days", "sla", meaning="Of demands, where the stage has a limit."),
        Measure("sla_met", "Stages left within their limit", "sla"),
        Measure("estimate_error", "Actual cost off its estimate", "estimates", PER_CENT, "Of demands completed in a year whose actual cost is known."),
        Measure("ideas_open", "Ideas open", "ideas"),
        Measure("ideas_submitted", "Ideas submitted in a year", "ideas"),
        Measure("ideas_converted", "Ideas of a year that became a demand", "ideas"),
        Measure("first_answer", "Time to first answer", "idea_answers", DAYS, "Of ideas first answered in 90 days."),
    )
}  # fmt: skip
LOWER_PROJECTS = {"stopped": "Stopped projects", "closed": "Closed projects"}


def measure(code: str) -> Measure | None:
    """The measure of this code, or None; families of codes are told apart by their first word."""
    if code in FIXED:
        return FIXED[code]
    for ending, word in (("_median", "median"), ("_p85", "85 of 100 within")):
        if code.endswith(ending) and (base := measure(code.removesuffix(ending))):
            return Measure(code, f"{base.label}, {word}", base.family, base.unit, base.meaning)
    first, _, rest = code.partition("_")
    reader = READERS.get(first)
    return reader(code, rest) if reader and rest else None


def _rag(code: str, rest: str) -> Measure | None:
    return Measure(code, f"{COLOURS[rest]} projects", "projects") if rest in COLOURS else None


def _stage(code: str, rest: str) -> Measure | None:
    if rest.startswith("age_"):
        state = Demand.states.get(rest.removeprefix("age_"))
        return Measure(code, f"Days in {state.label.lower()}", "demands", DAYS) if state else None
    for stage, label in STAGES.items():
        if rest == stage:
            return Measure(code, label, "projects")
        colour = rest.removeprefix(f"{stage}_")
        if colour in COLOURS and rest == f"{stage}_{colour}":
            return Measure(code, f"{label}, {COLOURS[colour].lower()}", "projects")
    return None


def _state(code: str, rest: str) -> Measure | None:
    state = Project.states.get(rest)
    return Measure(code, f"{state.label} projects", "projects") if state else None


def _demand(code: str, rest: str) -> Measure | None:
    state = Demand.states.get(rest)
    return Measure(code, f"Demands, {state.label.lower()}", "demands") if state else None


def _idea(code: str, rest: str) -> Measure | None:
    state = Idea.states.get(rest)
    return Measure(code, f"Ideas, {state.label.lower()}", "ideas") if state else None


def _risks(code: str, rest: str) -> Measure | None:
    cell = re.fullmatch("([1-5])_([1-5])", rest)
    return (
        Measure(code, f"Risks of probability {cell[1]}, impact {cell[2]}", "risks")
        if cell
        else None
    )


def _interventions(code: str, rest: str) -> Measure | None:
    rung = dict(Rung.choices).get(int(rest[5:])) if re.fullmatch("rung_[0-9]", rest) else None
    return (
        Measure(code, f"Interventions with the {rung.lower()}", "interventions") if rung else None
    )


def _month(code: str, rest: str) -> Measure | None:
    if not re.fullmatch("20[0-9]{2}-(0[1-9]|1[0-2])", rest):
        return None
    kind = FIXED[code.partition("_")[0]].label.removeprefix("Year ").capitalize()
    return Measure(code, f"{kind}, {date.fromisoformat(f'{rest}-01'):%B %Y}", "money", MONEY)


READERS = {
    "rag": _rag, "stage": _stage, "state": _state, "demand": _demand, "idea": _idea,
    "risks": _risks, "interventions": _interventions, "budget": _month, "spent": _month,
    "forecast": _month,
}  # fmt: skip
