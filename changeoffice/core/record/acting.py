"""Through which door somebody acts: a page, an API client, a job, an import, the demo's past."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    name: str
    client: str = ""


SHELL = Door("shell")
_door: ContextVar[Door] = ContextVar("door", default=SHELL)


def door() -> Door:
    return _door.get()


@contextmanager
def through(name: str, client: str = "") -> Iterator[None]:
    token = _door.set(Door(name, client[:120]))
    try:
        yield
    finally:
        _door.reset(token)
