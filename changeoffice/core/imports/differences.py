"""What a row of a file changes on a record, and where it meets an edit made by hand."""

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.html import strip_tags
from django.utils.text import Truncator

from changeoffice.core.doors.templatetags.formats import long_day, plain
from changeoffice.core.imports.kinds import Field

SHOWN = 300  # characters of a value
Decisions = AnyMapping[tuple[int, str], str]


@dataclass
class Differences:
    """`changes` go in, `kept` is the source's last word from now on, `lines` say it to a person."""

    changes: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    raw: list[Any] = field(default_factory=list)  # whole values, to tell later whether they moved
    undecided: list[str] = field(default_factory=list)


def between(
    fields: dict[str, Field], now: dict[str, Any], said: dict[str, Any], last: dict[str, Any],
    row: int, decisions: Decisions,
) -> Differences:  # fmt: skip
    """What the file changes. What a person changed since the last import is theirs until decided."""
    current, plainly = as_kept(now), as_kept(said)
    found = Differences(kept=dict(plainly))
    for name, value in said.items():
        here, there = current.get(name), plainly[name]
        if there == here:
            continue
        by_hand = name in last and last[name] != here
        if by_hand and there == last[name]:
            continue  # the file says what it said before; the edit stands
        side = decisions.get((row, name), "") if by_hand else "file"
        if side == "file":
            found.changes[name] = value
        elif not side:
            found.kept[name] = last[name]  # asked again next time
            found.undecided.append(name)
        spec = fields.get(name) or Field(name, name.replace("_", " ").capitalize())
        found.lines.append(_line(spec, now.get(name), value, by_hand))
        found.raw.append([name, here, there])
    return found


def _line(spec: Field, old: Any, new: Any, conflict: bool) -> dict[str, Any]:
    return {"field": spec.name, "label": spec.label, "old": words(spec, old),
            "new": words(spec, new), "conflict": conflict}  # fmt: skip


def words(spec: Field, value: Any) -> str:
    """A value as a person reads it; "" for none."""
    if spec.words is not None:
        return str(spec.words(value))
    if value in (None, "", [], ()):
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if spec.choices:
        return str(dict(spec.choices).get(value, value))
    if isinstance(value, (date, datetime)):
        return long_day(value)
    if isinstance(value, Decimal):
        return plain(value, 2).removesuffix(".00")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)[:SHOWN]
    return Truncator(" ".join(strip_tags(str(value)).split()) if spec.type == "long_text"
                     else str(value)).chars(SHOWN)  # fmt: skip


def as_kept(values: dict[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them, so that what was said once compares with what is said now."""

    def one(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value.quantize(Decimal("0.01")))
        return value.isoformat() if isinstance(value, (date, datetime)) else value

    return {name: one(value) for name, value in values.items()}
