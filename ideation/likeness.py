"""Pairs of ideas whose titles say nearly the same, found by the database in one statement.

An index of letters would be asked once for each idea, which takes minutes for 10,000 of them. Titles
that say the same share at least two words, so ideas are brought together by every two words of
theirs; two words that very many ideas share tell nothing, and others of theirs will be rarer.
"""

from typing import Any

from django.db import connection, transaction

from changeoffice.core.record.models import Reach
from ideation.clustering import Pair
from ideation.models.voting import OPEN_TO_VOTES

ALIKE = 0.55  # of the letters of all their words, whatever the order of those
SHARED_BY_MOST = 30
MOST_PAIRS = 20_000
PAIRS = """
    WITH said AS MATERIALIZED (
        SELECT id, words, array_to_string(words, ' ') AS stems FROM (
        SELECT id, tsvector_to_array(to_tsvector('office', title)) AS words
          FROM ideation_idea
         WHERE state = ANY(%(states)s) AND reach = %(reach)s AND NOT confidential) plain
    ), two AS MATERIALIZED (
        SELECT id, a.word || ' ' || b.word AS words FROM said, unnest(words) a(word), unnest(words) b(word)
         WHERE a.word < b.word OR (cardinality(words) = 1 AND a.word = b.word)
    ), telling AS MATERIALIZED (
        SELECT words FROM two GROUP BY words HAVING count(*) BETWEEN 2 AND %(most)s
    ), told AS MATERIALIZED (SELECT two.id, words FROM two JOIN telling USING (words)
    ), met AS (
        SELECT DISTINCT a.id AS one, b.id AS other FROM told a JOIN told b USING (words) WHERE a.id < b.id
    ), weighed AS (
        SELECT one, other, similarity(x.stems, y.stems) AS closeness
          FROM met JOIN said x ON x.id = one JOIN said y ON y.id = other
    ) SELECT closeness, one, other FROM weighed WHERE closeness >= %(alike)s
       ORDER BY closeness DESC, one, other LIMIT %(limit)s
"""


def pairs() -> list[Pair]:
    """Of all ideas that can be voted for and everybody sees, closest first."""
    given: dict[str, Any] = {"states": list(OPEN_TO_VOTES), "reach": Reach.STAFF, "most": SHARED_BY_MOST,
             "alike": ALIKE, "limit": MOST_PAIRS}  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '120s'")
        cursor.execute(PAIRS, given)
        return [Pair(float(closeness), one, other) for closeness, one, other in cursor.fetchall()]
