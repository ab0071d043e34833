"""What the KPIs read, week by week, for one person: three queries for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from changeoffice.core.people.models import BusinessUnit
from changeoffice.core.record.models import Record
from changeoffice.insight import rollup, selectors
from changeoffice.insight.kpis.definitions import KPIS, PER_CENT, Fact, Kpi, plain
from changeoffice.insight.measures import measure
from changeoffice.insight.models import DailyFact, FactDay, KpiTarget

NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MONTH = 4  # weeks the change is told over
Stored = dict[tuple[date, str], Fact]


@dataclass
class Reading:
    """One KPI as of a day, with a value for each week before it, oldest first."""

    kpi: Kpi
    days: list[date]
    facts: Stored
    setting: KpiTarget | None = None

    @cached_property
    def values(self) -> list[Decimal | None]:
        return [self._at(day) for day in self.days]

    @property
    def value(self) -> Decimal | None:
        return self.values[-1]

    @property
    def target(self) -> Decimal:
        return self.setting.target if self.setting else self.kpi.target

    @property
    def is_met(self) -> bool | None:
        return None if self.value is None else self.kpi.is_met(self.value, self.target)

    @property
    def words(self) -> str:
        return "no data" if self.value is None else self.kpi.words(self.value)

    @property
    def target_words(self) -> str:
        return self.kpi.target_words(self.target)

    @cached_property
    def change(self) -> Decimal | None:
        """Against four weeks before."""
        before = self.values[-1 - MONTH] if len(self.values) > MONTH else None
        if self.value is None or before is None:
            return None
        return round(self.value - before, 1)

    @property
    def change_words(self) -> str:
        """How much, without its sign; percentages differ by points."""
        if self.change is None:
            return ""
        unit = " points" if self.kpi.unit == PER_CENT else self.kpi.suffix
        return f"{plain(abs(self.change))}{unit}"

    @property
    def is_better(self) -> bool | None:
        """Whether the change goes the right way; None where nothing changed."""
        return None if not self.change else (self.change < 0) == (self.kpi.better == "lower")

    @property
    def known(self) -> list[float]:
        return [float(value) for value in self.values if value is not None]

    @property
    def beside(self) -> list[tuple[str, str]]:
        found = [(words, self.facts.get((self.days[-1], code))) for code, words in self.kpi.beside]
        return [(words, self.kpi.words(fact.value)) for words, fact in found if fact]

    def n(self, code: str) -> int:
        fact = self.facts.get((self.days[-1], code))
        return fact.n if fact else 0

    def _at(self, day: date) -> Decimal | None:
        if (day, "") not in self.facts:  # nobody has counted that day
            return None
        return self.kpi.reckon({code: fact for (on, code), fact in self.facts.items() if on == day})


def weeks(day: date, n: int) -> list[date]:
    return [day - timedelta(weeks=back) for back in range(n, -1, -1)]


def read(person, day: date, n: int, unit: BusinessUnit | None = None,
         kpis: Iterable[Kpi] = tuple(KPIS.values())) -> list[Reading]:  # fmt: skip
    """The KPIs over `n` weeks up to a day, for the whole office or one unit."""
    kpis, days = list(kpis), weeks(day, n)
    codes = {code for kpi in kpis for code in kpi.measures}
    facts = _stored(person, days, codes, unit)
    settings = {row.kpi: row for row in KpiTarget.objects.select_related("owner")}
    return [
        Reading(kpi, days, {key: fact for key, fact in facts.items() if key[1] in {*kpi.measures, ""}},
                settings.get(kpi.slug))
        for kpi in kpis
    ]  # fmt: skip


def _stored(person, days: Sequence[date], codes: set[str], unit: BusinessUnit | None) -> Stored:
    """Stored facts, and what exists for this person alone added to what can be added up. The
    measure "" of a day says that the day has been counted."""
    known = {row.day: row for row in FactDay.objects.filter(day__in=days)}
    if days[-1] not in known and (made := rollup.ready(days[-1])):
        known[days[-1]] = made
    found: Stored = {(day, ""): Fact(Decimal(0), 0) for day in known}
    rows = DailyFact.objects.filter(
        day__in=known, measure__in=codes, scope="unit" if unit else "office", scope_id=unit.pk if unit else 0,
    )  # fmt: skip
    for on, code, value, n in rows.values_list("day", "measure", "value", "n"):
        found[on, code] = Fact(value, n)
    for item in rollup.items_of(_own(person, unit), list(known.values())):
        if item.measure in codes and _adds_up(item.measure):
            before = found.get((item.day, item.measure), Fact(Decimal(0), 0))
            found[item.day, item.measure] = Fact(before.value + item.value, before.n + 1)
    return found


def _own(person, unit: BusinessUnit | None) -> list[int]:
    """The confidential records that count for this person, in the unit looked at."""
    ids = selectors.confidential_ids(person)
    if not ids or unit is None:
        return ids
    return list(Record.objects.filter(pk__in=ids, unit=unit).values_list("pk", flat=True))


def _adds_up(code: str) -> bool:
    found = measure(code)
    return bool(found and found.adds_up)


def sentence(readings: Sequence[Reading]) -> str:
    """How many are on target, for the head of the page."""
    judged = [reading for reading in readings if reading.is_met is not None]
    if not judged:
        return "Nothing has been counted yet; the first figures come with tonight's roll-up."
    met = sum(bool(reading.is_met) for reading in judged)
    return f"{_word(met).capitalize()} of {_word(len(judged))} on target."


def _word(n: int) -> str:
    return NUMBERS[n] if n < len(NUMBERS) else str(n)
