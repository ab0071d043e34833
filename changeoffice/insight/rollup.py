"""Store what each day came to: one set-based statement for any range of days, safe to repeat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from changeoffice.calendar.office import office_days
from changeoffice.calendar.working_days import day_number
from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from changeoffice.insight.families import FAMILIES, HEADLINES, YEAR_STARTS, relations
from changeoffice.insight.models import FactDay

CHUNK = 31  # days per statement
LOOKBACK = timedelta(days=3 * 366)  # how far dates may lie from the day to count in working days

DAYS = """days(day, open, close, zone, year) AS (
    SELECT day, open, close, %(zone)s, year
    FROM unnest(%(days)s::date[], %(opens)s::timestamptz[], %(closes)s::timestamptz[],
                %(years)s::date[]) x(day, open, close, year)),
wd(day, ord) AS (
    SELECT %(first)s::date + (position - 1)::int, ord
    FROM unnest(%(ordinals)s::int[]) WITH ORDINALITY x(ord, position))"""

# Confidential items, what stands in a confidential home, and drafts are in no stored total.
FRESH = """counted AS (
    SELECT r.id FROM record_record r JOIN record_record home ON home.id = r.home_id
    WHERE NOT r.confidential AND NOT home.confidential AND r.reach < 2),
fresh AS (
    SELECT i.day, s.scope, s.scope_id, i.measure, i.currency, sum(i.value) AS value, count(*) AS n
    FROM item i JOIN counted r ON r.id = i.record_id
    CROSS JOIN LATERAL (VALUES ('office', 0), ('portfolio', i.portfolio_id),
        ('programme', i.programme_id), ('unit', i.unit_id)) s(scope, scope_id)
    WHERE s.scope_id IS NOT NULL
    GROUP BY i.day, s.scope, s.scope_id, i.measure, i.currency
    UNION ALL
    SELECT i.day, s.scope, s.scope_id, i.measure || q.name, '', percentile_cont(q.share)
        WITHIN GROUP (ORDER BY i.value::float)::numeric(20, 2), count(*)
    FROM item i JOIN counted r ON r.id = i.record_id
    CROSS JOIN LATERAL (VALUES ('office', 0), ('unit', i.unit_id)) s(scope, scope_id)
    CROSS JOIN (VALUES ('_median', 0.5), ('_p85', 0.85)) q(name, share)
    WHERE s.scope_id IS NOT NULL
      AND (i.measure IN ('lead_time', 'first_answer', 'estimate_error') OR i.measure LIKE 'stage_age_%%')
    GROUP BY i.day, s.scope, s.scope_id, i.measure, q.name, q.share
)"""

_NAMES = ", ".join(f"'{measure}'" for measure in HEADLINES)
_FIRST_BY = " ".join(f"WHEN '{measure}' THEN {key}" for measure, (_, key) in HEADLINES.items())
_MOST = " ".join(f"WHEN '{measure}' THEN {most}" for measure, (most, _) in HEADLINES.items())
# The first items of each headline measure, so that lists on a dashboard cost as little as numbers.
FIRST = f"""first AS (
    SELECT day, scope, scope_id, measure, place, record_id, note FROM (
        SELECT i.day, s.scope, s.scope_id, i.measure, i.record_id, i.note, row_number() OVER (
            PARTITION BY i.day, s.scope, s.scope_id, i.measure
            ORDER BY CASE i.measure {_FIRST_BY} END,
                i.record_id DESC) AS place
        FROM item i JOIN counted r ON r.id = i.record_id
        CROSS JOIN LATERAL (VALUES ('office', 0), ('portfolio', i.portfolio_id),
            ('programme', i.programme_id)) s(scope, scope_id)
        WHERE s.scope_id IS NOT NULL AND i.measure IN ({_NAMES})
    ) ranked WHERE place <= CASE measure {_MOST} END)"""  # noqa: S608

# Only what differs is written, so repeating a day leaves its rows as they are.
STORE = """gone AS (
    DELETE FROM insight_dailyfact f WHERE f.day = ANY(%(days)s::date[]) AND NOT EXISTS (
        SELECT FROM fresh x WHERE (x.day, x.scope, x.scope_id, x.measure, x.currency)
            = (f.day, f.scope, f.scope_id, f.measure, f.currency))
    RETURNING 1),
