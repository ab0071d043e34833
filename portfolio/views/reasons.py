"""Colours with their reasons: one short line for a list, the whole panel for a project's page."""

from typing import Any

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.templatetags.formats import long_day, plain, short_day
from changeoffice.core.record import at_once, clock
from portfolio.explain import explain
from portfolio.judging import COST, COST_SCALE, DEPENDENCIES, RISK, SCHEDULE, Reason
from portfolio.models import Dependency, Milestone, Project, Risk
from portfolio.models.rag import CODES, DIMENSIONS, Colour, Reading

MONEY_OR_RISK = {"cost", "risk"}
WITHOUT_FIGURES = "The figures need a role on the project."
ACTS = {
    "schedule": "replan or recover", "cost": "bring the forecast back or ask for money",
    "scope": "read the benefits", "risk": "reduce the risk or finish what is overdue",
    "dependencies": "agree how it recovers",
}  # fmt: skip
DOORS = {"schedule": "/milestones", "cost": "/finance", "risk": "/raid"}


def deciding(reading: Reading) -> int | None:
    """The dimension that gives the overall colour: the first of the worst."""
    return next((at for at, colour in enumerate(reading.colour) if colour == reading.overall), None)


def lines(projects: list[Project], person) -> dict[int, str]:
    """One short line for each project; one query for the whole page."""
    rated = {p.pk: (p, deciding(p.rag)) for p in projects if p.rag}
    wanted: dict[int, set[int]] = {SCHEDULE: set(), RISK: set(), DEPENDENCIES: set()}
    for project, at in rated.values():
        if at in wanted and project.rag.worst[at]:
            wanted[at].add(project.rag.worst[at])
    kinds = ((SCHEDULE, Milestone), (RISK, Risk), (DEPENDENCIES, Dependency))
    named = at_once.fetch(
        *(kind.objects.visible_to(person).filter(pk__in=wanted[at]) for at, kind in kinds)
    )
    known = {at: {row.pk: row for row in rows} for (at, _), rows in zip(kinds, named, strict=True)}
    return {pk: _line(project, at, known, person) for pk, (project, at) in rated.items()}


def _line(project: Project, at: int | None, known: dict[int, dict], person) -> str:
    reading = project.rag
    if reading.overall == Colour.STALE:
        return _age(project)
    if reading.overall == Colour.NO_DATA:
        return "no plan or cost yet"
    if at is None or reading.reason[at] < Reason.MEASURED:
        return ""
    what = known.get(at, {}).get(reading.worst[at])
    figures = at not in (COST, RISK) or SEES_FIGURES.holds(person, project)
    return _words(reading.reason[at], reading.value[at], what, figures)


def _age(project: Project) -> str:
    if project.confirmed_on is None:
        return "never confirmed"
    days = ((project.reported_on or clock.today()) - project.confirmed_on).days
    return f"not confirmed for {days} days"


def _words(reason: int, value: int, what: Any, figures: bool) -> str:
    name = what.title if what else ""
    late = value // 2 if reason == Reason.GATE and value > 0 else value
    if reason in (Reason.MILESTONE, Reason.GATE):
        return f"{name or 'A milestone'} {_slip(late)}"
    if reason in (Reason.FINISH, Reason.REPORTED_SLIP):
        return f"Finish {_slip(value)}"
    if reason in (Reason.BUDGET, Reason.PLANNED_COST, Reason.REPORTED_COST):
        return _cost(value) if figures else "Cost against budget"
    if reason == Reason.TOLERANCE:
        return f"{what.reference if what else 'A dependency'} at {value}% of tolerance"
    if reason == Reason.EXPOSURE:
        return f"{what.reference} at {value}" if what and figures else "Risk above the limit"
    if reason == Reason.OVERDUE:
        return f"{value} overdue" if figures else "Something is overdue"
    return f"{value}% of benefits missed or unread" if reason == Reason.BENEFITS else ""


