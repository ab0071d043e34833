"""What an approver would sign, on one screen: six figures, each a door to where it comes from."""

from typing import Any

from changeoffice.core.doors.templatetags.formats import long_day, money, plain
from demand.models import Demand
from demand.standing import short

Figure = dict[str, Any]
SHORT = 3  # letters of a unit that stands right behind its figure


def of(demand: Demand, told: dict[str, Any]) -> list[Figure]:
    """From what the page tells anyway; only for those who see the demand's figures."""
    return [
        _value(demand, told["rank"]), _cost(demand, told["estimate"]), _risk(demand, told["frameworks"]),
        _effect(told["effects"]), _day(demand), _first(told["needs"], told["waiting"]),
    ]  # fmt: skip


def _value(demand: Demand, rank: dict[str, Any]) -> Figure:
    made = f"{demand.card.short} {plain(demand.raw_score, 1)}" if demand.raw_score else "not scored"
    place = f"{made}, rank {rank['place']} of {rank['total']}" if rank else f"{made}, not ranked"
    index = "–" if demand.score_index is None else f"{short(demand.score_index, 1)} of 100"
    return _one("gauge", "Score", index, place, "#score", rank.get("holds", ""))


def _cost(demand: Demand, estimate: dict[str, Any]) -> Figure:
    if demand.cost_likely is None:
        return _one("wallet", "Cost", "–", "not estimated", "#estimate")
    low, likely, high = (money(value, demand.currency)
                         for value in (demand.cost_low, demand.cost_likely, demand.cost_high))  # fmt: skip
    enough = f"Four chances in five that {estimate['p80']} is enough." if estimate["lines"] else ""
    told = _one("wallet", "Cost", likely, f"likely, {low} to {high}", "#estimate", enough)
    return told | {"range": (demand.cost_low, demand.cost_likely, demand.cost_high)}


def _risk(demand: Demand, frameworks: list[str]) -> Figure:
    sure = f"the estimate holds with {demand.confidence} % confidence" if demand.confidence else ""
    under = f"Under {', '.join(frameworks)}." if frameworks else ""
    rated = demand.get_risk_display() or "Not rated"
    return _one("shield-alert", "Risk of doing it", rated, sure, "#facts", under)


def _effect(effects: list[dict[str, Any]]) -> Figure:
    if not effects:
        return _one("target", "Effect", "–", "no KPI named", "#effects")
    first, others = effects[0], len(effects) - 1
    more = f" {others} more KPI{'s' if others > 1 else ''} below." if others else ""
    effect, measure = first["effect"], first["kpi"].measure
    moves = f"{effect.words} by {long_day(effect.by_on)}"
    is_short = len(measure) <= SHORT
    told = _one(
        "target", f"Effect on {first['kpi'].reference}",
        f"{first['now']} → {first['then']}{f' {measure}' if is_short else ''}",
        moves if is_short else f"{measure}, {moves}", "#effects",
        f"{first['kpi'].title}; target {first['target']}.{more}",
    )  # fmt: skip
    return told | {"readings": first["values"], "target": first["kpi"].target}


def _day(demand: Demand) -> Figure:
    if demand.mandatory_on:
        day, why = long_day(demand.mandatory_on), "a mandatory date"
    else:
        day, why = "No fixed day", "scheduled once it is approved"
    return _one("calendar", "Needed by", day, why, "#facts")


def _first(needs: list[dict[str, Any]], waiting: list[dict[str, Any]]) -> Figure:
    behind = ", ".join(row["demand"].reference for row in waiting)
    blocks = f"{behind} wait{'s' if len(waiting) == 1 else ''} for it." if waiting else ""
    if not needs:
        return _one("link-2", "What comes first", "Nothing", "it can start by itself", "#needs" if waiting else "#facts",
                    blocks)  # fmt: skip
    named = ", ".join(
        f"{row['demand'].reference} {row['demand'].state_label.lower()}" for row in needs
    )
    return _one("link-2", "What comes first", f"{len(needs)} demand{'s' if len(needs) > 1 else ''}", named,
                "#needs", blocks)  # fmt: skip


def _one(icon: str, label: str, value: str, unit: str, url: str, note: str = "") -> Figure:
    return {"icon": icon, "label": label, "value": value, "unit": unit, "url": url, "note": note}
