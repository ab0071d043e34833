"""Scorecards: criteria with marks become one score, and a place between 0 and 100 to rank by.

Three methods are in use in the field. WSJF, weighted shortest job first (Reinertsen 2009; the sum
of parts is SAFe's form), divides what waiting costs by the size of the job. RICE multiplies reach,
impact and confidence and divides by effort. A weighted card adds up where each mark lies on its
scale. Their scores cannot be compared, so each also has an index: where it lies between the least
and the most its own card can give, on a logarithmic scale for the two that divide. An index depends
on its own marks and card only: it never moves because another demand did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Marks = Mapping[str, Any]
Weights = Mapping[str, float]

METHODS = {
    "wsjf": "WSJF: what waiting costs, divided by the size of the job",
    "rice": "RICE: reach × impact × confidence, divided by effort",
    "weighted": "Weighted: the weighted mean of where each mark lies on its scale",
}
SHORT = {"wsjf": "WSJF", "rice": "RICE", "weighted": "Weighted score"}
RATIOS = ("wsjf", "rice")
TENTH = 0.1
MOST = 10**12  # a score beyond it has no meaning, and no column
PLACES = 4


class Criterion(NamedTuple):
    """What is marked, from `low` to `high`; an inverted one lowers the score as it rises."""

    code: str
    label: str
    hint: str = ""
    low: float = 1
    high: float = 10
    weight: float = 1
    inverted: bool = False
    low_means: str = ""
    high_means: str = ""

    @property
    def is_whole(self) -> bool:
        return float(self.low).is_integer() and float(self.high).is_integer()


class Card(NamedTuple):
    method: str
    criteria: tuple[Criterion, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(item.code for item in self.criteria)

    @property
    def short(self) -> str:
        return SHORT[self.method]


@dataclass(frozen=True)
class Outcome:
    raw: float
    index: float


class Shift(NamedTuple):
    """The rank a demand would have if one criterion weighed `factor` as much, and whom it passes:
    those it would overtake, or that would overtake it, the nearest first."""

    code: str
    factor: float
    rank: int
    passed: tuple[int, ...] = ()


def card_of(method: str, rows: Iterable[Mapping[str, Any]]) -> Card:
    return Card(method, tuple(Criterion(**row) for row in rows))


def problems(card: Card) -> list[str]:
    """What keeps a card from giving scores; each says what would mend it."""
    found = [] if card.criteria else ["Add at least one criterion."]
    for item in card.criteria:
        if not item.low < item.high:
            found.append(f"{item.label}: the scale has to go up.")
        if item.weight <= 0:
            found.append(f"{item.label}: the weight has to be above zero.")
        if card.method in RATIOS and item.low <= 0:
            found.append(f"{item.label}: a scale that is divided or multiplied begins above zero.")
    if card.method in RATIOS and len({item.inverted for item in card.criteria}) < 2:
        found.append(f"{card.short} divides: it needs a criterion that raises the score, and one "
                     "that lowers it.")  # fmt: skip
    return found or _out_of_range(card)


def _out_of_range(card: Card) -> list[str]:
    """Scores no column holds, and ratios that no logarithm tells apart."""
    with np.errstate(over="ignore", under="ignore"):
        least, most = _ends(card, _weights(card, None))
    if not most < MOST:
        return [f"The highest score would be {most:.0e}. Choose narrower scales or weights."]
    if card.method in RATIOS and not least > 0:
        return ["The lowest score would be too close to zero. Choose narrower scales or weights."]
    return []


def raw_scores(card: Card, rows: npt.ArrayLike, weights: Weights | None = None) -> Floats:
    """Scores of rows of marks in the card's order; each depends on its own row only.

    `weights` are factors on the card's own, 1 where not given. Raises ValueError where a card
    that divides meets a mark that is not above zero.
    """
    return _raw(card, _table(card, rows), _weights(card, weights))


def indexes(card: Card, rows: npt.ArrayLike, weights: Weights | None = None) -> Floats:
    """Where each row lies between the least and the most the card can give, 0 to 100."""
    held = _weights(card, weights)
    found = _raw(card, _table(card, rows), held)
    least, most = _ends(card, held)
    if card.method in RATIOS:
        found, least, most = np.log(found), np.log(least), np.log(most)
    placed: Floats = np.round(100 * np.clip((found - least) / (most - least), 0, 1), PLACES)
    return placed


def outcome(card: Card, marks: Marks) -> Outcome:
    row = [[float(marks[code]) for code in card.codes]]
    return Outcome(float(raw_scores(card, row)[0]), float(indexes(card, row)[0]))


def benefit(card: Card, marks: Marks) -> float | None:
    """Where the marks that raise the score lie on their scales together, 0 to 100, whatever the job
    takes; RICE's scales are read as its product is, by their logarithm."""
    total = weight = 0.0
    for item in card.criteria:
        if not item.inverted and item.code in marks:
            mark, low, high = float(marks[item.code]), float(item.low), float(item.high)
            if card.method == "rice":
                mark, low, high = np.log(mark), np.log(low), np.log(high)
            total += float(item.weight) * (mark - low) / (high - low)
            weight += float(item.weight)
    return round(100 * total / weight, 1) if weight else None


