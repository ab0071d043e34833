"""Policies in words: when one applies, and whom it asks in which order."""

from collections.abc import Iterable
from typing import Any

from changeoffice.core.approvals.approvers import Kind
from changeoffice.core.approvals.picking import lanes
from changeoffice.core.doors.templatetags.formats import full_money
from changeoffice.core.people.models import Office
from changeoffice.core.record.database import work_models
from changeoffice.core.record.models import Work, work_model

NAMES = {"types": "type", "risks": "risk", "flags": "touches"}


def kinds() -> list[str]:
    """The kinds of record that are approved by policy."""
    return sorted(model.kind for model in work_models() if hasattr(model, "approval_choices"))


def choices_of(kind: str) -> dict[str, list[tuple[str, str]]]:
    """What conditions may name for this kind: types, risks and flags with their labels."""
    return work_model(kind).approval_choices


def when(kind: str, conditions: dict[str, Any]) -> str:
    """ "Cost above £50,000 and type Regulatory", or "Always"."""
    parts, currency = [], Office.current().currency
    if "cost_above" in conditions:
        parts.append(f"cost above {full_money(conditions['cost_above'], currency)}")
    if "cost_up_to" in conditions:
        parts.append(f"cost up to {full_money(conditions['cost_up_to'], currency)}")
    for name, words in NAMES.items():
        if name in conditions:
            labels = dict(choices_of(kind)[name])
            parts.append(f"{words} {_or([labels.get(one, one) for one in conditions[name]])}")
    told = " and ".join(parts)
    return told[:1].upper() + told[1:] if told else "Always"


def in_another_currency(work: Work) -> str:
    """Why no limit of the policies holds for it; nothing where they are in its own currency."""
    office, own = Office.current().currency, getattr(work, "currency", "")
    if not own or own == office:
        return ""
    return (f"{work.reference} is in {own}, and the limits of the policies are in {office}: as nothing "
            "says what one is in the other, it counts as above every limit.")  # fmt: skip


def who(order: Iterable[Iterable[str]]) -> str:
    """ "Sponsor and Finance, then Compliance", or "Nobody"."""
    told = [" and ".join(str(Kind(kind).label) for kind in lane) for lane in order]
    return ", then ".join(told) or "Nobody"


def steps(policy_steps: list[dict[str, Any]]) -> str:
    return who(lanes([policy_steps]))


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
