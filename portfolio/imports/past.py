"""Readings of imported projects stand at the day their source reported, so that any day since then
can be asked how they stood."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from changeoffice.core.people.models import Office
from changeoffice.core.record import clock
from portfolio import engine

# A reading made in this transaction, of a report whose noon lies behind, and after the reading
# before it: only then is that noon when it came to be so.
DATED_BACK = """
    WITH told AS (
        SELECT r.project_id, p.reported_on AS day,
               (p.reported_on + time '12:00') AT TIME ZONE %(zone)s AS moment
          FROM portfolio_ragreading r JOIN portfolio_project p ON p.id = r.project_id
         WHERE r.at >= %(began)s AND p.reported_on < %(today)s
           AND NOT EXISTS (
               SELECT FROM portfolio_raghistory h WHERE h.project_id = r.project_id
                  AND h.at >= (p.reported_on + time '12:00') AT TIME ZONE %(zone)s)
    ), past AS (
        UPDATE portfolio_raghistory h SET until = told.moment FROM told
         WHERE h.project_id = told.project_id AND h.until >= %(began)s
    )
    UPDATE portfolio_ragreading r
       SET at = told.moment,
           overall_since = CASE WHEN overall_since = %(today)s THEN told.day ELSE overall_since END,
           since = (SELECT array_agg(CASE WHEN s = %(today)s THEN told.day ELSE s END ORDER BY n)
                      FROM unnest(since) WITH ORDINALITY AS each (s, n))
      FROM told WHERE told.project_id = r.project_id
"""


@contextmanager
def lived_through() -> Iterator[None]:
    """Many writes, one recomputation at their end, dated back to what the reports say."""
    began, today = clock.now(), clock.today()
    with engine.together():
        yield
    with connection.cursor() as cursor:
        cursor.execute(
            DATED_BACK, {"began": began, "today": today, "zone": Office.current().time_zone}
        )
