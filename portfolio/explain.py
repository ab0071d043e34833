"""A reading in words: rule, reading, limits, what turns it green, who must act by when.

Rendered when shown, from codes and ids; what a person may not see is not named.
"""

from datetime import date
from typing import Any

from changeoffice.calendar.kept import working_days
from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.record import at_once
from portfolio.judging import COST, COST_SCALE, DEPENDENCIES, RISK, SCHEDULE, SCOPE, Reason
from portfolio.models import Action, Dependency, Intervention, Issue, Milestone, Project, Risk
from portfolio.models.intervention import DAYS_TO_ANSWER
from portfolio.models.rag import AMBER, CODES, DIMENSIONS, LABELS, RED, Colour, Reading
from portfolio.readings import NAMES, in_units

ACTS_IN = {RED: DAYS_TO_ANSWER, AMBER: 10}
RULES = {
    SCHEDULE: "Worst open milestone against its baseline, in working days; a gate counts double. "
              "Amber above {amber}, red above {red}.",
    COST: "Forecast at completion over budget. Amber above {amber} %, red above {red} %.",
    SCOPE: "Benefits missed, or without a reading past their day. Amber above {amber} %, "
           "red above {red} %.",
    RISK: "Highest exposure of an open risk, probability × impact. Amber above {amber}, "
          "red above {red}.",
    DEPENDENCIES: "Most of any dependency's tolerance used. Amber above {amber} %, "
                  "red above {red} %.",
}  # fmt: skip
OVERDUE_RULE = "Actions and issues past their day. Amber above {amber}, red above {red}."
NOTHING = {
    SCHEDULE: "No milestone and no planned finish.", COST: "No budget and no planned cost.",
    SCOPE: "No benefit is tied to a KPI.", RISK: "No risk, issue or action is on the register.",
    DEPENDENCIES: "It needs nothing from elsewhere.",
}  # fmt: skip


def explain(project: Project, person, reading: Reading | None = None) -> list[dict[str, Any]]:
    """Every dimension that has data or could have, worst first."""
    reading = reading or project.rag
    if reading is None:
        return []
    named = _Named(reading, person, SEES_FIGURES.holds(person, project))
    who = _who_acts(project, reading, person)
    rows = [
        _one(project, reading, at, name, named, who)
        for at, name in enumerate(DIMENSIONS)
        if at in NAMES or reading.reason[at] >= Reason.MEASURED
    ]
    return sorted(rows, key=lambda row: -row["severity"])


def _one(project, reading, at: int, name: str, named: "_Named", who: dict) -> dict[str, Any]:
    colour, reason = Colour(reading.colour[at]), reading.reason[at]
    amber, red = _limits(reading, at)
    person, by_when = who.get(at, (None, None))
    return {
        "dimension": name, "label": LABELS[name], "colour": CODES[colour],
        "severity": int(colour), "since": reading.since[at],
        "rule": _rule(at, reason, amber, red), "reading": named.words(at),
        "limits": {"amber": amber, "red": red, "unit": _unit(at, reason)},
        "turns_green": _turns_green(reading, at, amber),
        "who": person.name if person else "", "person": person,
        "by_when": by_when, "about": named.record(at),
    }  # fmt: skip


def _limits(reading: Reading, at: int) -> tuple[float, float]:
    if at not in NAMES:
        return 0, 0
    name = "overdue" if reading.reason[at] == Reason.OVERDUE else NAMES[at]
    amber, red = in_units(at, reading.limit_set.limits, name)
    return (amber / COST_SCALE, red / COST_SCALE) if at == COST else (amber, red)


def _rule(at: int, reason: int, amber: float, red: float) -> str:
    text = OVERDUE_RULE if reason == Reason.OVERDUE else RULES.get(at, "")
    return text.format(amber=f"{amber:g}", red=f"{red:g}")


def _unit(at: int, reason: int) -> str:
    if at == SCHEDULE:
        return "working days"
    if at == RISK:
        return "items" if reason == Reason.OVERDUE else "points"
    return "%"


def _turns_green(reading: Reading, at: int, amber: float) -> str:
    colour, reason = reading.colour[at], reading.reason[at]
    if reason == Reason.STALE:
        return "A status update."
    if colour not in (AMBER, RED):
        return ""
    # What was amber or red comes back at a lower value, so that colours do not flicker.
    back = amber * reading.limit_set.limits["return_to_green"] / 100
    back = f"{back:.2f}".rstrip("0").rstrip(".") if at == COST else f"{int(back // 1)}"
    return {
        SCHEDULE: f"Every open milestone at most {back} working days late; gates half of that.",
        COST: f"A forecast at most {back} % over budget.",
        SCOPE: f"At most {back} % of the benefits missed or unread.",
        RISK: f"Nothing overdue beyond {back}." if reason == Reason.OVERDUE
        else f"No open risk above {back}.",
        DEPENDENCIES: f"No dependency using more than {back} % of its tolerance.",
    }.get(at, "")  # fmt: skip


