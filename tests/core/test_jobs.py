"""Jobs: once per slot, never two at a time, taken up again when a worker died."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab, schedule
from django.db import connection
from django.utils import timezone

from changeoffice.core.jobs import registry
from changeoffice.core.jobs.models import Heartbeat, JobRun
from changeoffice.core.jobs.registry import JOBS, Job, ask_for, last_due, missed, run_due, start
from changeoffice.core.jobs.relay import Pulse
from changeoffice.core.jobs.schedule import catch_up, housekeeping
from changeoffice.core.jobs.timing import words_for
from changeoffice.core.outbox import relay as carrying
from changeoffice.core.outbox.models import Outbox, enqueue
from changeoffice.core.outbox.relay import handler, relay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_waits(db):
    """What making the test database itself enqueued is not part of these tales."""
    Outbox.objects.all().delete()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def ran():
    """A job "probe" that notes each run; what it does can be replaced."""
    runs: list[datetime] = []

    def run(now):
        runs.append(now)
        return {"items": 3}

    JOBS["probe"] = Job("probe", "Probe", "Notes that it ran.", schedule(60), run)
    yield runs
    del JOBS["probe"]


def replace(run) -> None:
    old = JOBS["probe"]
    JOBS["probe"] = Job(old.name, old.title, old.does, old.every, run)


@pytest.mark.parametrize(("every", "now", "due"), [
    (schedule(60), "2026-11-10 09:02:31", "2026-11-10 09:02:00"),
    (schedule(900), "2026-11-10 09:14:59", "2026-11-10 09:00:00"),
    (crontab(minute=0, hour=1), "2026-11-10 09:14:59", "2026-11-10 01:00:00"),
    (crontab(minute=0, hour=1), "2026-11-10 00:59:59", "2026-11-09 01:00:00"),
    (crontab(minute=30, hour=6, day_of_week="mon"), "2026-11-12 12:00:00", "2026-11-09 06:30:00"),
    (crontab(minute=0, hour=2, day_of_month=1), "2026-11-12 12:00:00", "2026-11-01 02:00:00"),
    (crontab(minute="*/15"), "2026-11-12 12:44:10", "2026-11-12 12:30:00"),
])  # fmt: skip
def test_a_slot_is_the_instant_the_schedule_named_last(every, now, due):
    assert last_due(every, at(now)) == at(due)


@pytest.mark.parametrize(("every", "words"), [
    (schedule(60), "every minute"), (schedule(900), "every 15 minutes"), (schedule(3600), "every hour"),
    (crontab(minute=0, hour=1), "01:00 UTC each day"), (crontab(minute="*/15"), "every 15 minutes"),
    (crontab(minute=0, hour=8, day_of_week="1-5"), "08:00 UTC, Monday to Friday"),
])  # fmt: skip
def test_a_schedule_is_said_in_words(every, words):
    assert words_for(every) == words


def test_a_second_beat_runs_nothing_twice(ran):
    run_due("probe", slot="2026-11-10T09:02:00Z")
    run_due("probe", slot="2026-11-10T09:02:00Z")
    assert len(ran) == 1
    run = JobRun.objects.get(job="probe")
    assert run.counts == {"items": 3} and run.outcome == "done"


def test_a_message_without_slot_takes_the_one_that_is_due(ran):
    run_due("probe")
    assert JobRun.objects.get(job="probe").slot.endswith("00Z")
    run_due("no such job")


def test_a_failure_is_told_and_the_next_slot_runs(ran):
    def fail(now):
        raise ValueError("bad \x00 line")

    replace(fail)
    start("probe", slot="1")
    run = JobRun.objects.get(job="probe")
    assert run.outcome == "failed" and "ValueError: bad" in run.error
    replace(lambda now: {})
    assert start("probe", slot="2").outcome == "done"


def test_a_run_whose_worker_died_is_taken_up_again(ran):
    JobRun.objects.create(job="probe", slot="1")  # begun, never finished, its lock gone
    assert start("probe", slot="1").outcome == "done"
    assert len(ran) == 1


@pytest.mark.django_db(transaction=True)
def test_a_slow_run_and_the_next_never_overlap(ran, monkeypatch):
    monkeypatch.setattr(registry, "DEAD_SESSION", 0.1)
    inside, go_on = threading.Event(), threading.Event()

    def slow(now):
        ran.append(now)
        inside.set()
        go_on.wait(20)
        return {"items": 1}

    def work() -> None:
        try:
            start("probe", slot="1")
        finally:
            connection.close()

    replace(slow)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert inside.wait(20)
        assert start("probe", slot="1") is None, "the same message, delivered twice"
        assert JobRun.objects.get(slot="1", job="probe").outcome == "running"
        assert start("probe", slot="2").counts == {"skipped_because_running": 1}
    finally:
        go_on.set()
        thread.join()
    assert len(ran) == 1
    assert JobRun.objects.get(slot="1", job="probe").outcome == "done"


def test_run_now_goes_through_the_outbox_to_a_worker(ran, manager, monkeypatch):
    sent = []
    monkeypatch.setattr(registry.run_due, "apply_async", lambda kwargs, retry: sent.append(kwargs))
    ask_for("probe", by=manager)
    assert not ran and not sent, "nothing runs in the request"
    relay()
    assert sent[0]["name"] == "probe" and sent[0]["asked_by"] == manager.pk
    run_due(**sent[0])
    run_due(**sent[0])
    assert len(ran) == 1
    assert JobRun.objects.get(job="probe").asked_by == manager


def test_a_broker_that_is_away_only_delays(ran, manager, monkeypatch):
    def refuse(kwargs, retry):
        raise ConnectionError("no broker")

    monkeypatch.setattr(registry.run_due, "apply_async", refuse)
    ask_for("probe", by=manager)
    assert relay()["failed"] == 1
    assert Outbox.objects.get().done_at is None


def test_what_was_due_while_nobody_worked_is_caught_up(ran):
    old = JOBS["probe"]
    JOBS["probe"] = Job("probe", old.title, old.does, crontab(minute=0, hour=1), old.run)
    now = at("2026-11-10 09:00:00")
    assert ("probe", "2026-11-10T01:00:00Z") in {(job.name, slot) for job, slot in missed(now)}
    catch_up(now)
    assert Outbox.objects.filter(key="job:probe:2026-11-10T01:00:00Z").count() == 1
    start("probe", slot="2026-11-10T01:00:00Z")
    assert "probe" not in {job.name for job, _ in missed(now)}


def test_a_run_that_never_ended_is_taken_up_again(ran):
    """Its worker died with the message, or the queue was emptied before a worker saw it."""
    JobRun.objects.create(job="probe", slot="1")
    JobRun.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    assert catch_up(timezone.now())["taken up again"] == 1
    run_due(**Outbox.objects.get(topic="job", payload__name="probe").payload)
    assert len(ran) == 1 and JobRun.objects.get(job="probe").outcome == "done"
    assert catch_up(timezone.now())["taken up again"] == 0


def test_a_run_that_ended_its_worker_each_time_is_given_up(ran):
    JobRun.objects.create(job="probe", slot="1", attempts=registry.MOST_ATTEMPTS)
    run = start("probe", slot="1")
    assert run.outcome == "failed" and "ended 3 times" in run.error and not ran


def test_a_run_that_another_worker_ended_in_the_meantime_is_not_done_again(ran):
    known = JobRun.objects.create(job="probe", slot="1")
    start("probe", slot="1")
    assert registry.perform(known, mine=False) is None
    assert len(ran) == 1


def test_a_job_asked_for_is_known_before_a_queue_may_forget_it(ran, manager, monkeypatch):
    monkeypatch.setattr(registry.run_due, "apply_async", lambda kwargs, retry: None)
    ask_for("probe", by=manager)
    relay()
    run = JobRun.objects.get(job="probe")
    assert run.asked_by == manager and run.outcome == "running"


def test_housekeeping_closes_runs_that_died_and_forgets_the_old(ran):
    now = timezone.now()
    dead = JobRun.objects.create(job="probe", slot="1")
    JobRun.objects.filter(pk=dead.pk).update(started_at=now - timedelta(days=2))
    ancient = JobRun.objects.create(job="probe", slot="0", finished_at=now)
    JobRun.objects.filter(pk=ancient.pk).update(started_at=now - timedelta(days=100))
    Heartbeat.objects.create(
        process="gone", kind="worker", started_at=now, at=now - timedelta(hours=2)
    )
    counts = housekeeping(now)
    assert counts["interrupted"] == 1 and counts["runs"] == 1 and counts["processes"] == 1
    dead.refresh_from_db()
    assert dead.outcome == "failed"


@pytest.mark.django_db(transaction=True)
def test_the_relay_wakes_on_notify_and_survives_a_lost_connection():
    """One thread listens as in a worker; a row written elsewhere is carried without waiting."""
    from changeoffice.core.jobs import relay as waking

    done = threading.Event()
    handler("test")(lambda: done.set())
    waking._stop.clear()
    pids: list[int] = []

    def listen_once() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        waking.listen_for_ever()

    thread = threading.Thread(target=listen_once, daemon=True)
    thread.start()
    try:
        enqueue("test", "first")
        assert done.wait(10)
        done.clear()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pids[0]])
        enqueue("test", "second")
        assert done.wait(15)
        assert Heartbeat.objects.filter(kind="worker").exists()
    finally:
        waking._stop.set()
        enqueue("test", "wake it to stop")
        thread.join(10)
        carrying._handlers.pop("test", None)
        waking._stop.clear()
    assert not thread.is_alive()


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_a_machine_of_others_holds_nothing_else_up():
    """Two threads as in a worker: one stands before a machine that does not answer."""
    from changeoffice.core.jobs import relay as waking

    asked, answered, done = threading.Event(), threading.Event(), threading.Event()

    @handler("slow", outward=True)
    def wait() -> None:
        asked.set()
        answered.wait(20)

    handler("quick")(lambda: done.set())
    waking._stop.clear()
    threads = [threading.Thread(target=waking.listen_for_ever, args=[outward], daemon=True)
               for outward in (False, True)]  # fmt: skip
    for thread in threads:
        thread.start()
    try:
        enqueue("slow", "first")
        assert asked.wait(10)
        enqueue("quick", "behind it")
        assert done.wait(10) and not answered.is_set()
        answered.set()
    finally:
        waking._stop.set()
        answered.set()
        enqueue("quick", "wake them to stop")
        for thread in threads:
            thread.join(10)
        for topic in ("slow", "quick"):
            carrying._handlers.pop(topic, None)
        carrying._outward.discard("slow")
        waking._stop.clear()
    assert not any(thread.is_alive() for thread in threads)


def test_a_pulse_writes_at_most_every_few_seconds(django_assert_num_queries):
    pulse = Pulse("worker")
    pulse.beat()
    with django_assert_num_queries(0):
        pulse.beat()
