"""For pytest: servers of the test run's own in a temporary folder, and a browser to drive.

Loaded by `-p` in pyproject.toml, early enough to set the environment before the settings load.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from changeoffice.runtime import embedded, launch
from changeoffice.runtime.place import Trouble

_servers: embedded.Servers | None = None
_folder: Path | None = None


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None]:
    global _servers, _folder
    os.environ.setdefault("DEVELOPMENT", "1")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        if "CHANGEOFFICE_TEST_DATA" not in os.environ:
            _folder = Path(tempfile.mkdtemp(prefix="changeoffice-tests-"))
        os.environ["CHANGEOFFICE_DATA"] = os.environ.get("CHANGEOFFICE_TEST_DATA", str(_folder))
        try:
            _servers = embedded.attach(durable=False)
        except Trouble as trouble:
            raise pytest.UsageError(str(trouble)) from None
        launch.become_owner()  # who may create the test database and empty its tables
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if _servers:
        _servers.detach()
    if _folder:
        shutil.rmtree(_folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Find or fetch a browser once, only when a chosen test drives one."""
    if any(item.get_closest_marker("browser") for item in session.items):
        from changeoffice.runtime.chromium import ensure

        try:
            os.environ["CHANGEOFFICE_CHROMIUM"] = ensure()
        except Trouble as trouble:
            pytest.exit(str(trouble), returncode=1)
