"""Who stands before whom: kept in rows of its own, refreshed inside the verb that changes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from changeoffice.core.record import clock

HORIZON = timedelta(days=365)  # a mandatory date nearer than this goes first
PARTS = ("value", "time_criticality", "risk_reduction", "job_size")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Ranked:
    id: int
    wsjf: Decimal
    mandatory_on: date | None = None
    moved_to: int | None = None


def means(scores: Iterable[Any]) -> dict[str, Decimal]:
    """The mean of each part over a round's scores."""
    rows = list(scores)
    return {
        part: (Decimal(sum(getattr(row, part) for row in rows)) / len(rows)).quantize(CENT)
        for part in PARTS
    }


def wsjf(parts: dict[str, Decimal]) -> Decimal:
    """Weighted shortest job first: cost of delay over job size."""
    delay = parts["value"] + parts["time_criticality"] + parts["risk_reduction"]
    return (delay / parts["job_size"]).quantize(CENT)


def in_order(rows: Iterable[Ranked], today: date) -> list[tuple[int, str]]:
    """(id, why) first to last: near mandatory dates, then scores; hand moves take their place."""
    rows = list(rows)
    until = today + HORIZON

    def natural(row: Ranked) -> tuple:
        near = row.mandatory_on is not None and row.mandatory_on <= until
        return (
            (0, row.mandatory_on, -row.wsjf, row.id) if near else (1, date.max, -row.wsjf, row.id)
        )

    order = [(row.id, "score" if natural(row)[0] else "mandatory")
             for row in sorted((r for r in rows if r.moved_to is None), key=natural)]  # fmt: skip
    for place, moved in sorted((r.moved_to, r.id) for r in rows if r.moved_to):
        order.insert(min(place - 1, len(order)), (moved, "hand"))
    return order


def refresh(demand) -> None:
    """Rank all again with what this demand is about to be; its own row is not saved yet."""
    counts = demand.wsjf is not None and not demand.confidential
    _rank(demand, [_row(demand)] if counts else [])


def leave(demand) -> None:
    """Rank the others without this demand."""
    if demand.wsjf is not None:
        _rank(demand, [])


def refresh_all() -> int:
    """For the daily job: mandatory dates come nearer without anybody touching them."""
    with transaction.atomic():
        return _rank(None, [])


def _row(demand) -> Ranked:
    return Ranked(demand.pk, demand.wsjf, demand.mandatory_on, demand.moved_to)


def _rank(changing, extra: list[Ranked]) -> int:
    """One at a time by an advisory lock. Nothing here waits for another demand's row lock, so two
    verbs on two demands cannot block each other in a circle."""
    from demand.models import Demand, Standing

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('demand ranking'))")
    others = Demand.objects.ranked().exclude(pk=changing.pk if changing else None)
    rows = [_row(other) for other in others.only("pk", "wsjf", "mandatory_on", "moved_to")]
    order = in_order(rows + extra, clock.today())
    known = {row.pk: (row.rank, row.because) for row in Standing.objects.all()}
    wanted = {pk: (place, why) for place, (pk, why) in enumerate(order, start=1)}
    changed = [Standing(demand_id=pk, rank=rank, because=why)
               for pk, (rank, why) in wanted.items() if known.get(pk) != (rank, why)]  # fmt: skip
    Standing.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["demand"], update_fields=["rank", "because"]
    )
    Standing.objects.filter(pk__in=set(known) - set(wanted)).delete()
    return len(changed)
