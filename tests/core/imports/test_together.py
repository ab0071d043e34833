"""Two imports at once, a stop in the middle, a worker that is killed: real threads and processes."""

import os
import signal
import threading
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from changeoffice.core.imports import carrying, uploading
from changeoffice.core.imports.models import Import, ImportLine
from ideation.models import Idea

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 120  # seconds


@pytest.fixture(autouse=True)
def store(settings, tmp_path, office):
    settings.MEDIA_ROOT = str(tmp_path)


def checked(analyst, rows: int) -> Import:
    lines = [f"R-{n},Idea number {n},Somebody had this thought" for n in range(rows)]
    content = "\n".join(["Ref,Title,Description", *lines]).encode()
    record = uploading.uploaded(by=analyst, of="ideas", source="box",
                                upload=SimpleUploadedFile("box.csv", content))  # fmt: skip
    record.dry_run(by=analyst)
    carrying.carry(record.pk, record.attempt)
    record.refresh_from_db()
    assert record.state == "checked", record.trouble
    return record


def started(record: Import, analyst) -> Import:
    record.run(by=analyst)
    record.refresh_from_db()
    return record


def at_once(*records: Import) -> list[threading.Thread]:
    def carry(pk: int, attempt: int) -> None:
        try:
            carrying.carry(pk, attempt)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=carry, args=[r.pk, r.attempt]) for r in records]
    for thread in threads:
        thread.start()
    return threads


def until(found) -> None:
    end = time.monotonic() + PATIENCE
    while not found():
        assert time.monotonic() < end, "it never came so far"
        time.sleep(0.05)


def written(record: Import) -> int:
    told = Import.objects.get(pk=record.pk).progress
    steps = told.steps if told.attempt == record.attempt else []
    return next((step["done"] for step in steps if step["step"] == "write"), 0)


def test_two_imports_of_one_source_at_once_make_nothing_twice(analyst):
    first, second = checked(analyst, 20), checked(analyst, 20)
    for record in (first, second):
        started(record, analyst)
    for thread in at_once(first, second):
        thread.join()
    assert Idea.objects.count() == 20
    states = sorted(Import.objects.values_list("state", flat=True))
    assert states == ["checked", "done"]  # the second is told what is different now


def test_one_import_carried_by_two_workers_is_done_once(analyst):
    record = started(checked(analyst, 20), analyst)
    for thread in at_once(record, record):
        thread.join()
    record.refresh_from_db()
    assert record.state == "done" and Idea.objects.count() == 20


def test_progress_shows_while_nothing_of_it_does_and_a_stop_saves_nothing(analyst):
    record = started(checked(analyst, 150), analyst)
    (worker,) = at_once(record)
    until(lambda: written(record) > 0)
    assert Idea.objects.count() == 0
    Import.objects.get(pk=record.pk).stop(by=analyst)
    worker.join()
    record.refresh_from_db()
    assert record.state == "stopped" and Idea.objects.count() == 0
    assert ImportLine.objects.filter(of=record, outcome="created").count() == 150
    started(record, analyst)
    carrying.carry(record.pk, record.attempt)
    assert Idea.objects.count() == 150


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_import_starts_again(analyst):
    record = started(checked(analyst, 150), analyst)
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            carrying.carry(record.pk, record.attempt)
        finally:
            os._exit(1)
    until(lambda: written(record) > 0)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    until(lambda: _is_free(record))
    assert Idea.objects.count() == 0
    carrying.carry(record.pk, record.attempt)  # the broker delivers it again
    record.refresh_from_db()
    assert record.state == "failed" and "Nothing was saved" in record.trouble
    started(record, analyst)
    carrying.carry(record.pk, record.attempt)
    record.refresh_from_db()
    assert record.state == "done" and Idea.objects.count() == 150


def _is_free(record: Import) -> bool:
    with carrying.alone(record.pk) as free:
        return free
