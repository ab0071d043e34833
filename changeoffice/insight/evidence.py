"""The items behind a number: read from history at the instant its facts were stored, then narrowed
to what a person may see today."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from changeoffice.core.doors.templatetags import formats
from changeoffice.core.record.models import Record
from changeoffice.insight import dashboard, rollup, selectors
from changeoffice.insight.measures import Measure
from changeoffice.insight.models import FactDay
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Programme


@dataclass
class Evidence:
    rows: list[rollup.Item] = field(default_factory=list)
    total: Decimal = Decimal(0)
    currency: str = ""
    fact_day: FactDay | None = None

    @property
    def count(self) -> int:
        return len(self.rows)


def behind(what: Measure, asked, person, currency: str = "") -> Evidence:
    """Three queries, whatever the number."""
    days = _fact_days(what, asked)
    if not days:
        return Evidence()
    chosen = asked.chosen
    measures = [what.code]
    if what.code == "changes" and selectors.sees_figures(person):
        measures = list(selectors.CHANGED)
    found = rollup.items(what.family, measures, days, scope=chosen.scope, scope_id=chosen.scope_id)
    if currency:
        found = [item for item in found if item.currency == currency]
    ids = {item.record_id for item in found}
    seen = set(selectors.countable(person).filter(pk__in=ids).values_list("pk", flat=True))
    rows = [item for item in found if item.record_id in seen]
    return Evidence(rows, sum((item.value for item in rows), Decimal(0)), currency, days[-1])


def _fact_days(what: Measure, asked) -> list[FactDay]:
    if what.family == "changes":
        wanted = selectors.days_between(asked.versus, asked.day)
        return list(FactDay.objects.filter(day__in=wanted).order_by("day"))
    found = rollup.ready(asked.day)
    return [found] if found else []


def dressed(page: Iterable[rollup.Item], person) -> list[dict[str, Any]]:
    """The rows of one page with their records, in the same order; two queries."""
    items = list(page)
    rows = Record.objects.visible_to(person).filter(pk__in={item.record_id for item in items})
    records = {row.pk: row for row in rows.select_related("owner", "home", "unit")}
    inside = {item.programme_id for item in items if item.programme_id}
    above = dict(
        Programme.objects.visible_to(person).filter(pk__in=inside).values_list("pk", "title")
    )
    return [
        _row(item, records[item.record_id]) | {"programme": above.get(item.programme_id or 0, "")}
        for item in items
        if item.record_id in records
    ]


def _row(item: rollup.Item, record: Record) -> dict[str, Any]:
    tell = _changed if item.measure in selectors.CHANGED else TELLERS.get(record.kind, _nothing)
    return {
        "record": record, "url": record.get_absolute_url(), "value": item.value,
        "currency": item.currency, "home": record.home if record.home_id != record.pk else None,
        "day": item.day, **tell(item),
    }  # fmt: skip


def _nothing(item: rollup.Item) -> dict[str, Any]:
    return {}


def _changed(item: rollup.Item) -> dict[str, Any]:
    words = dashboard.change_words(item.note)["words"]
    return {"words": words[:1].upper() + words[1:]}


def _project(item: rollup.Item) -> dict[str, Any]:
    return {"colour": item.note}


def _milestone(item: rollup.Item) -> dict[str, Any]:
    baseline, forecast, slip, colour = item.note.split(" ")
    words = f"Forecast {_day(forecast)}, baseline {_day(baseline)}"
    return {"words": words, "colour": colour, "slip": int(slip)}


def _day(text: str) -> str:
    return formats.short_day(date.fromisoformat(text))


def _dependency(item: rollup.Item) -> dict[str, Any]:
    slip, tolerance = map(int, item.note.split(" "))
    late = f"{slip} working days late, tolerance {tolerance}"
    return {"words": late if slip > 0 else "On time"}


def _risk(item: rollup.Item) -> dict[str, Any]:
    probability, impact = map(int, item.note.split(" "))
    return {"words": f"Probability {probability} × impact {impact} = {probability * impact}"}


def _intervention(item: rollup.Item) -> dict[str, Any]:
    return {"words": f"To be answered by {_day(item.note)}"}


def _in_state(states) -> Any:
    def told(item: rollup.Item) -> dict[str, Any]:
        state = states.get(item.note)
        return {"words": state.label if state else ""}

    return told


TELLERS = {
    "project": _project, "milestone": _milestone, "dependency": _dependency, "risk": _risk,
    "intervention": _intervention, "demand": _in_state(Demand.states), "idea": _in_state(Idea.states),
}  # fmt: skip
