"""Web processes killed at every point of a request: the change and its outbox row stand or fall
together, and a client that repeats its request gets one effect."""

import os
import random
import signal
import threading
import time

import pytest

from tests.faults.office import Office, until

pytestmark = pytest.mark.faults
KILLS = int(os.environ.get("KILLS", "50"))
# Tenths of a second in which killed processes must be back; far less than one request for ever.
PATIENCE = 300
PARTED = """
SELECT count(*) FILTER (WHERE o.key IS NULL), count(*) FILTER (WHERE e.id IS NULL)
  FROM (SELECT * FROM record_event WHERE verb = 'comment') e
  FULL JOIN (SELECT * FROM outbox_outbox WHERE topic = 'event') o ON o.key = 'event:' || e.id
"""
COUNTS = """
SELECT (SELECT count(*) FROM talk_comment), (SELECT count(*) FROM record_event WHERE verb = 'comment'),
       (SELECT count(*) FROM outbox_outbox WHERE topic = 'event'),
       (SELECT comment_count FROM ideation_idea WHERE reference = %s)
"""


@pytest.fixture(autouse=True)
def nothing_said_yet(office: Office) -> None:
    """Comments of earlier tests had their outbox rows removed."""
    office.sql("SET session_replication_role = replica; TRUNCATE talk_comment, record_event CASCADE;"
               "UPDATE ideation_idea SET comment_count = 0")  # fmt: skip


@pytest.mark.parametrize("place", ["before commit", "after commit", "before response"])
def test_a_web_process_killed_at_a_point_of_a_request_leaves_all_or_nothing(office, place):
    office.start_web("tests.faults.halting:application", "--preload")
    for number in range(KILLS):
        key, words = f"{place} {number}", f"Killed {place}, number {number}"
        asking = threading.Thread(
            target=office.comment, args=(words,), kwargs={"X_Halt": place, "Idempotency_Key": key}
        )
        asking.start()
        until(office.halt_file.exists, 30, f"the request never came to {place}", office)
        os.kill(int(office.halt_file.read_text()), signal.SIGKILL)
        office.halt_file.unlink()
        asking.join(30)
        made = office.one("SELECT count(*) FROM talk_comment WHERE body = %s", words)
        assert made == (0 if place == "before commit" else 1), f"{words}: {made} comments"
        assert office.comment(words, Idempotency_Key=key) == 201, "the repeated request"
    assert office.sql(COUNTS, office.cast["idea"]) == [(KILLS,) * 4]
    assert office.sql(PARTED) == [(0, 0)]


def talk(office: Office, person: int, stop: threading.Event, said: list, answered: list) -> None:
    """Say one thing after another, each again until it is answered, as a careful client does."""
    number = 0
    while not stop.is_set():
        words, number = f"Said by {person}, number {number}", number + 1
        said.append(words)
        for _ in range(PATIENCE):
            if office.comment(words, Idempotency_Key=words) == 201:
                answered.append(words)
                break
            time.sleep(0.1)


def test_web_processes_killed_at_random_moments_part_no_change_from_its_outbox_row(office):
    office.start_web("tests.faults.halting:application", "--preload")
    stop, said, answered = threading.Event(), [], []
    talkers = [
        threading.Thread(target=talk, args=(office, n, stop, said, answered)) for n in range(4)
    ]
    for talker in talkers:
        talker.start()
    chance = random.Random(50)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.4))
        if workers := office.children("web"):
            chance.choice(workers).kill()
    stop.set()
    for talker in talkers:
        talker.join(60)
    made = {body for (body,) in office.sql("SELECT body FROM talk_comment")}
    assert set(answered) <= made
    assert len(answered) == len(said), "every request was answered in the end"
    assert office.sql(COUNTS, office.cast["idea"]) == [(len(made),) * 4]
    assert office.sql(PARTED) == [(0, 0)]
