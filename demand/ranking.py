"""Who stands before whom: kept in rows of its own, refreshed inside the verb that changes it."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection, transaction

from changeoffice.core.record import clock

HORIZON = timedelta(days=365)  # a mandatory date nearer than this goes first


READ = ("pk", "score_index", "mandatory_on", "moved_to")


class Ranked(NamedTuple):
    id: int
    score: Decimal
    mandatory_on: date | None = None
    moved_to: int | None = None
    needs: tuple[int, ...] = ()


def in_order(rows: Iterable[Ranked], today: date) -> list[tuple[int, str]]:
    """(id, why) first to last: near mandatory dates, then scores; what another needs stands before
    it; hand moves take their place."""
    rows = list(rows)
    until = today + HORIZON

    def natural(row: Ranked) -> tuple:
        near = row.mandatory_on is not None and row.mandatory_on <= until
        return (row.mandatory_on if near else date.max, -row.score, row.id)

    by_themselves = sorted((*natural(row), row) for row in rows if row.moved_to is None)
    order = _needed_first(
        [(row, "score" if by == date.max else "mandatory") for by, _, _, row in by_themselves]
    )
    for place, moved in sorted((r.moved_to, r.id) for r in rows if r.moved_to):
        order.insert(min(place - 1, len(order)), (moved, "hand"))
    return order


def _needed_first(order: list[tuple[Ranked, str]]) -> list[tuple[int, str]]:
    """The same order, but nobody stands before what they need: that is pulled up to them."""
    rows = {row.id: row for row, _ in order}
    done: dict[int, str] = {}
    for row, why in order:
        if not row.needs:
            done.setdefault(row.id, why)
            continue
        way, opened = [row.id], set()
        while way:
            here = way[-1]
            if here not in done and here not in opened:
                opened.add(here)  # so that even a circle would come to an end
                way += [n for n in _latest_first(rows, here) if n not in done and n not in opened]
            else:
                done.setdefault(way.pop(), why if here == row.id else "needed")
    return list(done.items())


def _latest_first(rows: dict[int, Ranked], here: int) -> list[int]:
    """What it needs among those ranked here, the last in line first."""
    place = {pk: n for n, pk in enumerate(rows)} if rows[here].needs else {}
    return sorted((n for n in rows[here].needs if n in rows), key=place.__getitem__, reverse=True)


def circle(pairs: Iterable[tuple[int, int]], demand: int, needs: int) -> list[int]:
    """The ids in the circle that "demand needs needs" would close, from `demand` on; or nothing."""
    if demand == needs:
        return [demand]
    onward: dict[int, list[int]] = {}
    for one, other in pairs:
        onward.setdefault(one, []).append(other)
    seen, ways = {needs}, [[demand, needs]]
    while ways:
        way = ways.pop()
        for step in onward.get(way[-1], ()):
            if step == demand:
                return way
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return []


def refresh(demand) -> None:
    """Rank all again with what this demand is about to be; its own row is not saved yet."""
    counts = demand.score_index is not None and not demand.confidential
    _rank(demand, [demand] if counts else [])


def leave(demand) -> None:
    """Rank the others without this demand."""
    if demand.score_index is not None:
        _rank(demand, [])


def refresh_all() -> int:
    """For the daily job: mandatory dates come nearer without anybody touching them."""
    with transaction.atomic():
        return _rank(None, [])


def alone() -> None:
    """One ranking at a time, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('demand ranking'))")


def _rank(changing, extra: list) -> int:
    """One at a time by an advisory lock. Nothing here waits for another demand's row lock, so two
    verbs on two demands cannot block each other in a circle."""
    from demand.models import Demand, Standing

    alone()
    others = Demand.objects.ranked().exclude(pk=changing.pk if changing else None)
    rows = [
        *others.values_list(*READ),
        *(tuple(getattr(one, name) for name in READ) for one in extra),
    ]
    needs: dict[int, list[int]] = {}
    for pk, needed in Demand.prerequisite_pairs():
        needs.setdefault(pk, []).append(needed)
    ranked = [Ranked(pk, score, mandatory_on, moved_to, tuple(needs.get(pk, ())))
              for pk, score, mandatory_on, moved_to in rows]  # fmt: skip
    order = in_order(ranked, clock.today())
    known = {
        pk: (rank, why) for pk, rank, why in Standing.objects.values_list("pk", "rank", "because")
    }
    wanted = {pk: (place, why) for place, (pk, why) in enumerate(order, start=1)}
    changed = [Standing(demand_id=pk, rank=rank, because=why)
               for pk, (rank, why) in wanted.items() if known.get(pk) != (rank, why)]  # fmt: skip
    Standing.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["demand"], update_fields=["rank", "because"]
    )
    Standing.objects.filter(pk__in=set(known) - set(wanted)).delete()
    return len(changed)
