"""How far a worker has come, seen by others while its one transaction is still open."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from django.db import connection, connections
from django.utils import timezone

from changeoffice.core.imports.running import Stopped

EVERY = 0.4  # seconds between two words of progress

BEGIN = """
    UPDATE imports_progress SET attempt = %(attempt)s, steps = '[]', started_at = %(now)s,
           beat_at = %(now)s
     WHERE of_id = %(pk)s AND attempt < %(attempt)s
"""
# Reads on the same round whether somebody asked for the end.
TELL = """
    UPDATE imports_progress p SET steps = %(steps)s, beat_at = %(now)s
      FROM imports_import i WHERE i.id = p.of_id AND p.of_id = %(pk)s
    RETURNING i.state, i.attempt
"""


class Teller:
    """Tells how far it is, and raises Stopped when somebody asked for the end."""

    def __init__(self, connection, pk: int, attempt: int) -> None:
        self.connection, self.pk, self.attempt = connection, pk, attempt
        self.steps: list[dict[str, Any]] = []
        self.told_at = self.step_began = 0.0

    def begin(self) -> bool:
        """Whether this attempt is ours to begin: a message delivered twice begins once."""
        return self._do(BEGIN, attempt=self.attempt).rowcount == 1

    def __call__(self, step: str, done: int, total: int) -> None:
        now = monotonic()
        if not self.steps or self.steps[-1]["step"] != step:
            self._close_step(now)
            self.steps.append({"step": step})
            self.step_began, self.told_at = now, 0.0
        self.steps[-1] |= {"done": done, "total": total, "seconds": round(now - self.step_began, 1)}
        if now - self.told_at >= EVERY:
            self.told_at = now
            self.tell()

    def tell(self) -> None:
        row = self._do(TELL, steps=json.dumps(self.steps)).fetchone()
        if row and (row[0] not in ("checking", "running") or row[1] != self.attempt):
            raise Stopped

    def _close_step(self, now: float) -> None:
        if self.steps:
            self.steps[-1] |= {"done": self.steps[-1]["total"],
                               "seconds": round(now - self.step_began, 1)}  # fmt: skip

    def _do(self, sql: str, **parameters: Any):
        cursor = self.connection.cursor()
        cursor.execute(sql, parameters | {"pk": self.pk, "now": timezone.now()})
        return cursor


@contextmanager
def telling(pk: int, attempt: int) -> Iterator[Teller]:
    """A teller on a connection of its own; within somebody's transaction, on theirs."""
    if connection.in_atomic_block:
        yield Teller(connection, pk, attempt)
        return
    own = connections.create_connection(connection.alias)
    try:
        yield Teller(own, pk, attempt)
    finally:
        own.close()
