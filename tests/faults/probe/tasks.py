"""A handler and a job whose effects can be counted: each leaves a row in `probe_effect`."""

import time

from celery.schedules import schedule
from django.db import connection

from changeoffice.core.jobs.registry import job
from changeoffice.core.outbox.relay import handler


def effect(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe_effect (key) VALUES (%s)", [key])


@handler("probe")
def carry(key: str, seconds: float = 0) -> None:
    effect(key)
    time.sleep(seconds)


@job("probe", title="Probe", does="Leaves one row a run.", every=schedule(2))
def probe(now) -> dict[str, int]:
    effect("ticked")
    return {"effects": 1}


@job("probe-on-request", title="Probe on request", does="Leaves a row.", every=schedule(86400))
def on_request(now) -> dict[str, int]:
    effect("asked")
    return {"effects": 1}
