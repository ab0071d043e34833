"""Every KPI of demand and ideas: what it means, how it is reckoned, from which stored facts.

A figure is worked out from the facts of a day and nothing else, so each day's can be read again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

WORKING_DAYS, PER_CENT, DEMANDS = "wd", "%", "demands"
LOWER, HIGHER = "lower", "higher"


class Fact(NamedTuple):
    """What is stored of a measure: its value, and how many items stand behind it."""

    value: Decimal
    n: int


Facts = Mapping[str, Fact]


@dataclass(frozen=True)
class Kpi:
    slug: str
    label: str
    definition: str
    formula: str
    unit: str
    better: str
    target: Decimal  # until a manager sets another
    reckon: Callable[[Facts], Decimal | None]
    behind: tuple[
        tuple[str, str], ...
    ]  # measures whose items add up to it, and what they are called
    beside: tuple[tuple[str, str], ...] = ()  # further stored figures worth a line

    @property
    def measures(self) -> set[str]:
        return {code for code, _ in (*self.behind, *self.beside)} | set(_asked_by(self.reckon))

    def is_met(self, value: Decimal, target: Decimal) -> bool:
        return value <= target if self.better == LOWER else value >= target

    def target_words(self, target: Decimal) -> str:
        unit = "" if self.unit == DEMANDS else self.suffix
        return f"{plain(target)}{unit} or {'less' if self.better == LOWER else 'more'}"

    @property
    def suffix(self) -> str:
        return PER_CENT if self.unit == PER_CENT else f" {self.unit}"

    def words(self, value: Decimal) -> str:
        return f"{plain(value)}{self.suffix}"


def plain(value: Decimal) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def _asked_by(reckon: Callable) -> tuple[str, ...]:
    return getattr(reckon, "measures", ())


def stored(code: str) -> Callable[[Facts], Decimal | None]:
    """The stored value itself, where anything stands behind it."""

    def reckon(facts: Facts) -> Decimal | None:
        return facts[code].value if code in facts else None

    reckon.measures = (code,)  # type: ignore[attr-defined]
    return reckon


def counted(code: str) -> Callable[[Facts], Decimal | None]:
    """How many there are; none are 0, not unknown."""

    def reckon(facts: Facts) -> Decimal | None:
        return Decimal(facts[code].n) if code in facts else Decimal(0)

    reckon.measures = (code,)  # type: ignore[attr-defined]
    return reckon


def share(part: str, *whole: str) -> Callable[[Facts], Decimal | None]:
    """The part of the whole in per cent; unknown where the whole is nothing."""

    def reckon(facts: Facts) -> Decimal | None:
        total = sum((facts[code].value for code in whole if code in facts), Decimal(0))
        if not total:
            return None
        return 100 * (facts[part].value if part in facts else Decimal(0)) / total

    reckon.measures = (part, *whole)  # type: ignore[attr-defined]
    return reckon


KPIS = {
    kpi.slug: kpi
    for kpi in (
        Kpi("time-to-decision", "Time to decision",
            "How long a demand waits from being submitted to being approved.",
            "Median of working days from submitted to approved, over demands approved in the last 90 days. "
            "The day of submission is day 0.",
            WORKING_DAYS, LOWER, Decimal(30), stored("lead_time_median"),
            (("lead_time", "Demands approved in 90 days"),),
            (("lead_time_p85", "85 of 100 within"),)),
        Kpi("decided-within-limit", "Stages left within their limit",
            "How often a demand moves on before the age limit of its stage.",
            "Stages left on or before their limit ÷ all stages with a limit that were left, last 90 days.",
            PER_CENT, HIGHER, Decimal(90), share("sla_met", "sla_stages"),
            (("sla_met", "Left within the limit"), ("sla_stages", "All stages left"))),
        Kpi("throughput", "Throughput", "How many demands are completed.",
            "Demands completed in the last 90 days.",
            DEMANDS, HIGHER, Decimal(10), counted("demands_completed"),
            (("demands_completed", "Completed in 90 days"),),),
        Kpi("work-in-progress", "Work in progress",
            "How many demands are under way at once; the more there are, the longer each takes.",
            "Demands submitted and not completed, rejected, withdrawn or merged, deferred ones among them.",
            DEMANDS, LOWER, Decimal(50), counted("demands_open"),
            (("demands_open", "Demands in progress"), ("demands_late", "Past the limit of their stage"))),
        Kpi("approval-rate", "Approval rate",
            "How many of the demands decided on are approved. Far below the target, intake lets too much "
            "through to the approvers.",
            "Demands approved ÷ demands approved or rejected, last 90 days.",
            PER_CENT, HIGHER, Decimal(60), share("demands_approved", "demands_approved", "demands_rejected"),
            (("demands_approved", "Approved in 90 days"), ("demands_rejected", "Rejected in 90 days"))),
        Kpi("forecast-accuracy", "Cost off its estimate",
            "How far what demands really cost lies from what was estimated when they were approved.",
            "Median of |actual cost ÷ estimate − 1| in per cent, over demands completed in the last 365 days "
            "whose actual cost is known.",
            PER_CENT, LOWER, Decimal(20), stored("estimate_error_median"),
            (("estimate_error", "Completed in a year, cost known"),),
            (("estimate_error_p85", "85 of 100 within"),)),
        Kpi("idea-conversion", "Ideas that become demands",
            "How many ideas of a year were worth taking up.",
            "Ideas submitted in the last 365 days that became a demand ÷ ideas submitted in those days.",
            PER_CENT, HIGHER, Decimal(15), share("ideas_converted", "ideas_submitted"),
            (("ideas_converted", "Became a demand"), ("ideas_submitted", "Submitted in a year"))),
        Kpi("time-to-answer", "Time to first answer",
            "How long the author of an idea waits until the office first does something with it.",
            "Median of working days from submission to the first review, question, answer or merge, "
            "over ideas first answered in the last 90 days.",
            WORKING_DAYS, LOWER, Decimal(10), stored("first_answer_median"),
            (("first_answer", "Ideas answered in 90 days"),),
            (("first_answer_p85", "85 of 100 within"),)),
    )
}  # fmt: skip
