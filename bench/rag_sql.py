"""The floor of RAG: one set-based statement with the same colours, for projects of the bench."""

from datetime import timedelta
from typing import Any

from django.db import connection

from changeoffice.calendar.office import office_days
from changeoffice.calendar.working_days import day_number
from changeoffice.core.record import clock
from portfolio.models import RagPolicy

SPAN = timedelta(days=1500)
COLOUR = """CASE WHEN {value} IS NULL THEN 0 WHEN {value} > %({name}_red)s THEN 5
    WHEN {value} > %({name}_amber)s THEN 4
    WHEN old.colour[{at}] IN (4, 5) AND {value} > %({name}_back)s THEN 4 ELSE 3 END"""
BODY = f"""WITH wd AS (
    SELECT %(first)s::date + (place - 1)::int AS day, ord
    FROM unnest(%(ordinals)s::int[]) WITH ORDINALITY x(ord, place)),
late AS (
    SELECT m.project_id, max(((f.ord - b.ord)::bigint << 32) | (2147483647 - m.id)) AS key
    FROM portfolio_milestone m JOIN wd b ON b.day = m.baseline_on JOIN wd f ON f.day = m.forecast_on
    WHERE m.state = 'planned' GROUP BY m.project_id),
money AS (
    SELECT b.project_id, round((sum(coalesce(l.actual, l.forecast, l.budget)) - sum(l.budget))
        / sum(l.budget) * 10000)::int AS over
    FROM finance_budgetline l JOIN finance_budget b ON b.id = l.of_id GROUP BY b.project_id),
risk AS (
    SELECT project_id, max(((probability * impact)::bigint << 32) | (2147483647 - id)) AS key
    FROM portfolio_risk WHERE state = 'open' GROUP BY project_id),
read AS (
    SELECT p.id, (late.key >> 32)::int AS slip, 2147483647 - (late.key & 4294967295) AS late_id,
           money.over, (risk.key >> 32)::int AS score, 2147483647 - (risk.key & 4294967295) AS risk_id
    FROM portfolio_project p LEFT JOIN late ON late.project_id = p.id
    LEFT JOIN money ON money.project_id = p.id LEFT JOIN risk ON risk.project_id = p.id),
judged AS (
    SELECT r.*, {COLOUR.format(value="slip", name="schedule", at=1)} AS s,
           {COLOUR.format(value="over", name="cost", at=2)} AS c,
           {COLOUR.format(value="score", name="risk", at=4)} AS k
    FROM read r JOIN portfolio_ragreading old ON old.project_id = r.id)
UPDATE portfolio_ragreading t SET overall = greatest(s, c, k), colour = ARRAY[s, c, 0, k, 0, 0, 0],
    value = ARRAY[slip, over, 0, score, 0, 0, 0], worst = ARRAY[late_id, 0, 0, risk_id, 0, 0, 0],
    reason = ARRAY[10, 20, 0, 40, 0, 0, 0], previous = t.colour, at = office_now(),
    since = array_fill(current_date, ARRAY[7]), overall_since = current_date
FROM judged j WHERE j.id = t.project_id"""
REWRITE = BODY
GUARDED = f"""{BODY} AND (t.colour, t.value, t.worst) IS DISTINCT FROM (
    ARRAY[s, c, 0, k, 0, 0, 0]::smallint[], ARRAY[slip, over, 0, score, 0, 0, 0],
    ARRAY[late_id, 0, 0, risk_id, 0, 0, 0]::bigint[])"""


def asked() -> dict[str, Any]:
    first, last = clock.today() - SPAN, clock.today() + SPAN
    limits = RagPolicy.current().limits()
    given: dict[str, Any] = {"first": first, "ordinals": office_days().ordinals(
        list(range(day_number(first), day_number(last) + 1))).tolist()}  # fmt: skip
    for name, scale in (("schedule", 1), ("cost", 100), ("risk", 1)):
        low = round(limits[f"{name}_amber"] * scale)
        given |= {f"{name}_amber": low, f"{name}_red": round(limits[f"{name}_red"] * scale),
                  f"{name}_back": int(low * limits["return_to_green"] // 100)}  # fmt: skip
    return given


def forget() -> None:
    """As if nothing had been read yet, so that every reading changes."""
    nothing = "array_fill(0, ARRAY[7])"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE portfolio_ragreading SET overall = 0, colour = {nothing}, value = {nothing},
            worst = {nothing}, reason = {nothing}, previous = {nothing}"""
        )
        cursor.execute("TRUNCATE portfolio_raghistory")
