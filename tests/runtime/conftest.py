"""A folder for servers of a test's own, and ways to start processes that use them.

These tests never touch the servers of the test run itself.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from changeoffice.runtime.embedded import Servers
from changeoffice.runtime.place import PROJECT, prepare
from changeoffice.runtime.postgres import free_port

OF_THE_TEST_RUN = {"DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_APP_ROLE", "REDIS_URL"}
USER = """
import sys
from changeoffice.runtime.embedded import attach
attach()
print("attached", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, since a socket's may not be long; nothing may be left running in it."""
    with tempfile.TemporaryDirectory(prefix="office-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # root's servers run as another account
        yield Path(name) / "data"
        left = processes_of(Path(name))
        for process in left:
            process.kill()
        assert not left, f"still running: {[p.cmdline() for p in left]}"


@pytest.fixture
def servers(folder: Path) -> Iterator[Servers]:
    made = Servers(prepare(folder), durable=False)
    yield made
    made.detach()


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if k not in OF_THE_TEST_RUN}
    return inherited | {
        "CHANGEOFFICE_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.runtime.tiny_settings",
        "PYTHONPATH": str(PROJECT),
        "PORT": str(free_port()),
        "DEMO": "1",
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def go(*command: str, **extra: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=PROJECT,
            env=environment | extra,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield go
    for process in started:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


@pytest.fixture
def user(start: Callable[..., subprocess.Popen[str]]) -> Callable[[], subprocess.Popen[str]]:
    """Another process that has attached and stays until its input ends."""

    def attached() -> subprocess.Popen[str]:
        process = start("-c", USER)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line == "attached\n", line + process.stdout.read()
        return process

    return attached


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def processes_of(folder: Path) -> list[psutil.Process]:
    """Living processes that name the folder or work in it."""
    found = []
    for process in psutil.process_iter():
        try:
            names_it = str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(
                str(folder)
            )
            if names_it and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
