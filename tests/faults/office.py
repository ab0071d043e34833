"""A whole office of its own to break: PostgreSQL, Valkey, mail, and web, worker and beat as real
processes that can be stopped and killed one by one."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psutil
import psycopg2
import redis

from changeoffice.runtime.embedded import Servers
from changeoffice.runtime.place import PROJECT
from changeoffice.runtime.postgres import NAME, free_port
from tests.faults.cast import PASSWORD
from tests.faults.post_office import PostOffice
from tests.runtime.conftest import OF_THE_TEST_RUN

START_SECONDS = 120
MAKE_SECONDS = 1200  # only against hanging: migrating took 5 minutes beside other test runs
CELERY = ("celery", "-A", "changeoffice.config", "--quiet")
HOLD = """
CREATE OR REPLACE FUNCTION probe_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$;
CREATE TABLE IF NOT EXISTS probe_effect (key text NOT NULL, at timestamptz DEFAULT clock_timestamp());
GRANT ALL ON probe_effect TO changeoffice;
"""


class Office:
    def __init__(self, folder: Path, servers: Servers) -> None:
        self.folder, self.servers = folder, servers
        self.port = free_port()
        self.post = PostOffice(free_port())
        self.halt_file = folder / "halted"
        self.running: dict[str, subprocess.Popen] = {}
        self.cast: dict[str, str] = {}

    # servers -----------------------------------------------------------------------------------
    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in OF_THE_TEST_RUN}
        return inherited | {
            "DATABASE_URL": self.servers.postgres.url,
            "DATABASE_APP_ROLE": NAME,
            "REDIS_URL": self.servers.valkey.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.post.port}",
            "CHANGEOFFICE_DATA": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "SECRET_KEY": "a key for tests of faults, of no use to anybody else at all",
            "PYTHONPATH": str(PROJECT),
            "DEVELOPMENT": "1",
            "HALT_FILE": str(self.halt_file),
        }

    def make(self) -> None:
        self.servers.attach()
        owner = {"DATABASE_URL": self.servers.postgres.owner_url}
        self.run("manage.py", "migrate", "--no-input", "--verbosity", "0", **owner)
        self.sql(HOLD)
        self.cast = json.loads(self.run("-m", "tests.faults.cast"))

    def run(self, *command: str, **extra: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=PROJECT, env=self.environment | extra,
            capture_output=True, text=True, timeout=MAKE_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr}"
        return done.stdout

    def settle(self) -> None:
        """A quiet start for the next test: both servers run, nothing waits, nobody is at work."""
        self.servers.attach()
        self.sql(
            "TRUNCATE outbox_outbox, jobs_jobrun, jobs_heartbeat, probe_effect, doors_rememberedanswer"
        )
        with self.queue() as queue:
            queue.config_set("maxmemory", 0)
            queue.flushall()
        self.halt_file.unlink(missing_ok=True)
        self.post.letters.clear()
        self.post.accepted.clear()
        self.post.answer_after.set()

    def sql(self, text: str, *values: Any) -> list[tuple]:
        with contextlib.closing(self.servers.postgres._connect(NAME)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(text, values or None)
                return cursor.fetchall() if cursor.description else []

    def one(self, text: str, *values: Any) -> Any:
        return self.sql(text, *values)[0][0]

    @contextlib.contextmanager
    def queue(self) -> Iterator[redis.Redis]:
        with redis.Redis.from_url(self.servers.valkey.url, socket_timeout=5) as client:
            yield client

    @contextlib.contextmanager
    def held(self, table: str) -> Iterator[Callable[[], int]]:
        """Whoever inserts into the table waits; answers a function that waits for such a session
        and names it."""
        self.sql(
            f"CREATE TRIGGER hold BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION probe_hold()"
        )
        holder: psycopg2.extensions.connection = self.servers.postgres._connect(NAME)
        holder.cursor().execute("SELECT pg_advisory_lock(4711)")

        def reached() -> int:
            until(self.waiters, 90, f"nobody wrote into {table}", self)
            return self.waiters()[0][0]

        try:
            yield reached
        finally:
            holder.close()
            self.sql(f"DROP TRIGGER hold ON {table}")

    def waiters(self) -> list[tuple]:
        return self.sql(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted"
        )

    def gone(self, session: int) -> None:
        """The database has seen that the client of this session died."""
        there = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        until(lambda: not self.one(there, session), 30, "the dead client's session stays", self)

    # processes ---------------------------------------------------------------------------------
    def start(self, name: str, *command: str, **extra: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=PROJECT, env=self.environment | extra,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.running[name] = process
        return process

    def start_web(
        self, application: str = "changeoffice.config.wsgi:application", *more: str
    ) -> None:
        self.start("web", "gunicorn", application, "--bind", f"127.0.0.1:{self.port}",
                   "--worker-class", "gthread", "--workers", "2", "--threads", "4",
                   "--no-control-socket", "--log-level", "warning", *more)  # fmt: skip
        until(lambda: self.get("/readyz")[0] == 200, START_SECONDS, "web did not answer", self)

    def start_worker(self, name: str = "worker", **extra: str) -> subprocess.Popen:
        before = self.pulses("worker")
        process = self.start(name, *CELERY, "worker", "--concurrency", "2", "--hostname",
                             f"{name}@faults", "--loglevel", "WARNING", **extra)  # fmt: skip
        until(lambda: self.pulses("worker") > before, START_SECONDS, "no worker pulse", self)
        return process

    def start_beat(self, name: str = "beat") -> subprocess.Popen:
        return self.start(name, *CELERY, "beat", "--schedule", str(self.folder / f"{name}.schedule"),
                          "--pidfile=", "--max-interval", "1", "--loglevel", "WARNING")  # fmt: skip

    def pulses(self, kind: str) -> int:
        return self.one("SELECT count(*) FROM jobs_heartbeat WHERE kind = %s", kind)

    def children(self, name: str) -> list[psutil.Process]:
        """gunicorn's workers or celery's pool, without helpers."""
        return psutil.Process(self.running[name].pid).children()

    def kill(self, name: str) -> None:
        """The whole process group at once, as the kernel does when memory ends."""
        process = self.running.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, name: str, seconds: float = 60) -> int:
        process = self.running.pop(name)
        process.terminate()
        try:
            return process.wait(seconds)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

    def kill_all(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def said(self) -> str:
        parts = [(path.stem, path.read_text(errors="replace")[-2500:])
                 for path in sorted(self.folder.glob("*.log"))]  # fmt: skip
        return "\n".join(f"── {name} ──\n{text}" for name, text in parts)

    # doors -------------------------------------------------------------------------------------
    def get(self, path: str, who: str = "", timeout: float = 30) -> tuple[int, bytes]:
        return self.ask("GET", path, who, timeout=timeout)

    def ask(self, method: str, path: str, who: str = "", body: dict | None = None,
            timeout: float = 30, **headers: str) -> tuple[int, bytes]:  # fmt: skip
        """Status and body; 0 when no answer came."""
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        for name, value in headers.items():
            asked.add_header(name.replace("_", "-"), value)
        if who:
            asked.add_header("Authorization", f"Bearer {self.cast[who]}")
        if body is not None:
            asked.data = json.dumps(body).encode()
            asked.add_header("Content-Type", "application/json")
        try:
            try:
                with urllib.request.urlopen(asked, timeout=timeout) as answer:  # noqa: S310
                    return answer.status, answer.read()
            except urllib.error.HTTPError as error:
                return error.code, error.read()
        except (OSError, HTTPException):  # refused, broken off, or broken off in its midst
            return 0, b""

    def sign_in(self, who: str) -> urllib.request.OpenerDirector:
        """Through the page, with the password; answers what opens further pages."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        address = f"http://127.0.0.1:{self.port}/sign-in"
        page = opener.open(address, timeout=30).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, page[:500]
        fields = {"csrfmiddlewaretoken": token[1], "login": who, "password": PASSWORD}
        answer = opener.open(address, urlencode(fields).encode(), timeout=30)
        assert "/sign-in" not in answer.url, answer.read().decode()[:2000]
        return opener

    def status(self, opener: urllib.request.OpenerDirector) -> dict:
        return json.load(opener.open(f"http://127.0.0.1:{self.port}/status", timeout=30))

    def effects(self) -> Counter:
        return Counter(key for (key,) in self.sql("SELECT key FROM probe_effect"))

    def comment(self, words: str, **headers: str) -> int:
        """What the colleague says about the author's idea; the author gets a notice and a letter."""
        path = f"/api/v1/ideas/{self.cast['idea']}/comments/"
        return self.ask("POST", path, "colleague", {"body": words}, **headers)[0]

    def enqueue(self, topic: str, row: str, /, due_in: float = 0, **payload: Any) -> None:
        self.sql(
            "INSERT INTO outbox_outbox (topic, key, payload, attempts, last_error, not_before)"
            " VALUES (%s, %s, %s, 0, '', now() + make_interval(secs => %s))",
            topic, row, json.dumps(payload), due_in,
        )  # fmt: skip

    def waiting(self) -> int:
        return self.one("SELECT count(*) FROM outbox_outbox WHERE done_at IS NULL")

    def drained(self, seconds: float) -> float:
        """Wait until nothing waits; answers how long it took."""
        begun = time.monotonic()
        until(lambda: not self.waiting(), seconds, "the outbox was not drained", self)
        return time.monotonic() - begun


def until(
    true: Callable[[], Any], seconds: float, otherwise: str, office: Office | None = None
) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            said = f"\n{office.said()}" if office else ""
            raise AssertionError(f"{otherwise} within {seconds:g} s{said}")
        time.sleep(0.1)
