"""Ideas that were delivered: what each brought, who made it, and how it got there."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from changeoffice.calendar.office import office_days
from changeoffice.core.access.rules import STAFF
from changeoffice.core.doors.templatetags.formats import long_day
from changeoffice.core.people.models import Office, Person
from changeoffice.core.record.models import Event
from changeoffice.organisation import charts
from changeoffice.organisation.models import BusinessKpi
from ideation import ports
from ideation.models import Idea
from ideation.ports import Delivery
from ideation.story import Evaluation

DAYS_A_MONTH = 30.44
STEPS = {
    "open": ("wrote it", "lightbulb"), "under_review": ("took it up", "search"),
    "vetting": ("asked for scores", "clipboard-check"), "developed": ("found it worth doing", "badge-check"),
    "promoted": ("made a demand of it", "git-branch"),
}  # fmt: skip


def ideas(person) -> QuerySet:
    """The delivered ones this person may see, with demands they may see."""
    keys = Q(pk__in=[])
    for ids in ports.delivered:
        keys |= Q(pk__in=ids(person))
    return Idea.objects.visible_to(person).filter(keys, state="promoted")


def outcome(idea: Idea, person, found: dict[str, Any], judged: Evaluation) -> dict[str, Any]:
    """What the page of an idea tells once it is delivered; before, where its demand stands."""
    known = [idea.pk] if idea.state == "promoted" else []
    delivery = ports.deliveries_of(known, person).get(idea.pk)
    if delivery is None:
        return {"onward": ports.onward_of(known, person).get(idea.pk)} if known else {}
    walked, staff = way(idea, found["steps"], delivery, judged), STAFF.holds(person, idea)
    return {
        "delivery": delivery, "gain_chart": chart(delivery, person),
        "way": walked, "took": took(walked, delivery),
        "makers": makers(idea, found["co_authors"], delivery),
        "thanks": found["thanks"], "thanks_count": found["thanks_count"],
        "has_thanked": bool(found["thanked"]), "may_thank": staff,
        "may_share": staff and bool(found["open"]),
    }  # fmt: skip


class Walked(NamedTuple):
    """One step of the way, and how many working days it took."""

    at: datetime
    text: str
    detail: str
    icon: str
    days: int | None


def way(idea: Idea, events: list[Event], delivery: Delivery, judged: Evaluation) -> list[Walked]:
    """From the first words to the last reading."""
    said = {"open": idea.problem.strip().split("\n")[0], "vetting": _scored(judged)}
    first: dict[str, Event] = {}
    for event in events:
        first.setdefault(event.after, event)
    told = [
        (event.at, f"{event.actor.name if event.actor else 'The office'} {STEPS[state][0]}",
         said.get(state, ""), STEPS[state][1])
        for state, event in first.items() if state in STEPS
    ]  # fmt: skip
    told += [
        (at, text, f"“{detail}”" if detail else "", icon)
        for at, text, detail, icon in delivery.steps
    ]
    zone, calendar, found = Office.current().zone, office_days(), []
    before: datetime | None = None
    for at, text, detail, icon in sorted(told, key=lambda step: step[0]):
        dates = [one.astimezone(zone).date() for one in (before, at) if one]
        days = max(0, calendar.slip(*dates)) if len(dates) == 2 else None
        found.append(Walked(at, text, detail, icon, days))
        before = at
    return found


def _scored(judged: Evaluation) -> str:
    if judged.overall is None:
        return ""
    return f"{judged.count} reviewer{'' if judged.count == 1 else 's'} scored it {judged.overall:g} of 10"


def took(steps: list[Walked], delivery: Delivery) -> str:
    """How long it was from the first words to the last step, and until it was in use."""
    if not steps:
        return ""
    first, last = steps[0].at, steps[-1].at
    whole, live = _span(last - first), _span(delivery.completed_at - first)
    return f"{whole} from the first words" + (
        f", {live} until it was in use" if live != whole else ""
    )


def _span(time: timedelta) -> str:
    months = round(time.days / DAYS_A_MONTH)
    n, unit = (months, "month") if months > 1 else (time.days, "day")
    return f"{n} {unit}{'' if n == 1 else 's'}"


def chart(delivery: Delivery, person) -> dict[str, Any] | None:
    """How the first KPI it was to move has moved, with what was planned and when it went live."""
    first = next((gain for gain in delivery.gains if gain.kpi_id), None)
    if first is None:
        return None
    kpi = BusinessKpi.objects.visible_to(person).filter(pk=first.kpi_id).first()
    readings = charts.newest(kpi.readings.all()) if kpi else []
    if kpi is None or len(readings) < 2:
        return None
    live = delivery.completed_at.astimezone(Office.current().zone).date()
    marks = [{"name": "Planned", "value": float(kpi.baseline + first.planned)}]
    since = next((row for row in readings if row.on >= live), None)
    if since and since is not readings[0]:
        marks.append({"name": "Live", "at": charts.day(since)})
    after = sum(row.on >= live for row in readings)
    many = f"{after} reading{'' if after == 1 else 's'}" if after else "No reading"
    last = f"the last on {long_day(readings[-1].on)}"
    told = f"{many} since it went live, {last}, in {kpi.measure}."
    return {"title": kpi.title, "link": kpi.get_absolute_url(), "takeaway": told,
            "data": charts.of_readings(kpi, readings, marks)}  # fmt: skip


def makers(idea: Idea, co_authors: list[Person], delivery: Delivery) -> list[dict[str, Any]]:
    """Everybody along the trail once, with all they did."""
    parts: dict[int, dict[str, Any]] = {}
    authors = [(idea.owner, "Had the idea")] if idea.owner else []
    for person, part in [*authors, *((one, "Co-author") for one in co_authors), *delivery.people]:
        row = parts.setdefault(person.pk, {"person": person, "parts": []})
        if part not in row["parts"]:
            row["parts"].append(part)
    return list(parts.values())


def lines(rows: list[Idea], person) -> list[dict[str, Any]]:
    """Each idea with its delivery, for a list."""
    found = ports.deliveries_of([idea.pk for idea in rows], person)
    return [{"idea": idea, "delivery": found[idea.pk]} for idea in rows if idea.pk in found]
