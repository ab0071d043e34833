"""`attach()`: make sure there is a PostgreSQL and a Valkey for this process to use.

The first process that needs them starts them, the last that leaves stops them. Processes count
themselves by a shared lock the kernel drops when they die; starting and stopping happens under an
exclusive one. Whoever finds DATABASE_URL and REDIS_URL set, by hand or by the process that
started it, has nothing to do.
"""

import atexit
import contextlib
import os
from pathlib import Path

from changeoffice.runtime import locks
from changeoffice.runtime.locks import Say
from changeoffice.runtime.place import Place, explain, prepare
from changeoffice.runtime.postgres import NAME, Postgres
from changeoffice.runtime.valkey import Valkey


class Servers:
    """Both servers of one data folder, as one process sees them."""

    def __init__(self, place: Place, durable: bool = True) -> None:
        self.place = place
        self.postgres = Postgres(place, durable)
        self.valkey = Valkey(place, durable)
        self._membership: int | None = None

    def attach(self, say: Say | None = None, postgres: bool = True, valkey: bool = True) -> None:
        with self._turn(say):
            self._membership = self._membership or locks.join(self._users)
            try:
                if postgres:
                    self._start_postgres(say)
                if valkey and not self.valkey.answers:
                    tell(say, "Starting Valkey")
                    self.valkey.start()
            except BaseException:
                self._leave()
                raise

    def detach(self) -> None:
        if self._membership is None:
            return
        with self._turn():
            self._leave()

    def _leave(self) -> None:
        if self._membership is not None:
            os.close(self._membership)
            self._membership = None
        if locks.anybody_in(self._users):
            return
        self.valkey.stop()
        if self.postgres.is_made:
            self.postgres.stop()

    def _start_postgres(self, say: Say | None) -> None:
        if not self.postgres.is_made:
            tell(say, f"Making the database in {self.postgres.data}")
            self.postgres.make()
        if not self.postgres.answers:
            tell(say, "Starting PostgreSQL")
            self.postgres.start()

    def _turn(self, say: Say | None = None) -> contextlib.AbstractContextManager[None]:
        return locks.one_at_a_time(self.place.root / "servers.lock", say)

    @property
    def _users(self) -> Path:
        return self.place.root / "users.lock"


def tell(say: Say | None, text: str) -> None:
    if say:
        say(text)


def attach(say: Say | None = None, durable: bool = True) -> Servers | None:
    """Set DATABASE_URL and REDIS_URL where they are missing, starting what that needs.

    Raises Trouble with a message for the person at the keyboard.
    """
    postgres = "DATABASE_URL" not in os.environ
    valkey = "REDIS_URL" not in os.environ
    if not (postgres or valkey):
        return None
    place = prepare()
    servers = Servers(place, durable)
    try:
        servers.attach(say, postgres, valkey)
    except OSError as error:
        raise explain(error, place.servers) from error
    if postgres:
        os.environ["DATABASE_URL"] = servers.postgres.url
        os.environ["DATABASE_OWNER_URL"] = servers.postgres.owner_url
        os.environ["DATABASE_APP_ROLE"] = NAME
    if valkey:
        os.environ["REDIS_URL"] = servers.valkey.url
    _detach_at_exit(servers)
    return servers


def _detach_at_exit(servers: Servers) -> None:
    me = os.getpid()

    def leave() -> None:
        if os.getpid() == me:  # not in a forked child
            servers.detach()

    atexit.register(leave)
