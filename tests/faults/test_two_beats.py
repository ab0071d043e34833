"""Two beats at once: each slot is run once."""

import pytest

from tests.faults.office import until
from tests.faults.test_worker_killed import PATIENCE

pytestmark = pytest.mark.faults
SLOTS = 15


def test_two_beats_run_each_slot_once(office):
    office.start_worker()
    office.start_beat("beat")
    office.start_beat("second")
    done = "SELECT count(*) FROM jobs_jobrun WHERE job = 'probe' AND counts ? 'effects'"
    until(lambda: office.one(done) >= SLOTS, 60 + PATIENCE, "beats do not tick", office)
    assert office.pulses("beat") == 2
    office.kill("beat")
    office.kill("second")
    office.end("worker")
    assert office.effects()["ticked"] == office.one(done)
    assert not office.sql("SELECT job, slot FROM jobs_jobrun GROUP BY 1, 2 HAVING count(*) > 1")
    assert office.one("SELECT count(*) FROM jobs_jobrun WHERE error <> ''") == 0