def means(card: Card, given: Sequence[Marks]) -> dict[str, float]:
    """The mean mark of each criterion over a round, to two decimals."""
    return {
        code: round(sum(float(one[code]) for one in given) / len(given), 2) for code in card.codes
    }


def _table(card: Card, rows: npt.ArrayLike) -> Floats:
    table = np.asarray(rows, dtype=np.float64).reshape(-1, len(card.criteria))
    if card.method in RATIOS and (table <= 0).any():
        raise ValueError("a mark that is divided or multiplied is above zero")
    return table


def _weights(card: Card, factors: Weights | None) -> Floats:
    given = factors or {}
    return np.array([float(item.weight) * given.get(item.code, 1.0) for item in card.criteria])


def _raw(card: Card, table: Floats, weights: Floats) -> Floats:
    lowers = np.array([item.inverted for item in card.criteria])
    found: Floats
    if card.method == "rice":  # a weight is the power its factor is taken to
        found = np.exp(np.log(table) @ np.where(lowers, -weights, weights))
    elif card.method == "wsjf":
        found = (table[:, ~lowers] @ weights[~lowers]) / (table[:, lowers] @ weights[lowers])
    else:
        low = np.array([float(item.low) for item in card.criteria])
        high = np.array([float(item.high) for item in card.criteria])
        place = (table - low) / (high - low)
        found = 100 * np.where(lowers, 1 - place, place) @ weights / weights.sum()
    return found


def _ends(card: Card, weights: Floats) -> tuple[float, float]:
    """The least and the most a card can give."""
    worst = [item.high if item.inverted else item.low for item in card.criteria]
    best = [item.low if item.inverted else item.high for item in card.criteria]
    least, most = _raw(card, np.array([worst, best], dtype=np.float64), weights)
    return float(least), float(most)


# sensitivity -----------------------------------------------------------------------------------
def shifts(
    card: Card, demand: int, ids: Sequence[int], ranks: Sequence[int], rows: npt.ArrayLike
) -> list[Shift]:
    """The ranks that `demand` would move to if one weight moved by a tenth; empty if it holds.

    Columns of all demands that stand by their score on this card (those with a near mandatory
    date or placed by hand hold their places whatever the weights): ids, ranks, and marks as above.
    Equal scores stand in the order of their ids. Raises ValueError for an unknown demand.
    """
    row, names, standing = list(ids).index(demand), np.asarray(ids), np.asarray(ranks)
    places = np.sort(standing).tolist()
    now = _ahead(row, indexes(card, rows), names)
    found = []
    for code in card.codes:
        for factor in (1 + TENTH, 1 - TENTH):
            then = _ahead(row, indexes(card, rows, {code: factor}), names)
            if (rank := places[int(then.sum())]) != places[int(now.sum())]:
                found.append(Shift(code, factor, rank, _passed(now, then, names, standing)))
    return found


def _ahead(row: int, scores: Floats, ids: Whole) -> Truths:
    before: Truths = (scores > scores[row]) | ((scores == scores[row]) & (ids < ids[row]))
    return before


