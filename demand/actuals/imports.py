"""Person-days and costs out of a file: a time sheet's or a ledger's months, by demand and skill."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from changeoffice.core.access.grants import grants_of
from changeoffice.core.imports import finding
from changeoffice.core.imports.differences import as_kept
from changeoffice.core.imports.kinds import IMPORTERS, Field, Known
from changeoffice.core.record.errors import Invalid, NotNow, NotSeen
from changeoffice.organisation.models import Skill
from demand.models import Actual, Demand

FIELDS = (
    Field("demand", "Demand", "reference", required=True,
          hint="Its reference, or its number in the same source.",
          synonyms=("demand", "demand id", "reference", "project code", "work item", "ticket")),
    Field("month", "Month", "date", required=True, hint="Any day of it.",
          synonyms=("month", "period", "date", "posting date", "week ending")),
    Field("skill", "Skill", "reference", hint="Left out for costs without days.",
          synonyms=("skill", "role", "resource type", "discipline")),
    Field("days", "Person-days", "number",
          synonyms=("days", "person days", "person-days", "effort", "effort days", "booked days")),
    Field("cost", "Cost", "money", hint="Days at the estimated day rate when left out.",
          synonyms=("cost", "amount", "actual cost", "value")),
)  # fmt: skip


AMOUNTS = {"days": "0.1", "cost": "0.01"}
MOST = {"days": 100_000, "cost": 100_000_000_000}


class ActualFile:
    name, title, fields = "actuals", "Actual effort and cost", FIELDS
    mappings = Path(__file__).parent / "mappings"
    key = ("demand", "month", "skill")

    def may(self, person) -> bool:
        return grants_of(person).has(*IMPORTERS)

    def existing(self, record_ids: Iterable[int]) -> dict[int, Actual]:
        return _rows().in_bulk(list(record_ids))

    def known(self, source: str, external_ids: Iterable[str]) -> dict[str, Known]:
        rows = Actual.objects.filter(source=source[:60], external_id__in=set(external_ids))
        return {row.external_id: Known(row.pk, row.said) for row in rows}

    def remember(self, record: Actual, source: str, external_id: str, values: dict) -> None:
        """Under its best name only, which comes first: lesser ones name several months at once."""
        row = Actual.objects.get(pk=record.pk)
        if row.source != source[:60] or row.external_id in ("", external_id):
            Actual.objects.filter(pk=row.pk).update(
                source=source[:60], external_id=external_id, said=values
            )

    def same_as(self, values: dict[str, Any], *, by) -> Actual | None:
        """What was recorded here for the same demand, skill and month."""
        rows = _rows().filter(demand__reference__iexact=values.get("demand") or "")
        rows = rows.filter(skill__name__iexact=values["skill"]) if values.get("skill") else (
            rows.filter(skill=None))  # fmt: skip
        month = values.get("month")
        found = rows.filter(month=month.replace(day=1)).first() if month else None
        return found if found and (by is None or found.demand.is_visible_to(by)) else None

    def values_now(self, row: Actual) -> dict[str, Any]:
        return {"demand": row.demand.reference, "month": row.month, "days": row.days,
                "skill": row.skill.name if row.skill else "", "cost": row.cost}  # fmt: skip

    def understand(self, values: dict[str, Any], record: Any, *, source: str, by) -> dict[str, Any]:
        if record is not None and by is not None and not record.demand.is_visible_to(by):
            raise NotSeen("This row belongs to something you may not see.")
        found = dict(values)
        demand = finding.record(Demand, found.get("demand"), "demand", source=source, by=by)
        if demand is None:
            raise Invalid(demand="Name the demand it was spent on.")
        found["demand"] = demand.reference
        found["month"] = _first_of(found.get("month"))
        if found.get("skill"):
            found["skill"] = _skill(found["skill"]).name
        for name, places in AMOUNTS.items():
            if found.get(name) is not None:
                found[name] = _amount(found[name], name, places)
        if record is not None and _key(self.values_now(record)) != _key(found):
            raise Invalid(demand="This row was of another demand, skill or month. Correct that one "
                                 "in the portal, and give this row a number of its own.")  # fmt: skip
        return found

    def create(self, values: dict[str, Any], *, source: str, by) -> Actual:
        return self._write(values, by)

    def update(self, row: Actual, changes: dict[str, Any], *, source: str, by) -> None:
        # A cost that followed from the days follows them again, unless the file gives one.
        kept = {"days": row.days} | ({} if "days" in changes else {"cost": row.cost})
        self._write(self.values_now(row) | {"cost": None} | kept | changes, by)

    def _write(self, values: dict[str, Any], by) -> Actual:
        demand = Demand.objects.get(reference=values["demand"])
        skill = _skill(values["skill"]) if values.get("skill") else None
        demand.record_actuals(by=by, month=values["month"], skill=skill, days=values.get("days"),
                              cost=values.get("cost"))  # fmt: skip
        return _rows().get(demand=demand, skill=skill, month=values["month"])

    def taking(self):
        return nullcontext()

    def title_of(self, row: Actual) -> str:
        skill = row.skill.name if row.skill else "other costs"
        return f"{row.demand.reference}, {skill}, {row.month:%B %Y}"

    def mark_of(self, row: Actual) -> str:
        return ""

    def close(self, row: Actual, *, by, reason: str) -> None:
        raise NotNow("A file without a month's days does not take them back. Record 0 instead.")


def _rows():
    return Actual.objects.select_related("demand", "skill")


def _key(values: dict[str, Any]) -> tuple:
    kept = as_kept({name: values.get(name) or "" for name in ("demand", "month", "skill")})
    return tuple(kept.values())


def _first_of(month: date | None) -> date:
    if month is None:
        raise Invalid(month="Name the month it was spent in.")
    return month.replace(day=1)


def _amount(value: Any, name: str, places: str) -> Decimal:
    amount = Decimal(str(value))
    if not 0 <= amount <= MOST[name]:
        raise Invalid(**{name: f"Between 0 and {MOST[name]:,}."})
    return amount.quantize(Decimal(places))


def _skill(name: str) -> Skill:
    found = Skill.objects.filter(name__iexact=" ".join(name.split())).first()
    if found is None:
        raise Invalid(skill=f"There is no skill “{name[:60]}” here.")
    return found
