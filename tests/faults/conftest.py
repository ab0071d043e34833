"""One office for all these tests; each starts the processes it needs and finds nothing waiting."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from changeoffice.runtime.embedded import Servers
from changeoffice.runtime.place import prepare
from tests.faults.office import Office


@pytest.fixture(scope="session")
def made_office() -> Iterator[Office]:
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)  # root's servers run as another account
        folder = Path(name) / "data"
        office = Office(folder, Servers(prepare(folder), durable=False))
        try:
            office.make()
            office.post.open()
            yield office
        finally:
            office.post.close()
            office.servers.detach()


@pytest.fixture
def office(made_office: Office) -> Iterator[Office]:
    for log in made_office.folder.glob("*.log"):
        if not log.stem.startswith(("postgres", "valkey")):
            log.unlink()
    made_office.settle()
    yield made_office
    made_office.kill_all()
