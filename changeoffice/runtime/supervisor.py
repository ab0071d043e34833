"""Keeps web, worker and beat running, passes on what they say, and ends them in good order."""

import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

STEADY_SECONDS = 30  # a child that lived this long is started again at once
LONGEST_PAUSE = 30.0
STOP_SECONDS = 25
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    failures: int = 0
    rest: bytes = field(default=b"", repr=False)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def fell(self, now: float) -> float:
        """Note the fall and return the pause before the next start."""
        self.failures = 0 if now - self.started_at > STEADY_SECONDS else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.5 * 2**self.failures) if self.failures else 0.5
        self.process, self.due_at = None, now + pause
        return pause


class Supervisor:
    def __init__(self, children: list[Child], is_ready: Callable[[], bool]) -> None:
        self.children = children
        self.is_ready = is_ready
        self.stopping = False
        self._selector = selectors.DefaultSelector()

    def run(self, when_ready: Callable[[], None]) -> None:
        """Until SIGINT or SIGTERM; then everything has ended."""
        before = [(s, signal.signal(s, self._stop)) for s in (signal.SIGINT, signal.SIGTERM)]
        try:
            ready = False
            while not self.stopping:
                self._start_due()
                self._relay(0.1 if not ready else 0.5)
                self._bury()
                if not ready and self.is_ready():
                    ready = True
                    when_ready()
        finally:
            self._end_all()
            for number, handler in before:
                signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is None and child.due_at <= now:
                self._start(child, now)

    def _start(self, child: Child, now: float) -> None:
        child.started_at = now
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C reaches us only, and we end them in order
            preexec_fn=_end_with_parent,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )
        assert child.process.stdout is not None  # noqa: S101 for the type checker
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _relay(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            data = os.read(key.fd, 65536)
            if not data:
                self._selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
            *lines, child.rest = (child.rest + data).split(b"\n")
            for line in lines:
                _say(child.name, line.decode(errors="replace"))

    def _bury(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                code = child.process.returncode
                pause = child.fell(now)
                _say(child.name, f"ended with {code}; starting it again in {pause:g} s")

    def _end_all(self) -> None:
        for child in self.children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(child.runs for child in self.children) and time.monotonic() < deadline:
            self._relay(0.1)
        for child in self.children:
            if child.runs:
                _say(child.name, f"did not end within {STOP_SECONDS} s and is killed")
            _kill_group(child)


def _signal(child: Child, number: int) -> None:
    if child.process is not None and child.runs:
        with suppress(ProcessLookupError):
            child.process.send_signal(number)


def _kill_group(child: Child) -> None:
    """The child is its session's leader, so this reaches grandchildren it left behind."""
    if child.process is not None:
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _end_with_parent() -> None:
    """On Linux, end even when the supervisor was killed and could not say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _say(name: str, line: str) -> None:
    sys.stdout.write(f"{f'[{name}]':<9}{line}\n")
    sys.stdout.flush()
