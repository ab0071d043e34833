"""A row's delivery confidence, kept by the day it is of: each year's file adds one."""

from datetime import date
from typing import Any

from changeoffice.core.record import clock
from portfolio.models import Confidence, Project, Scale

PARTS = ("confidence_why", "confidence_not", "confidence_scale", "confidence_on")
SAID = ("value", "scale", "not_rated_because", "rationale")
Judgements = dict[str, dict[str, str]]  # by day, as ISO text


def of(project: Project) -> Judgements:
    """What sources have said so far; what people judged here is theirs."""
    rows = sorted(project.judgements.all(), key=lambda row: (row.as_of, row.pk))
    return {
        row.as_of.isoformat(): {name: getattr(row, name) for name in SAID}
        for row in rows if row.source
    }  # fmt: skip


def gathered(values: dict[str, Any], record: Project | None, source: str) -> dict[str, Any]:
    """The parts of a judgement as one value under `confidence`, beside those of other days."""
    found = {name: value for name, value in values.items() if name not in PARTS}
    if "confidence" not in found:
        return found
    before = of(record) if record is not None else {}
    day = values.get("confidence_on") or values.get("reported_on") or clock.today()
    new = _judgement(found["confidence"], values)
    found["confidence"] = before | {day.isoformat(): new} if new else before
    return found


def _judgement(said: str | None, values: dict[str, Any]) -> dict[str, str] | None:
    """A value of the scale, or the words that stand in its place."""
    instead = values.get("confidence_not") or ""
    if not said and not instead:
        return None
    return {
        "value": said or Confidence.NOT_RATED,
        "scale": values.get("confidence_scale") or Scale.FIVE,
        "not_rated_because": "" if said else instead[:500],
        "rationale": values.get("confidence_why") or "",
    }


def new(wanted: Judgements | None, before: Judgements, source: str) -> list[dict[str, Any]]:
    """What has to be added, in the words `add_judgement` takes."""
    return [
        {"as_of": date.fromisoformat(day), "source": source, **said}
        for day, said in sorted((wanted or {}).items()) if before.get(day) != said
    ]  # fmt: skip


def words(value: Any) -> str:
    """The latest of them, as a reader says it; one alone, as a row has it, has no day yet."""
    if not value:
        return ""
    labels = dict(Confidence.choices)
    if isinstance(value, str):
        return str(labels.get(value, value))
    day, said = max(value.items())
    label = labels[said["value"]]
    return f"{label} ({date.fromisoformat(day):%-d %b %Y})"
