"""Who takes part: ideas, voters, first answers and what became of them, by unit and by theme."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, QuerySet, Value

from changeoffice.core.people.models import BusinessUnit, Office, Person
from changeoffice.core.record import at_once
from ideation.answers import Percentile
from ideation.models import Idea, Theme, Vote
from ideation.models.voting import SMALLEST_GROUP


@dataclass(frozen=True)
class Line:
    """One unit or theme; rates are percentages, and nothing where there is nobody to ask."""

    name: str
    code: str
    ideas: int
    voters: int | None  # of a small unit nothing is told
    people: int
    answered: int
    median: int | None
    promoted: int

    @property
    def participation(self) -> int | None:
        if not self.people or self.voters is None:
            return None
        return round(100 * min(1, self.voters / self.people))

    @property
    def conversion(self) -> int | None:
        return round(100 * self.promoted / self.ideas) if self.ideas else None

    def row(self) -> dict[str, Any]:
        return asdict(self) | {"participation": self.participation, "conversion": self.conversion}


ALL = ""  # counted together, by nothing
COLUMNS = ["by", "name", "ideas", "voters", "people", "participation", "answered", "median",
           "promoted", "conversion"]  # fmt: skip


@dataclass(frozen=True)
class Engagement:
    units: list[Line]
    themes: list[Line]
    total: Line


def since(day: date) -> datetime:
    return datetime.combine(day, time(), Office.current().zone)


def engagement(person: Person, day: date) -> Engagement:
    """From this day on, of the ideas this person may see, so that every number opens its list."""
    ideas = Idea.objects.visible_to(person).exclude(state="draft")
    ideas = ideas.filter(submitted_at__gte=since(day)).order_by()
    staff = Person.objects.staff()
    votes = Vote.objects.filter(
        idea__in=ideas.values("pk"), person__in=staff.values("pk")
    ).order_by()
    found = at_once.fetch_named({
        "of_units": _counted(ideas, "unit_id"), "of_themes": _counted(ideas, "theme_id"),
        "from_units": _voters(votes, "person__unit_id"), "for_themes": _voters(votes, "idea__theme_id"),
        "staff": staff.order_by().values("unit_id").annotate(n=Count("pk")),
        "units": BusinessUnit.objects.filter(is_active=True), "themes": Theme.objects.all(),
        "all": _counted(ideas, ALL), "everybody": _voters(votes, ALL),
    })  # fmt: skip
    return _told(found)


def _counted(ideas: QuerySet, by: str) -> QuerySet:
    return _by(ideas, by).annotate(
        ideas=Count("pk"), answered=Count("first_answer_in"), median=Percentile("first_answer_in", 0.5),
        promoted=Count("pk", filter=Q(state="promoted")),
    )  # fmt: skip


def _voters(votes: QuerySet, by: str) -> QuerySet:
    return _by(votes, by).annotate(n=Count("person", distinct=True))


def _by(rows: QuerySet, by: str) -> QuerySet:
    return rows.values(key=Value(0) if by == ALL else F(by))


def _told(found: dict[str, Any]) -> Engagement:
    staff = {row["unit_id"]: row["n"] for row in found["staff"]}
    every = sum(staff.values())
    units = [
        _veiled(_line(unit.name, unit.code, unit.pk, found["of_units"], found["from_units"],
                      staff.get(unit.pk, 0)))
        for unit in found["units"]
    ]  # fmt: skip
    themes = [
        _line(theme.name, theme.name, theme.pk, found["of_themes"], found["for_themes"], every)
        for theme in found["themes"]
    ]
    total = _line("All", "", 0, found["all"], found["everybody"], every)
    return Engagement(_shown(units), _shown(themes), total)


def _veiled(line: Line) -> Line:
    """Who of a handful of people voted is not told."""
    return replace(line, voters=None) if line.people < SMALLEST_GROUP and line.voters else line


def _shown(lines: list[Line]) -> list[Line]:
    """Those where anything happened or could have, the most ideas first."""
    told = [line for line in lines if line.ideas or line.voters]
    return sorted(told, key=lambda line: (-line.ideas, line.name))


def _line(name, code, key, ideas: list[dict], voters: list[dict], people: int) -> Line:
    of = next((row for row in ideas if row["key"] == key), {})
    voted = next((row["n"] for row in voters if row["key"] == key), 0)
    return Line(name, code, of.get("ideas", 0), voted, people, of.get("answered", 0),
                of.get("median"), of.get("promoted", 0))  # fmt: skip


def links(line: Line, by: str, start: datetime) -> dict[str, str]:
    """The list behind each number."""
    here = {by: line.code} if line.code else {}
    base = here | {"submitted_at__gte": start.isoformat()}
    more = {"ideas": {}, "answered": {"answered": "true"}, "promoted": {"state": "promoted"}}
    found = {name: f"/ideas?{urlencode(base | extra)}" for name, extra in more.items()}
    voted = base
    if by == "unit" and line.code:
        if (line.voters or 0) < SMALLEST_GROUP:
            return found | {"voters": ""}
        voted = {"voted_from": line.code, "submitted_at__gte": start.isoformat()}
    return found | {"voters": f"/ideas?{urlencode(voted)}"}