put AS (
    INSERT INTO insight_dailyfact AS f (day, scope, scope_id, measure, currency, value, n)
    SELECT day, scope, scope_id, measure, currency, value, n FROM fresh
    ON CONFLICT (day, scope, scope_id, measure, currency)
    DO UPDATE SET value = excluded.value, n = excluded.n
        WHERE (f.value, f.n) IS DISTINCT FROM (excluded.value, excluded.n)
    RETURNING 1),
items_gone AS (
    DELETE FROM insight_dailyitem f WHERE f.day = ANY(%(days)s::date[]) AND NOT EXISTS (
        SELECT FROM first x WHERE (x.day, x.scope, x.scope_id, x.measure, x.place)
            = (f.day, f.scope, f.scope_id, f.measure, f.place))),
items_put AS (
    INSERT INTO insight_dailyitem AS f (day, scope, scope_id, measure, place, record_id, note)
    SELECT day, scope, scope_id, measure, place, record_id, note FROM first
    ON CONFLICT (day, scope, scope_id, measure, place)
    DO UPDATE SET record_id = excluded.record_id, note = excluded.note
        WHERE (f.record_id, f.note) IS DISTINCT FROM (excluded.record_id, excluded.note))
SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM put), (SELECT count(*) FROM gone)"""

POSITION = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True)
class Item:
    """One item behind a number, as it stood on the day."""

    day: date
    record_id: int
    measure: str
    currency: str
    value: Decimal
    portfolio_id: int | None
    programme_id: int | None
    note: str


def compute(days: Iterable[date]) -> dict[str, int]:
    """Store the facts of these days, earliest first; days still to come are left out."""
    today = clock.today()
    wanted = sorted({day for day in days if day <= today})
    counts = {"days": len(wanted), "facts": 0, "written": 0, "removed": 0}
    past = [day for day in wanted if day < today]
    chunks = [past[i : i + CHUNK] for i in range(0, len(past), CHUNK)]
    for chunk in [*chunks, [today]] if today in wanted else chunks:
        for name, n in zip(("facts", "written", "removed"), _store(chunk, today), strict=True):
            counts[name] += n
    return counts


@transaction.atomic
def _store(days: Sequence[date], today: date) -> tuple[int, int, int]:
    closes = [close_of(day, today) for day in days]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '10min'")  # a month of a large portfolio
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('insight.facts'))")
        cursor.execute(POSITION)
        (position,) = cursor.fetchone()
        body = relations(FAMILIES, live=list(days) == [today])
        cursor.execute(f"WITH {DAYS},\n{body},\n{FRESH},\n{FIRST},\n{STORE}", asked(days, closes))
        counts = cursor.fetchone()
    FactDay.objects.bulk_create(
        [FactDay(day=day, close=close, knows_to=position, computed_at=clock.now())
         for day, close in zip(days, closes, strict=True)],
        update_conflicts=True, unique_fields=["day"],
        update_fields=["close", "knows_to", "computed_at", "is_stale"],
    )  # fmt: skip
    return counts


def close_of(day: date, today: date) -> Any:
    """A day closes when it ends; the present one is read as it stands now."""
    return clock.end_of(day) if day < today else clock.now()


def asked(days: Sequence[date], closes: Sequence[Any]) -> dict[str, Any]:
    """The parameters `DAYS` takes; working days come as one number per calendar day."""
    first, last = min(days) - LOOKBACK, max(days) + LOOKBACK
    numbers = range(day_number(first), day_number(last) + 1)
    return {
        "days": list(days), "closes": list(closes),
        "opens": [clock.end_of(day - timedelta(days=1)) for day in days], "years": [year_of(day) for day in days],
        "zone": Office.current().time_zone, "first": first,
        "ordinals": office_days().ordinals(list(numbers)).tolist(),
    }  # fmt: skip


def year_of(day: date) -> date:
    """The first day of the financial year a day lies in."""
    return date(day.year - (day.month < YEAR_STARTS), YEAR_STARTS, 1)


# ── the items behind a number ────────────────────────────────────────────────────────────────
PLACE = {"portfolio": "portfolio_id", "programme": "programme_id", "unit": "unit_id"}


def items(family: str, measures: Sequence[str], days: Sequence[FactDay], *, scope: str = "office",
          scope_id: int = 0) -> list[Item]:  # fmt: skip
    """Every item that counted for these measures when the facts of those days were stored."""
    narrowed = f"AND i.{PLACE[scope]} = %(scope_id)s" if scope in PLACE else ""
    given = {"measures": list(measures), "scope_id": scope_id}
    return _read([family], days, f"i.measure = ANY(%(measures)s) {narrowed}", given)


def items_of(record_ids: Sequence[int], days: Sequence[FactDay]) -> list[Item]:
    """All that a few records count for: what a person named on confidential ones adds."""
    if not record_ids or not days:
        return []
    return _read(list(FAMILIES), days, "i.record_id = ANY(%(ids)s)", {"ids": list(record_ids)})


def _read(families, days: Sequence[FactDay], condition: str, given: dict) -> list[Item]:
    sql = f"""WITH {DAYS},\n{relations(families, live=False)}
        SELECT i.day, i.record_id, i.measure, i.currency, i.value, i.portfolio_id, i.programme_id,
               i.note
        FROM item i WHERE {condition} ORDER BY i.day DESC, i.value DESC, i.record_id DESC"""  # noqa: S608
    given = asked([d.day for d in days], [d.close for d in days]) | given
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return [Item(*row) for row in cursor.fetchall()]


# ── which days need computing ────────────────────────────────────────────────────────────────
# Acts after which a record counts, or counts no more, for as long as it has been there.
SEEN_BY_OTHERS = ("restrict", "lift_restriction", "open_up", "follow_demand", "hide", "restore")
LATE_WRITES = """
    SELECT least(min(e.at), min(r.created_at) FILTER (WHERE e.verb = ANY(%s)))
    FROM record_event e JOIN record_record r ON r.id = e.record_id
    WHERE e.transaction >= %s"""
MISSING = """
    SELECT day::date FROM generate_series(%s::date, %s::date, interval '1 day') day
    EXCEPT SELECT day FROM insight_factday ORDER BY 1 DESC LIMIT %s"""


def mark_stale(today: date) -> int:
    """Days into whose past something was written since they were computed (an import, a demo, a
    project made confidential) are to be computed again."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(POSITION)
        (position,) = cursor.fetchone()
        cursor.execute("SELECT min(knows_to) FROM insight_factday WHERE day < %s", [today])
        (since,) = cursor.fetchone()
        if since is None:
            return 0
        cursor.execute(LATE_WRITES, [list(SEEN_BY_OTHERS), since])
        (earliest,) = cursor.fetchone()
        past = FactDay.objects.filter(day__lt=today)
        found = past.filter(close__gt=earliest).update(is_stale=True) if earliest else 0
        past.update(knows_to=position)
    return found


def days_to_fill(today: date, most: int) -> list[date]:
    """Stale and missing days before today, newest first, at most so many."""
    stale = list(
        FactDay.objects.filter(is_stale=True, day__lt=today)
        .order_by("-day").values_list("day", flat=True)[:most]
    )  # fmt: skip
    first = first_day()
    if first is None or len(stale) >= most:
        return stale
    with connection.cursor() as cursor:
        cursor.execute(MISSING, [first, today - timedelta(days=1), most - len(stale)])
        return stale + [row[0] for row in cursor.fetchall()]


def first_day() -> date | None:
    """The office day on which its first record was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(at) FROM record_event")
        (at,) = cursor.fetchone()
    return at.astimezone(Office.current().zone).date() if at else None


def ready(day: date) -> FactDay | None:
    """The stored day; one nobody has computed yet (a fresh portal, a far past day) is computed
    once, on first sight."""
    found = FactDay.objects.filter(day=day).first()
    if found is None and day <= clock.today():
        compute([day])
        found = FactDay.objects.filter(day=day).first()
    return found
