import json
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from django.db import OperationalError
from psycopg2.errors import DiskFull

from changeoffice.runtime.management.commands.up import in_words
from tests.runtime.conftest import processes_of

ANSWERS = "The change office answers at"


def wait_for(process: subprocess.Popen[str], text: str) -> str:
    """Read until the text appears; the process's own end ends the wait as well."""
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    pytest.fail(f"{text!r} was never said:\n{said}")


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_up_serves_and_a_polite_end_leaves_nothing(start, environment, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / "up.json").write_text(json.dumps({"address": "http://an-ended-run/", "pid": 1}))
    office = start("manage.py", "up")
    said = wait_for(office, ANSWERS)
    assert environment["PORT"] in said
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/livez") as answer:
        assert answer.read() == b"alive"
    descendants = family(office)
    assert len(descendants) >= 5
    office.send_signal(signal.SIGTERM)
    rest, _ = office.communicate(timeout=60)
    assert office.returncode == 0, rest
    assert "Everything is kept" in rest
    assert processes_of(folder) == []
    assert [p for p in descendants if p.is_running()] == []


def test_beside_a_running_office(start, environment, folder: Path) -> None:
    """A second one is sent to the first; a command uses its servers and leaves them running;
    Ctrl-C ends it all."""
    office = start("manage.py", "up")
    wait_for(office, ANSWERS)
    second = start("manage.py", "up", PORT="1")
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"already running at http://127.0.0.1:{environment['PORT']}/" in said
    beside = start("manage.py", "migrate", "--check")
    said, _ = beside.communicate(timeout=60)
    assert beside.returncode == 0, said
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/livez") as answer:
        assert answer.status == 200
    office.send_signal(signal.SIGINT)
    rest, _ = office.communicate(timeout=60)
    assert office.returncode == 0, rest
    assert processes_of(folder) == []


def test_a_command_starts_what_it_needs_and_stops_it(start, folder: Path) -> None:
    alone = start("manage.py", "migrate", "--verbosity", "0")
    said, _ = alone.communicate(timeout=60)
    assert alone.returncode == 0, said
    assert "Starting PostgreSQL" in said
    assert processes_of(folder) == []


def test_help_starts_nothing(start, folder: Path) -> None:
    assert start("manage.py", "help").wait(60) == 0
    assert not folder.exists()


def test_a_taken_port_is_named_before_anything_starts(start, environment, folder: Path) -> None:
    with socket.socket() as taker:
        taker.bind(("127.0.0.1", int(environment["PORT"])))
        taker.listen()
        office = start("manage.py", "up")
        said, _ = office.communicate(timeout=60)
    assert office.returncode == 1
    assert f"Port {environment['PORT']}" in said
    assert "PORT=" in said
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize("wrong", ["web", "0", "70000"])
def test_a_port_that_is_none_is_refused(start, wrong: str) -> None:
    said, _ = start("manage.py", "up", PORT=wrong).communicate(timeout=60)
    assert "must be a number from 1 to 65535" in said


@pytest.mark.faults
def test_a_child_that_dies_is_started_again(start, environment) -> None:
    office = start("manage.py", "up")
    wait_for(office, ANSWERS)
    web = next(p for p in psutil.Process(office.pid).children() if "gunicorn" in p.cmdline())
    web.kill()
    said = wait_for(office, "starting it again")
    assert "[web]" in said
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/livez") as answer:
                assert answer.status == 200
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("web did not come back")


@pytest.mark.faults
def test_children_end_with_a_killed_supervisor(start, folder: Path) -> None:
    office = start("manage.py", "up")
    wait_for(office, ANSWERS)
    own = [p for p in psutil.Process(office.pid).children() if "-m" in p.cmdline()]
    office.kill()
    assert len(own) == 3
    _, alive = psutil.wait_procs(own, timeout=30)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
    # The servers outlive it; the next command finds them and stops them when it leaves.
    start("manage.py", "migrate", "--check").communicate(timeout=60)
    assert processes_of(folder) == []


def test_a_database_that_is_not_there_is_named(start, environment) -> None:
    nowhere = "postgres://office:password@127.0.0.1:1/office"
    office = start("manage.py", "up", DATABASE_URL=nowhere, REDIS_URL="redis://127.0.0.1:1/0")
    said, _ = office.communicate(timeout=60)
    assert office.returncode == 1
    assert "The database cannot be used as it is" in said
    assert "Traceback" not in said


def test_a_disk_that_fills_up_meanwhile_is_named_with_what_to_do() -> None:
    error = OperationalError("could not extend file")
    error.__cause__ = DiskFull()
    assert "The disk became full" in in_words(error) and "start again" in in_words(error)


def test_an_unsafe_setting_is_explained_without_a_traceback(start) -> None:
    real = "changeoffice.config.settings"
    office = start("manage.py", "up", DJANGO_SETTINGS_MODULE=real, HOST="0.0.0.0")
    said, _ = office.communicate(timeout=60)
    assert office.returncode == 1
    assert "listen on loopback only" in said
    assert "Traceback" not in said