class _Named:
    """The records behind a reading, each read once and only where this person may see it."""

    def __init__(self, reading: Reading, person, sees_figures: bool) -> None:
        self.reading, self.sees_figures = reading, sees_figures
        late = reading.reason[RISK] == Reason.OVERDUE
        kinds = [(SCHEDULE, Milestone), (DEPENDENCIES, Dependency),
                 *([(RISK, Action), (RISK, Issue)] if late else [(RISK, Risk)])]  # fmt: skip
        kinds = [(at, kind) for at, kind in kinds if reading.worst[at]]
        rows = at_once.fetch(
            *(kind.objects.visible_to(person).filter(pk=reading.worst[at]) for at, kind in kinds)
        )
        self.found = {at: found[0] for (at, _), found in zip(kinds, rows, strict=True) if found}

    def record(self, at: int):
        return self.found.get(at)

    def words(self, at: int) -> str:
        """What is read, in one short sentence."""
        reason, value = self.reading.reason[at], self.reading.value[at]
        if reason == Reason.NO_DATA:
            return NOTHING.get(at, "No data.")
        if reason == Reason.STALE:
            return "Not confirmed within the cadence."
        if reason == Reason.COMPLETE:
            return "Complete."
        if at in (COST, RISK) and not self.sees_figures:
            return "The figure is for people with a role on the project."
        return self._measured(at, reason, value)

    def _measured(self, at: int, reason: int, value: int) -> str:
        what = self.record(at)
        name = what.title if what else ""
        return {
            Reason.MILESTONE: f"{name or 'A milestone'} {_lateness(value)}",
            Reason.GATE: f"{name or 'A gate'} {_lateness(value // 2 if value > 0 else value)}, "
                         "a gate counts double" if value > 0 else f"{name or 'A gate'} is on time",
            Reason.FINISH: f"The finish {_lateness(value)}",
            Reason.REPORTED_SLIP: f"Reported {_lateness(value).removeprefix('is ')}",
            Reason.BUDGET: f"Forecast {_overrun(value)}",
            Reason.PLANNED_COST: f"Forecast {_overrun(value)}",
            Reason.REPORTED_COST: f"Reported {_overrun(value)}",
            Reason.BENEFITS: f"{value} % of the benefits missed or unread",
            Reason.EXPOSURE: self._risk(what, value),
            Reason.OVERDUE: f"{value} past {'its' if value == 1 else 'their'} day",
            Reason.TOLERANCE: f"{what.reference + ' ' + name if what else 'A dependency'} "
                              f"uses {value} % of its tolerance",
        }[reason] + "."  # fmt: skip

    @staticmethod
    def _risk(risk, value: int) -> str:
        return f"{risk.reference} stands at {value}" if risk else f"Highest exposure is {value}"


def _lateness(days: int) -> str:
    if days == 0:
        return "is on time"
    words = f"{abs(days)} working day{'' if abs(days) == 1 else 's'}"
    return f"is {words} {'late' if days > 0 else 'early'}"


def _overrun(value: int) -> str:
    share = f"{abs(value) / COST_SCALE:.1f} %"
    if value == 0:
        return "on budget"
    return f"{share} {'over' if value > 0 else 'under'} budget"


def _who_acts(project: Project, reading: Reading, person) -> dict[int, tuple[Any, date | None]]:
    """The person of an open intervention and its day; else the manager within a fixed time."""
    opened = {
        row.cause: row
        for row in Intervention.objects.visible_to(person).filter(project=project).open()
        .select_related("owner")
    }  # fmt: skip
    found = {}
    for at, name in enumerate(DIMENSIONS):
        colour = reading.colour[at]
        if colour not in (RED, AMBER) and reading.reason[at] != Reason.STALE:
            continue
        row = opened.get(f"{name}:{project.pk}")
        if at == DEPENDENCIES:
            row = opened.get(f"dependency:{reading.worst[at]}")
        if row:
            found[at] = (row.owner, row.due_on)
        else:
            days = ACTS_IN.get(colour, DAYS_TO_ANSWER)  # type: ignore[call-overload]
            acts = project.owner or project.sponsor
            found[at] = (acts, working_days().add(reading.since[at], days))
    return found