def _slip(days: int) -> str:
    return "on time" if days == 0 else f"{abs(days)} wd {'late' if days > 0 else 'early'}"


def _cost(value: int) -> str:
    from decimal import Decimal

    share = plain(Decimal(abs(value)) / COST_SCALE, 1)
    return "on budget" if value == 0 else f"{share}% {'over' if value > 0 else 'under'} budget"


def panel(project: Project, person) -> dict[str, Any]:
    """Every dimension as the page shows it, and the sentence that answers its question."""
    reading = project.rag
    figures = SEES_FIGURES.holds(person, project)
    rows = [_row(project, row, figures) for row in explain(project, person)]
    code = reading.code if reading else "not_rated"
    return {
        "dimensions": rows, "title": f"Why this project is {CODE_WORDS[code]}",
        "sentence": sentence(project, rows, person),
        "own": project.get_own_colour_display() if project.own_colour else "",
    }  # fmt: skip


CODE_WORDS = {
    "red": "red", "amber": "amber", "green": "green", "complete": "complete",
    "not_rated": "not rated",
}  # fmt: skip


def _row(project: Project, row: dict[str, Any], figures: bool) -> dict[str, Any]:
    hidden = row["dimension"] in MONEY_OR_RISK and not figures
    about, door = row["about"], DOORS.get(row["dimension"], "")
    url = (
        about.get_absolute_url() if about else f"{project.get_absolute_url()}{door}" if door else ""
    )
    acts = row["colour"] in ("red", "amber") or row["severity"] == Colour.STALE
    rule_words, limits_words = _rule(row["rule"])
    return row | {
        "rule_words": rule_words, "limits_words": limits_words,
        "code": row["colour"], "url": "" if hidden or row["severity"] < Colour.GREEN else url,
        "reading": WITHOUT_FIGURES if hidden and row["severity"] >= Colour.GREEN else _tight(row["reading"]),
        "turns_green": "" if hidden else _tight(row["turns_green"]),
        "actor": row["person"] if acts else None, "by": row["by_when"],
        "act": "update the status" if row["severity"] == Colour.STALE
        else ACTS.get(row["dimension"], ""),
        "since": row["since"] if acts else None,
    }  # fmt: skip


def _tight(text: str) -> str:
    return text.replace(" %", "%")


def _rule(rule: str) -> tuple[str, str]:
    """What is measured, and its limits."""
    what, found, limits = _tight(rule).partition(" Amber above ")
    return what, f"Amber above {limits}" if found else ""


def sentence(project: Project, rows: list[dict[str, Any]], person) -> str:
    """Why it is this colour, and who must act by when."""
    reading = project.rag
    if reading is None:
        return "It has not been read yet."
    if reading.overall == Colour.STALE:
        return f"Its colour is not known: {_age(project)}. {_calls(rows)}".strip()
    if reading.overall == Colour.NO_DATA:
        return "It cannot be rated until it has a planned finish or milestones, and a cost."
    if reading.overall in (Colour.COMPLETE, Colour.GREEN):
        return "Nothing is beyond its limits." if reading.overall == Colour.GREEN else ""
    word, since = CODE_WORDS[CODES[Colour(reading.overall)]].capitalize(), reading.overall_since
    named = {DIMENSIONS.index(row["dimension"]): {row["about"].pk: row["about"]}
             for row in rows if row["about"]}  # fmt: skip
    because = _line(project, deciding(reading), named, person)
    reason = (
        f": {because[0].lower() + because[1:] if because[:3] not in NAMES else because}"
        if because
        else ""
    )
    return f"{word} since {long_day(since)}{reason}. {_calls(rows)}".strip()


NAMES = ("DEP", "RSK")


def _calls(rows: list[dict[str, Any]]) -> str:
    first = next((row for row in rows if row["actor"]), None)
    if first is None:
        return ""
    by = f" by {short_day(first['by'], weekday=True)}" if first["by"] else ""
    return f"{first['actor'].name} must {first['act']}{by}."
