"""PostgreSQL restarted and its sessions ended: health tells, requests are answered with a 503 that
says so, and web and worker go on by themselves."""

import threading
import time

import pytest

from tests.faults.office import Office, until
from tests.faults.test_worker_killed import PATIENCE

pytestmark = pytest.mark.faults
END_ALL = ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
           " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")  # fmt: skip


def carried_after(office: Office, key: str) -> float:
    begun = time.monotonic()
    office.enqueue("probe", key, key=key)
    until(lambda: office.effects()[key] == 1, PATIENCE, "the worker did not recover", office)
    return time.monotonic() - begun


def test_health_tells_of_a_stopped_database_and_everything_recovers(office):
    office.start_web()
    office.start_worker()
    opener = office.sign_in("manager")
    office.servers.postgres.stop()
    begun = time.monotonic()
    until(lambda: office.get("/readyz")[0] == 503, 5, "/readyz does not tell", office)
    told = time.monotonic() - begun
    assert office.get("/livez") == (200, b"ok")
    status, body = office.get("/api/v1/ideas/", "manager")
    assert status == 503 and b"does not answer" in body
    status, body = office.get("/sign-in")
    assert status == 503 and b"The office is not ready" in body
    office.servers.postgres.start()
    until(lambda: office.get("/readyz")[0] == 200, 10, "/readyz stays down", office)
    assert office.status(opener)["valkey"]
    took = carried_after(office, "after the restart")
    assert took < 30
    print(f"/readyz told after {told:.1f} s; the worker carried again after {took:.1f} s")


def test_sessions_ended_between_requests_are_not_noticed(office):
    office.start_web()
    office.start_worker()
    for _ in range(3):
        for _ in range(10):
            assert office.get("/api/v1/ideas/", "manager")[0] == 200
        office.sql(END_ALL)
        answers = [office.get("/api/v1/ideas/", "manager")[0] for _ in range(20)]
        assert answers == [200] * 20
    assert carried_after(office, "after the end") < 30


def test_sessions_ended_during_requests_cost_a_503_and_no_half_change(office):
    office.start_web()
    stop, answers = threading.Event(), []

    def talk(person: int) -> None:
        number = 0
        while not stop.is_set():
            words = f"Ended {person} {number}"
            while (status := office.comment(words, Idempotency_Key=words)) != 201:
                answers.append(status)
                time.sleep(0.05)
            answers.append(status)
            number += 1

    threads = [threading.Thread(target=talk, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        time.sleep(1)
        office.sql(END_ALL)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert set(answers) <= {201, 503}, office.said()
    failed = answers.count(503)
    assert failed <= 10 * len(threads), f"{failed} refused of {len(answers)}"
    made = office.sql(
        "SELECT body, count(*) FROM talk_comment WHERE body LIKE 'Ended %%' GROUP BY body"
    )
    assert len(made) == answers.count(201) and {count for _, count in made} == {1}
