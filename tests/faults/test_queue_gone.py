"""Valkey stopped, emptied, full: people notice nothing, and nothing is lost or done twice."""

import threading
import time

import pytest

from tests.faults.office import Office, until
from tests.faults.test_worker_killed import PATIENCE, ended_runs, run_probe

pytestmark = pytest.mark.faults
GONE_SECONDS = 30
READ = ("/api/v1/ideas/", "/readyz", "/livez")


class Load:
    """People who read and write without a pause; keeps every status and how long it took."""

    def __init__(self, office: Office, people: int = 2) -> None:
        self.office, self.answers = office, []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(people)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self, person: int) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            self._note(lambda n=number: self.office.comment(f"Load {person} {n}"))
            for path in READ:
                self._note(lambda path=path: self.office.get(path, "manager")[0])

    def _note(self, ask) -> None:
        begun = time.monotonic()
        status = ask()
        self.answers.append((status, time.monotonic() - begun))

    def broken(self) -> list[int]:
        return [status for status, _ in self.answers if not 200 <= status < 500]

    def p95(self) -> float:
        times = sorted(seconds for _, seconds in self.answers)
        return times[int(len(times) * 0.95)]


def stop_valkey(office: Office) -> int:
    port = office.servers.valkey.port
    office.servers.valkey.stop()
    return port


def kill_valkey(office: Office) -> int:
    port = office.servers.valkey.port
    office.servers.valkey._server().kill()
    return port


def bring_back(office: Office, port: int) -> None:
    """Where it was, and with nothing in it: these servers keep no file."""
    assert office.servers.valkey._spawn(port), "Valkey did not come back"


@pytest.mark.parametrize("end", [stop_valkey, kill_valkey])
def test_valkey_away_under_load_is_noticed_by_nobody(office, end):
    office.start_web()
    office.start_worker()
    with Load(office) as before:
        time.sleep(8)
    with Load(office) as load:
        port = end(office)
        for number in range(5):
            run_probe(office, number)
        time.sleep(GONE_SECONDS)
    bring_back(office, port)
    assert load.answers and not load.broken(), f"{load.broken()}\n{office.said()}"
    assert load.p95() < max(1.0, 3 * before.p95()), (
        f"{load.p95():.2f} s, before {before.p95():.2f} s"
    )
    took = office.drained(PATIENCE)
    until(lambda: ended_runs(office) == 5, PATIENCE, "jobs were lost", office)
    assert office.effects() == {"asked": 5}
    letters = office.one("SELECT count(*) FROM outbox_outbox WHERE topic = 'letter'")
    assert sorted(office.post.copies().values()) == [1] * letters and letters > 0
    print(
        f"{len(load.answers)} requests while away, p95 {load.p95():.2f} s, drained in {took:.0f} s"
    )


def test_what_valkey_forgot_is_taken_up_again(office):
    """A job handed to the queue and lost with it is known by its run, which never ends."""
    office.start_worker()
    with office.held("probe_effect") as reached:
        for number in range(2):
            office.enqueue("job", f"job:probe:{number}", name="probe", slot=f"asked {number}")
        reached()  # one at work, one waiting for it: both processes of the pool are taken
        run_probe(office)
        until(lambda: not office.waiting(), PATIENCE, "not handed over", office)
        time.sleep(1)
        port = kill_valkey(office)
        bring_back(office, port)
    office.sql("UPDATE jobs_jobrun SET started_at = started_at - interval '3 minutes'")
    until(lambda: office.one("SELECT count(*) FROM jobs_jobrun WHERE job = 'probe' AND finished_at IS NOT NULL"),
          PATIENCE, "the worker did not go on", office)  # fmt: skip
    assert not office.effects()["asked"]
    office.enqueue("job", "job:catch-up:1", name="catch-up", slot="asked 1")
    until(lambda: office.effects()["asked"] == 1, PATIENCE, "it was forgotten", office)


def test_letters_leave_while_valkey_is_away_even_from_a_worker_that_just_started(office):
    office.start_web()
    port = stop_valkey(office)
    try:
        office.start_worker()
        assert office.comment("Told without a queue") == 201
        until(lambda: len(office.post.letters) == 1, PATIENCE, "no letter left", office)
        opener = office.sign_in("manager")
        assert office.status(opener)["valkey"] is None
    finally:
        bring_back(office, port)


def test_a_full_valkey_is_told_and_refuses_no_request(office):
    office.start_web()
    office.start_worker()
    with office.queue() as queue:
        queue.config_set("maxmemory", 1)
        run_probe(office)
        assert office.comment("Said while it is full") == 201
        tried = "SELECT count(*) FROM outbox_outbox WHERE topic = 'job' AND attempts > 0"
        until(lambda: office.one(tried) == 1, PATIENCE, "it was not tried", office)
        assert office.status(office.sign_in("manager"))["valkey"]["full"] is True
        queue.config_set("maxmemory", 0)
    until(lambda: ended_runs(office) == 1, PATIENCE, "the job was lost", office)
    assert office.effects() == {"asked": 1}
