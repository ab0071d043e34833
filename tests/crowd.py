"""Many people pressing at the same moment: real threads, each with a connection of its own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


class Crowd:
    """Threads that keep their connections from round to round.

    `at_once` answers what each act returned or raised, in the order of the acts.
    """

    def __init__(self, size: int = 24) -> None:
        self.size, self.gate = size, threading.Barrier(size)

    def __enter__(self) -> "Crowd":
        self.pool = ThreadPoolExecutor(self.size)
        return self

    def __exit__(self, *error) -> None:
        # One farewell for each thread: the barrier holds every one of them until all have come.
        self.at_once([connections.close_all] * self.size)
        self.pool.shutdown()

    def at_once(self, acts: Iterable[Callable[[], Any]]) -> list[Any]:
        acts = list(acts)
        assert len(acts) == self.size
        return list(self.pool.map(self._act, acts))

    def _act(self, act: Callable[[], Any]) -> Any:
        self.gate.wait()
        try:
            return act()
        except Exception as error:
            return error


def together(acts: Iterable[Callable[[], Any]]) -> list[Exception]:
    """Run all acts at once, each in its own thread; answers what was raised."""
    acts = list(acts)
    with Crowd(len(acts)) as crowd:
        return [answer for answer in crowd.at_once(acts) if isinstance(answer, Exception)]
