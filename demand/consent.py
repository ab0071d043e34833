"""What an approval covers: the cost up to its P80, and the facts it was given for.

Pure functions over plain values; a demand asks them whenever something it was approved on changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from changeoffice.core.doors.templatetags.formats import money

NAMES = {"need": "what is needed", "type": "type", "risk": "risk", "title": "title", "sponsor": "sponsor",
         "compliance_flags": "control frameworks", "currency": "currency"}  # fmt: skip
FIGURES = ("risk",)


@dataclass(frozen=True)
class Consent:
    """A ceiling (None where nothing is estimated), and the facts by name."""

    ceiling: Decimal | None
    currency: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Broken:
    """Why an approval does not cover what there is now."""

    words: str  # for those who see figures
    openly: str  # for everybody


def broken(given: Consent | None, now: Consent) -> Broken | None:
    """None while what was given covers what there is now."""
    if given is None:
        return Broken("It was never asked.", "It was never asked")
    changed = changed_facts(given.facts, now.facts)
    parts = [_dearer(given, now)] if exceeds(given, now) else []
    openly = ["its cost goes beyond what was approved"] if parts else []
    if changed:
        parts.append(f"Changed: {', '.join(_name(one) for one in changed)}.")
        told = [_name(one) for one in changed if one not in FIGURES] or ["a figure"]
        openly.append(f"changed: {', '.join(told)}")
    return Broken(" ".join(parts), "; ".join(openly)) if parts else None


def exceeds(given: Consent, now: Consent) -> bool:
    """A cost nobody knows is covered by nothing; one in another currency cannot be compared."""
    if now.ceiling is None or given.ceiling is None:
        return now.ceiling is not given.ceiling
    return given.currency != now.currency or now.ceiling > given.ceiling


def changed_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names whose values differ; the order of a list says nothing."""
    return sorted(
        name for name in {*before, *after} if _plain(before.get(name)) != _plain(after.get(name))
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        return sorted(value)
    return value.strip() if isinstance(value, str) else value


def _dearer(given: Consent, now: Consent) -> str:
    before = money(given.ceiling, given.currency) if given.ceiling is not None else "no known cost"
    after = money(now.ceiling, now.currency) if now.ceiling is not None else "not estimated"
    return f"Approved up to {before}; now {after} (P80)."


def _name(name: str) -> str:
    return NAMES.get(name, f"{name} requirement")