def _passed(now: Truths, then: Truths, ids: Whole, ranks: Whole) -> tuple[int, ...]:
    """Those who stood on one side and would stand on the other, the nearest first."""
    rises = then.sum() < now.sum()
    changed = np.flatnonzero((now != then) & (now == rises))
    nearest = changed[np.argsort(-ranks[changed] if rises else ranks[changed])]
    return tuple(ids[nearest].tolist())


def in_words(card: Card, found: Sequence[Shift], names: Mapping[int, str] | None = None) -> str:
    """One sentence for the page: the rank holds, or where it would move, why and past whom."""
    if not found:
        return "The rank holds if any weight moves by a tenth."
    labels = {item.code: item.label.lower() for item in card.criteria}
    cases = [
        f"{shift.rank} if {labels[shift.code]} counted a tenth "
        f"{'more' if shift.factor > 1 else 'less'}{_past(shift, names or {})}"
        for shift in found
    ]
    listed = cases[0] if len(cases) == 1 else f"{', '.join(cases[:-1])} and {cases[-1]}"
    return f"The rank would be {listed}."


def _past(shift: Shift, names: Mapping[int, str]) -> str:
    """The nearest that may be named."""
    name = next((names[pk] for pk in shift.passed if pk in names), "")
    return f" (past {name})" if name else ""


# disagreement ----------------------------------------------------------------------------------
class Difference(NamedTuple):
    criterion: Criterion
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the scale, between 0 and 1."""
        return (self.high - self.low) / (float(self.criterion.high) - float(self.criterion.low))


def disagreement(card: Card, given: Sequence[Marks]) -> Difference | None:
    """The criterion the assessors differ on most, as a share of its scale; None where they agree."""
    found = [
        Difference(item, min(marks), max(marks))
        for item in card.criteria
        if (marks := [float(one[item.code]) for one in given if item.code in one])
    ]
    widest = max(found, key=lambda one: one.share, default=None)
    return widest if widest is not None and widest.share > 0 else None


WSJF = Card("wsjf", (
    Criterion("value", "Value", "Value to customers and business; 10 is most.",
              low_means="Nobody would notice", high_means="Most customers gain"),
    Criterion("time_criticality", "Time criticality", "How much is lost by waiting; 10 is most.",
              low_means="Could wait for years", high_means="Worth little if late"),
    Criterion("risk_reduction", "Risk reduction", "Risk it removes or chances it opens; 10 is most.",
              low_means="Changes no risk", high_means="Removes a risk above appetite"),
    Criterion("job_size", "Job size", "How big the job is; 10 is biggest.", inverted=True,
              low_means="A few days", high_means="More than a year"),
))  # fmt: skip
RICE = Card("rice", (
    Criterion("reach", "Reach", "People or cases it touches in a quarter.", 1, 100_000,
              low_means="One person", high_means="Everybody we serve"),
    Criterion("impact", "Impact", "3 massive, 2 high, 1 medium, 0.5 low, 0.25 hardly any.", 0.25, 3,
              low_means="Hardly felt", high_means="Changes how they work"),
    Criterion("confidence", "Confidence", "1 is sure, 0.8 likely, 0.5 a guess.", 0.5, 1,
              low_means="A guess", high_means="Measured"),
    Criterion("effort", "Effort", "Person-months of all skills together.", 0.5, 120, inverted=True,
              low_means="Two weeks of one person", high_means="Ten people for a year"),
))  # fmt: skip
WEIGHTED = Card("weighted", (
    Criterion("strategic_fit", "Strategic fit", "How directly it serves an objective.", weight=30,
              low_means="No objective", high_means="An objective fails without it"),
    Criterion("value", "Value", "Value to customers and business.", weight=30,
              low_means="Nobody would notice", high_means="Most customers gain"),
    Criterion("urgency", "Urgency", "How much is lost by waiting.", weight=20,
              low_means="Could wait for years", high_means="Worth little if late"),
    Criterion("delivery_risk", "Delivery risk", "How likely it is to go wrong.", weight=20,
              inverted=True, low_means="Done often", high_means="Never tried here"),
))  # fmt: skip
USUAL = {"wsjf": WSJF, "rice": RICE, "weighted": WEIGHTED}
