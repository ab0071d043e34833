"""A business KPI's readings as a chart."""

from collections.abc import Iterable
from math import ceil, floor, log10
from typing import Any

from django.db.models import QuerySet

from changeoffice.organisation.models import BusinessKpi, KpiReading

MOST = 36


def newest(readings: QuerySet[KpiReading]) -> list[KpiReading]:
    """As many as a chart shows, the oldest first."""
    return list(readings.order_by("-on")[:MOST])[::-1]


def of_readings(
    kpi: BusinessKpi, readings: list[KpiReading], marks: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """One line, with the target and the baseline beside it unless other marks are given."""
    drawn = list(marks) or [{"name": "Target", "value": float(kpi.target)},
                            {"name": "Baseline", "value": float(kpi.baseline)}]  # fmt: skip
    values = [float(row.value) for row in readings]
    low, high = _round_ends([*values, *(mark["value"] for mark in drawn if "value" in mark)])
    return {
        "min": low, "max": high, "kind": "line", "labels": [day(row) for row in readings],
        "unit": kpi.measure, "label_head": "Day", "marks": drawn,
        "series": [{"name": kpi.measure, "values": values, "style": "actual", "colour": "series-1"}],
    }  # fmt: skip


def day(reading: KpiReading) -> str:
    """As the chart names it."""
    return f"{reading.on:%-d %b %y}"


def _round_ends(values: list[float]) -> tuple[float, float]:
    """The ends of an axis around these values, at figures one would say aloud."""
    low, high = min(values), max(values)
    step = 10 ** floor(log10((high - low) or abs(high) or 1)) / 2
    ends = ((floor(low / step) - 1) * step, (ceil(high / step) + 1) * step)
    return (max(ends[0], 0), ends[1]) if low >= 0 else ends
