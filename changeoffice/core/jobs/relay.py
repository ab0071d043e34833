"""Wake on PostgreSQL's NOTIFY, carry the outbox; runs as a thread inside every worker."""

import logging
import os
import select
import socket
import threading
import time
from datetime import datetime

from celery import bootsteps, current_app
from celery.signals import beat_init, worker_shutting_down
from django.db import close_old_connections, connection
from django.utils import timezone

from changeoffice.core.jobs.models import Heartbeat
from changeoffice.core.outbox.relay import relay

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds without a notice before looking anyway
BEAT_EVERY = 10.0
BATCH = 200
LAST_ROW = 30.0  # seconds a worker that ends gives the row it is carrying
_stop = threading.Event()


class OutboxRelay(bootsteps.StartStopStep):
    """Runs between the pool, which is forked before there are threads, and the consumer, which
    waits for the broker: what needs none is carried while it is away."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker, **kwargs) -> None:
        self.threads = [
            threading.Thread(target=listen_for_ever, args=[outward], name=name, daemon=True)
            for name, outward in (("outbox-relay", False), ("outward-relay", True))
        ]

    def start(self, worker) -> None:
        _stop.clear()
        for thread in self.threads:
            thread.start()

    def stop(self, worker) -> None:
        """A letter that is being handed over is noted as sent before the process ends."""
        _stop.set()
        until = time.monotonic() + LAST_ROW
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))


current_app.steps["worker"].add(OutboxRelay)


@worker_shutting_down.connect
def stop_relay(**kwargs) -> None:
    """Told to end: take no further row, while tasks at work are still being waited for."""
    _stop.set()


@beat_init.connect
def start_beating(**kwargs) -> None:
    threading.Thread(target=beat_for_ever, name="heartbeat", daemon=True).start()


def listen_for_ever(outward: bool = False) -> None:
    """Survive anything but the end of the process: the database may restart under us."""
    pulse = Pulse("worker")
    while not _stop.is_set():
        try:
            listen(pulse, outward)
        except Exception:
            log.exception("outbox relay lost its connection; trying again")
            connection.close()
            _stop.wait(2)
    connection.close()


def listen(pulse: "Pulse", outward: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN outbox")
    while not _stop.is_set():
        raw = connection.connection
        raw.notifies.clear()  # what was announced up to here is seen by the next look
        if not outward:  # one pulse for the process
            pulse.beat()
        counts = relay(BATCH, until=_stop.is_set, outward=outward)
        if sum(counts.values()) >= BATCH or raw.notifies:
            continue
        if select.select([raw], [], [], PATIENCE)[0]:
            raw.poll()


def beat_for_ever() -> None:
    pulse = Pulse("beat")
    while not _stop.is_set():
        try:
            pulse.beat()
        except Exception:
            log.exception("heartbeat failed; trying again")
            connection.close()
        close_old_connections()
        _stop.wait(BEAT_EVERY)


class Pulse:
    """Says every few seconds that this process is alive."""

    def __init__(self, kind: str) -> None:
        self.kind, self.started, self.last = kind, timezone.now(), 0.0
        self.name = f"{kind}@{socket.gethostname()}:{os.getpid()}"[:80]

    def beat(self) -> None:
        if time.monotonic() - self.last < BEAT_EVERY and self.last:
            return
        now: datetime = timezone.now()
        Heartbeat.objects.update_or_create(
            process=self.name, defaults={"kind": self.kind, "started_at": self.started, "at": now}
        )
        self.last = time.monotonic()
