"""Cost of a piece of work in CPU time: of this process and of the database's own process for it.

Foreign load on the machine hardly moves CPU time, and what it does move it moves for the floor as
well, since both are measured in turn.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

Work = Callable[[], Any]
ROUNDS = 15


def spent() -> float:
    """CPU milliseconds used so far, the database's included where its machine is this one."""
    return time.process_time() * 1000 + _database()


def _database() -> float:
    with suppress(OSError, AttributeError):
        pid = connection.connection.get_backend_pid()
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6
    return 0.0


def cpu(*works: Work, rounds: int = ROUNDS) -> list[float]:
    """The least CPU each work took, in turn, after one round to warm up."""
    for work in works:
        work()
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for place, work in enumerate(works):
            started = spent()
            work()
            best[place] = min(best[place], spent() - started)
    return best


def wall(work: Work) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def queries(work: Work) -> int:
    with CaptureQueriesContext(connection) as caught:
        work()
    return len([one for one in caught.captured_queries if "SAVEPOINT" not in one["sql"]])


def row(name: str, size: int, value: float, aim: str, *, floor: float | None = None,
        unit: str = "ms", counted: int | None = None, most_queries: int | None = None) -> dict:  # fmt: skip
    """`aim` limits the ratio where there is a floor, else the value: "≤4", "≥80"."""
    ratio = value / floor if floor else None
    measured, limit = value if ratio is None else ratio, float(aim.lstrip("≤≥"))
    met = measured >= limit if aim.startswith("≥") else measured <= limit
    if counted is not None and most_queries is not None:
        met = met and counted <= most_queries
    return {"name": name, "size": size, "value": round(value, 2), "unit": unit,
            "floor": None if floor is None else round(floor, 2),
            "ratio": None if ratio is None else round(ratio, 2), "aim": aim, "met": met,
            "queries": counted}  # fmt: skip


class Door:
    """Requests straight to a WSGI application, without a socket or a test client between."""

    def __init__(self, application: Any, person: Any = None) -> None:
        self.application = application
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={_session(person)}" if person else ""

    def get(self, url: str, **headers: str) -> bytes:
        path, _, query = url.partition("?")
        found: list[str] = []
        answer = self.application({
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "REMOTE_ADDR": "127.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8000", "HTTP_COOKIE": self.cookie,
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": BytesIO(), **headers,
        }, lambda status, *more: found.append(status))  # fmt: skip
        body = b"".join(answer)
        answer.close()
        assert found[0].startswith("200"), f"{url} answered {found[0]}"
        return body


def _session(person: Any) -> str:
    held = SessionStore()
    held[SESSION_KEY], held[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    held[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    held.create()
    return held.session_key


class Bare(WSGIHandler):
    """Django with no middleware and only the floors' addresses."""

    def __init__(self) -> None:
        with override_settings(MIDDLEWARE=[]):
            super().__init__()

    def resolve_request(self, request: Any) -> Any:
        request.urlconf = "bench.floors"
        return super().resolve_request(request)
