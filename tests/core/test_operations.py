"""The operations page and the routes machines ask."""

import pytest
from django.test import Client
from django.utils import timezone

from changeoffice.core.jobs.models import Heartbeat, JobRun
from changeoffice.core.outbox.models import Outbox, enqueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_waits(db):
    """What making the test database itself enqueued is not part of these tales."""
    Outbox.objects.all().delete()


def test_operators_act_auditors_read_others_see_nothing(
    page, manager, administrator, auditor, stranger, leader
):
    for person in (manager, administrator):
        assert "Run now" in page(person).get("/admin/jobs").content.decode()
    client = page(auditor)
    assert "Run now" not in client.get("/admin/jobs").content.decode()
    assert client.post("/admin/jobs/housekeeping/run").status_code == 403
    for person in (stranger, leader):
        assert page(person).get("/admin/jobs").status_code == 403
        assert page(person).get("/status").status_code == 403
        assert page(person).post("/admin/jobs/housekeeping/run").status_code == 403


def test_the_page_says_what_ran_what_failed_and_what_waits(page, manager):
    now = timezone.now()
    Heartbeat.objects.create(process="worker@a:1", kind="worker", started_at=now, at=now)
    JobRun.objects.create(
        job="housekeeping", slot="1", finished_at=now, error="OperationalError: lock timeout"
    )
    enqueue("letter", "letter:1", letter_id=1)
    answer = page(manager).get("/admin/jobs")
    text = answer.content.decode()
    assert "OperationalError: lock timeout" in text and "Housekeeping" in text
    assert answer.context["waiting"] == 1
    assert "beat is silent" in answer.context["answer"]
    only = page(manager).get("/admin/jobs?view=errors")
    assert [line["job"].name for line in only.context["lines"]] == ["housekeeping"]


def test_run_now_writes_an_outbox_row_and_does_no_work(page, manager):
    answer = page(manager).post("/admin/jobs/housekeeping/run")
    assert answer.status_code == 302
    row = Outbox.objects.get(topic="job")
    assert row.payload["name"] == "housekeeping" and row.payload["asked_by"] == manager.pk
    assert not JobRun.objects.exists()
    assert page(manager).post("/admin/jobs/nothing/run").status_code == 404


def test_a_row_given_up_is_sent_again_by_a_press(page, manager, auditor):
    enqueue("letter", "letter:1", letter_id=1)
    Outbox.objects.update(given_up_at=timezone.now(), attempts=12, last_error="refused")
    row = Outbox.objects.get()
    assert "Send again" in page(manager).get("/admin/jobs").content.decode()
    assert page(auditor).post(f"/admin/jobs/outbox/{row.pk}/again").status_code == 403
    page(manager).post(f"/admin/jobs/outbox/{row.pk}/again")
    row.refresh_from_db()
    assert row.given_up_at is None and row.attempts == 0


def test_one_job_shows_its_runs(page, auditor):
    JobRun.objects.create(
        job="housekeeping", slot="1", finished_at=timezone.now(), counts={"runs": 2}
    )
    text = page(auditor).get("/admin/jobs/housekeeping").content.decode()
    assert "2 runs" in text
    assert page(auditor).get("/admin/jobs/nothing").status_code == 404


def test_livez_asks_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/livez")
    assert answer.status_code == 200 and answer.content == b"ok"


def test_readyz_needs_no_sign_in_and_is_cheap(client, django_assert_max_num_queries):
    assert client.get("/readyz").status_code == 200
    with django_assert_max_num_queries(1):
        client.get("/readyz")


def test_readyz_says_when_migrations_wait(client, monkeypatch):
    from changeoffice.core.jobs import health

    monkeypatch.setattr(health, "is_migrated", lambda: False)
    assert client.get("/readyz").status_code == 503
    monkeypatch.setattr(health, "database_answers", lambda: False)
    assert client.get("/readyz").status_code == 503


def test_status_needs_sign_in_and_tells_operators(client, page, manager):
    assert client.get("/status").status_code == 302
    body = page(manager).get("/status").json()
    assert set(body) == {
        "database", "valkey", "workers", "worker_seen_at", "beats", "beat_seen_at",
        "outbox_oldest_seconds", "outbox", "jobs",
    }  # fmt: skip


def test_metrics_are_for_this_machine_or_the_token(client, settings):
    answer = client.get("/metrics")
    assert answer.status_code == 200 and b"changeoffice_outbox_waiting" in answer.content
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="10.1.2.3").status_code == 404
    settings.METRICS_TOKEN = "a long random text"
    assert client.get("/metrics").status_code == 404
    given = {"HTTP_AUTHORIZATION": "Bearer a long random text"}
    assert Client().get("/metrics", REMOTE_ADDR="10.1.2.3", **given).status_code == 200


def test_the_page_asks_the_same_number_of_queries_however_much_ran(
    page, manager, django_assert_max_num_queries
):
    for n in range(30):
        JobRun.objects.create(job="housekeeping", slot=str(n), finished_at=timezone.now())
        enqueue("letter", f"letter:{n}", letter_id=n)
    client = page(manager)
    client.get("/admin/jobs")
    with django_assert_max_num_queries(14):
        client.get("/admin/jobs")
