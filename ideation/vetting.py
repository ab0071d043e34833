"""How an idea is judged: criteria with weights, marks of 1 to 5, and what they come to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

LOWEST, HIGHEST, OUT_OF = 1, 5, 10
HEAVIEST = 100
APART = 2  # marks that far from one another are a disagreement worth talking about


@dataclass(frozen=True)
class Criterion:
    """One thing reviewers mark. Where little is good, 1 counts as 5 does elsewhere."""

    code: str
    label: str
    hint: str = ""
    weight: int = 1
    low_is_good: bool = False

    def worth(self, mark: int) -> int:
        return LOWEST + HIGHEST - mark if self.low_is_good else mark


Criteria = Sequence[Criterion]
Marks = Mapping[str, int]
USUAL: Criteria = (
    Criterion("value", "Value", "5 is most"),
    Criterion("feasibility", "Feasibility", "5 is easy to do safely"),
    Criterion("strategic_fit", "Strategic fit", "5 is right on strategy"),
    Criterion("effort", "Effort", "1 is little, 5 is a lot", low_is_good=True),
)


def read(stored: Iterable[Mapping[str, Any]]) -> Criteria:
    """Criteria as they were kept; the usual ones where none were."""
    return tuple(Criterion(**row) for row in stored) or USUAL


def kept(criteria: Criteria) -> list[dict[str, Any]]:
    return [asdict(one) for one in criteria]


def shares(criteria: Criteria) -> dict[str, float]:
    """What each counts, as parts of one."""
    total = sum(one.weight for one in criteria)
    return {one.code: one.weight / total for one in criteria}


def in_percent(criteria: Criteria) -> list[tuple[str, int]]:
    part = shares(criteria)
    return [(one.label, round(100 * part[one.code])) for one in criteria]


def overall(criteria: Criteria, marks: Marks) -> float | None:
    """The weighted mean of the marks out of 10; of those given, where a criterion came later."""
    given = [one for one in criteria if one.code in marks]
    if not given:
        return None
    part = shares(given)
    return sum(part[one.code] * one.worth(marks[one.code]) for one in given) * OUT_OF / HIGHEST


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def spread(marks: Sequence[int]) -> tuple[int, int]:
    """The lowest and the highest of several marks."""
    return min(marks), max(marks)


def is_apart(marks: Sequence[int]) -> bool:
    return len(marks) > 1 and max(marks) - min(marks) >= APART
