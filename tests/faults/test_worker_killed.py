"""Workers killed in the midst of every kind of work, and stopped politely: each effect happens
once, and letters are one per Message-ID."""

import time

import pytest

from tests.faults.office import Office, until

pytestmark = pytest.mark.faults
PATIENCE = 90  # seconds until everything is done again, on a busy machine


def run_probe(office: Office, number: int = 0) -> None:
    slot = f"asked {number}"
    office.enqueue("job", f"job:probe:{slot}", name="probe-on-request", slot=slot)


def ended_runs(office: Office) -> int:
    return office.one(
        "SELECT count(*) FROM jobs_jobrun WHERE finished_at IS NOT NULL AND error = ''"
    )


def test_killed_while_it_tells_people_it_tells_each_once(office):
    office.start_web()
    office.start_worker()
    with office.held("notify_notification") as reached:
        assert office.comment("Killed while telling") == 201
        reached()
        office.kill("worker")
        office.start_worker()
    office.drained(PATIENCE)
    told = office.one("SELECT count(*) FROM notify_notification n JOIN record_event e ON e.id = n.event_id"
                      " JOIN outbox_outbox o ON o.key = 'event:' || e.id")  # fmt: skip
    assert told == 1
    assert list(office.post.copies().values()) == [1]


def test_killed_while_a_letter_is_handed_over_the_letter_keeps_its_identity(office):
    """The mail server has it, the office does not know: it is sent again as the same letter."""
    office.start_web()
    office.start_worker()
    office.post.answer_after.clear()
    assert office.comment("Killed while posting") == 201
    assert office.post.accepted.wait(PATIENCE), office.said()
    office.kill("worker")
    office.post.answer_after.set()
    office.start_worker()
    office.drained(PATIENCE)
    copies = office.post.copies()
    assert len(copies) == 1 and "" not in copies and max(copies.values()) <= 2
    assert office.one("SELECT count(*) FROM notify_letter WHERE sent_at IS NULL") == 0


def test_killed_while_it_stores_facts_the_day_is_whole(office):
    office.start_worker()
    with office.held("insight_dailyfact") as reached:
        office.enqueue("facts", "facts:killed", key="facts:killed")
        reached()
        office.kill("worker")
    office.start_worker()
    office.drained(PATIENCE)
    twice = "SELECT count(*) FROM (SELECT 1 FROM insight_dailyfact GROUP BY day, scope, scope_id," \
            " measure, currency HAVING count(*) > 1) t"  # fmt: skip
    assert office.one(twice) == 0 and office.one("SELECT count(*) FROM insight_dailyfact") > 0


def test_pool_processes_killed_in_a_job_the_job_is_done_once(office):
    office.start_worker()
    with office.held("probe_effect") as reached:
        run_probe(office)
        session = reached()
        for child in office.children("worker"):
            child.kill()
        office.gone(session)
    until(lambda: ended_runs(office) == 1, PATIENCE, "the job was not done again", office)
    assert office.effects() == {"asked": 1}


def test_a_whole_worker_killed_in_a_job_the_job_comes_back(office):
    office.start_worker(VISIBILITY_TIMEOUT="5")
    with office.held("probe_effect") as reached:
        run_probe(office)
        session = reached()
        office.kill("worker")
        office.gone(session)
    office.start_worker(VISIBILITY_TIMEOUT="5")
    until(lambda: ended_runs(office) == 1, PATIENCE, "the job did not come back", office)
    assert office.effects() == {"asked": 1}


def test_a_job_that_ends_its_worker_each_time_is_given_up(office):
    office.start_worker()
    with office.held("probe_effect") as reached:
        run_probe(office)
        for _ in range(3):
            session = reached()
            for child in office.children("worker"):
                child.kill()
            office.gone(session)
        ended = "SELECT count(*) FROM jobs_jobrun WHERE error LIKE '%%ended 3 times%%'"
        until(lambda: office.one(ended) == 1, PATIENCE, "it was tried on and on", office)
    assert not office.effects()


def test_what_is_due_after_the_queue_has_lost_patience_happens_once(office):
    """Due times are kept in the database, so no queue repeats what waits for long."""
    for name in ("worker", "other"):
        office.start_worker(name, VISIBILITY_TIMEOUT="3")
    for number in range(10):
        office.enqueue("probe", f"later:{number}", due_in=10, key=f"later {number}")
    time.sleep(5)
    assert not office.effects(), "done before it was due"
    office.drained(PATIENCE)
    time.sleep(6)
    assert office.effects() == {f"later {number}": 1 for number in range(10)}


def test_a_polite_stop_during_work_loses_and_repeats_nothing(office):
    office.start_web()
    for number in range(50):
        office.enqueue("probe", f"busy:{number}", key=f"busy {number}", seconds=0.1)
        run_probe(office, number)
    for number in range(5):
        assert office.comment(f"Said before the stop {number}") == 201
    for _ in range(3):
        office.start_worker()
        before = len(office.effects())
        until(lambda before=before: len(office.effects()) > before or not office.waiting(),
              PATIENCE, "no work was done", office)  # fmt: skip
        assert office.end("worker") == 0, office.said()
    office.start_worker()
    office.drained(PATIENCE)
    until(lambda: ended_runs(office) == 50, PATIENCE, "jobs were lost", office)
    done = office.effects()
    assert done.pop("asked") == 50
    assert done == {f"busy {number}": 1 for number in range(50)}
    assert list(office.post.copies().values()) == [1] * 5


def test_letters_wait_for_a_mail_server_that_is_away_and_nothing_else_does(office):
    office.start_web()
    office.post.close()
    try:
        office.start_worker()
        for number in range(5):
            assert office.comment(f"Posted to nobody {number}") == 201
        tried = "SELECT count(*) FROM outbox_outbox WHERE topic = 'letter' AND attempts > 0"
        until(lambda: office.one(tried) == 5, PATIENCE, "no letter was tried", office)
        assert (
            office.one(
                "SELECT count(*) FROM outbox_outbox WHERE topic = 'event' AND done_at IS NULL"
            )
            == 0
        )
    finally:
        office.post.open()
    office.drained(PATIENCE)
    assert list(office.post.copies().values()) == [1] * 5
