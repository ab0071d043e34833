"""What has to be right before Django loads its settings: environment, servers, browser files."""

import contextlib
import errno
import json
import os
import socket
import sys
import time
from pathlib import Path

from changeoffice.runtime import browser_files, locks
from changeoffice.runtime.embedded import attach
from changeoffice.runtime.place import Trouble, prepare, write_private

TRUE = ("1", "true", "yes", "on", "y", "t", "ok")


# Commands that change the schema work as its owner; everything else as the application's role.
OF_THE_OWNER = {"leave_demo", "migrate", "sqlflush", "test"}


def prepare_command(name: str) -> None:
    """For `manage.py` anything: beside a running `make up` it uses its servers, else its own."""
    if "DATABASE_URL" not in os.environ:
        local_environment()
    attach(say)
    if name in OF_THE_OWNER:
        become_owner()


def prepare_without_servers() -> None:
    """On a machine where nothing is set, settings load as those of a trial."""
    if not {"DATABASE_URL", "SECRET_KEY"} & set(os.environ):
        os.environ.setdefault("DEMO", "1")


def prepare_up() -> None:
    begin_up()
    local_environment()
    browser_files.ensure(say)
    attach(say)
    os.environ["CHANGEOFFICE_APP_URL"] = os.environ["DATABASE_URL"]  # for web, worker and beat
    become_owner()


def become_owner() -> None:
    if owner := os.environ.get("DATABASE_OWNER_URL"):
        os.environ["DATABASE_URL"] = owner


def local_environment() -> None:
    """What a trial on one machine needs to be safe without anybody setting it."""
    os.environ.setdefault("DEMO", "1")
    if os.environ["DEMO"].lower() not in TRUE:
        return
    place = prepare()
    if "SECRET_KEY" not in os.environ:
        os.environ["SECRET_KEY"] = place.secret("secret_key")
    if "STATIC_ROOT" not in os.environ:  # files are served from where they are; this stays empty
        (place.root / "collected").mkdir(exist_ok=True)
        os.environ["STATIC_ROOT"] = str(place.root / "collected")


def say(text: str) -> None:
    sys.stderr.write(f"· {text}\n")
    sys.stderr.flush()


# ── one `up` per data folder ─────────────────────────────────────────────────────────────────

_held: list[int] = []  # the descriptor that holds the lock until this process ends


def begin_up() -> None:
    root = prepare().root
    lock = locks.try_lock(root / "up.lock")
    if lock is None:
        raise Trouble(
            f"The office is already running at {running_address(root)} with the data in {root}. "
            "Stop that one first with Ctrl-C in its terminal, or set CHANGEOFFICE_DATA and PORT "
            "to run a second one beside it."
        )
    _held.append(lock)
    check_port()
    write_private(root / "up.json", json.dumps({"address": address(), "pid": os.getpid()}))


def running_address(root: Path) -> str:
    for _ in range(20):
        with contextlib.suppress(OSError, ValueError, KeyError):
            return str(json.loads((root / "up.json").read_text())["address"])
        time.sleep(0.1)
    return "an address it has not said yet"


def host() -> str:
    return os.environ.get("HOST", "127.0.0.1")


def port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def address() -> str:
    name = f"[{host()}]" if ":" in host() else host()
    return f"http://{name}:{port()}/"


def check_port() -> None:
    family = socket.AF_INET6 if ":" in host() else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host(), port()))
        except OSError as error:
            raise Trouble(_port_message(error)) from None


def _port_message(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port()} on {host()} is taken by another program. Stop that one, or choose "
            f"another port, for example: PORT={port() + 1} make up"
        )
    if error.errno == errno.EACCES:
        return f"Port {port()} may not be used by this account. Choose one above 1023 with PORT."
    return f"The office cannot listen on {host()}:{port()}: {error.strerror}."
