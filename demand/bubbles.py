"""Demands as bubbles: risk across, value upwards, size as they are sized; only reads."""

from collections import Counter
from math import sqrt
from typing import Any

from django.db.models import F, Q, QuerySet

from changeoffice.core.access.rules import SEES_FIGURES
from changeoffice.core.doors.templatetags.formats import money
from changeoffice.core.record import at_once
from demand import scoring
from demand.inputs import SIZE_RANGES
from demand.models import Demand, Risk
from demand.standing import short

MOST = 200  # the first of them by rank; more bubbles hide each other
LEVELS = {code: place for place, code in enumerate(Risk.values, start=1)}
SMALLEST, LARGEST = 12, 54  # pixels across
GOLDEN = 0.618  # spreads those of one level without a pattern


def around(rows: QuerySet, person) -> dict[str, QuerySet | at_once.Count]:
    """What is scored and rated, where this person may see it, and how much is not."""
    seen = rows.filter(SEES_FIGURES.q(person))
    whole = ~Q(risk="") & Q(score_index__isnull=False)
    first = F("standing__rank").asc(nulls_last=True)
    return {
        "bubbles": seen.filter(whole).select_related("scorecard", "standing")
                   .order_by(first, "-score_index", "pk")[:MOST],
        "whole": at_once.Count(seen.filter(whole)),
        "bare": at_once.Count(seen.exclude(whole), 1000),
    }  # fmt: skip


def drawn(found: list[Demand]) -> list[dict[str, Any]]:
    """One row per demand, for the chart and its table alike."""
    largest = max((_money(demand) for demand in found), default=0) or 1
    level: Counter[str] = Counter()
    told = []
    for demand in found:
        value = scoring.benefit(demand.card, demand.means)
        if value is None:  # scored on a card that has no such marks any more
            continue
        level[demand.risk] += 1
        told.append(_bubble(demand, value, level[demand.risk], sqrt(_money(demand) / largest)))
    return told


def _bubble(demand: Demand, value: float, nth: int, share: float) -> dict[str, Any]:
    aside = (nth * GOLDEN % 1 - 0.5) * 0.7
    cost = money(demand.cost_likely, demand.currency) if demand.cost_likely is not None else ""
    size = ", ".join(filter(None, (demand.size, cost))) or "Not sized"
    return {
        "demand": demand, "value": short(value, 0), "risk": demand.get_risk_display(),
        "size": size, "index": short(demand.score_index, 1),
        "point": {
            "x": round(LEVELS[demand.risk] + aside, 3), "y": value,
            "size": round(SMALLEST + (LARGEST - SMALLEST) * share), "url": demand.get_absolute_url(),
            "name": f"{demand.reference} {demand.title}",
            "told": f"value {short(value, 0)}, {demand.get_risk_display().lower()} risk, {size}",
        },
    }  # fmt: skip


def _money(demand: Demand) -> float:
    """What it costs, or what its size usually costs; other currencies are taken as they are."""
    if demand.cost_likely is not None:
        return float(demand.cost_likely)
    return float(SIZE_RANGES[demand.size][1]) if demand.size else 0.0


def chart(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": "bubble", "across": ["", *Risk.labels, ""], "name_across": "Risk of doing it",
        "name_up": "Value", "points": [row["point"] for row in rows],
    }  # fmt: skip
