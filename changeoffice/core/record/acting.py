"""Through which door somebody acts: a page, an API client, a job, an import, the demo's past; and
what is done to many at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4


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


_bulk: ContextVar[str] = ContextVar("bulk", default="")


def bulk() -> str:
    """The name of the bulk act that is going on, or nothing."""
    return _bulk.get()


@contextmanager
def together() -> Iterator[None]:
    """What is done within is one act on many records: people are told of it once."""
    token = _bulk.set(uuid4().hex)
    try:
        yield
    finally:
        _bulk.reset(token)
