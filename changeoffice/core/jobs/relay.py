"""Wake on PostgreSQL's NOTIFY, carry the outbox; runs as a thread inside every worker."""

import logging
import os
import select
import socket
import threading
import time

from celery import shared_task
from celery.signals import beat_init, worker_ready
from django.db import close_old_connections, connection
from django.utils import timezone

from changeoffice.core.jobs.models import Heartbeat
from changeoffice.core.outbox.relay import relay

log = logging.getLogger(__name__)
PATIENCE = 5.0  # seconds without a notice before looking anyway


@shared_task
def carry_outbox() -> None:
    relay()


@worker_ready.connect
def start_relay(**kwargs) -> None:
    threading.Thread(target=listen_for_ever, name="outbox-relay", daemon=True).start()


@beat_init.connect
def start_beating(**kwargs) -> None:
    threading.Thread(target=beat_for_ever, name="heartbeat", daemon=True).start()


def listen_for_ever() -> None:
    """Survive anything but the end of the process: the database may restart under us."""
    while True:
        try:
            _listen()
        except Exception:
            log.exception("outbox relay lost its connection; trying again")
            connection.close()
            time.sleep(2)


def _listen() -> None:
    started = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("LISTEN outbox")
    while True:
        beat("worker", started)
        relay()
        raw = connection.connection
        if select.select([raw], [], [], PATIENCE)[0]:
            raw.poll()
            raw.notifies.clear()


def beat_for_ever() -> None:
    started = timezone.now()
    while True:
        try:
            beat("beat", started)
        except Exception:
            log.exception("heartbeat failed; trying again")
            connection.close()
        close_old_connections()
        time.sleep(15)


def beat(kind: str, started) -> None:
    name = f"{kind}@{socket.gethostname()}:{os.getpid()}"[:80]
    Heartbeat.objects.update_or_create(
        process=name, defaults={"kind": kind, "started_at": started, "at": timezone.now()}
    )
