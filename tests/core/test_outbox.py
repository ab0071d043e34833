"""The outbox: an effect happens exactly once, whatever dies in between."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from changeoffice.core.outbox import relay as carrying
from changeoffice.core.outbox.models import Outbox, enqueue
from changeoffice.core.outbox.relay import MOST_ATTEMPTS, handler, relay, send_again
from changeoffice.core.people.models import BusinessUnit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_waits(db):
    """What making the test database itself enqueued is not part of these tales."""
    Outbox.objects.all().delete()


@pytest.fixture
def topic():
    """A topic of its own, forgotten after the test."""
    yield "test"
    carrying._handlers.pop("test", None)


def due_again(row: Outbox) -> None:
    Outbox.objects.filter(pk=row.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def test_the_same_key_twice_is_one_piece_of_work(topic):
    done = Counter()
    handler(topic)(lambda n: done.update([n]))
    enqueue(topic, "once", n=1)
    enqueue(topic, "once", n=1)
    assert relay() == {"done": 1, "failed": 0} and done == {1: 1}
    assert relay() == {"done": 0, "failed": 0}


def test_nothing_is_enqueued_by_a_change_that_was_rolled_back(topic):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(topic, "never")
        raise ZeroDivisionError
    assert not Outbox.objects.exists()


def test_a_handler_that_fails_midway_leaves_no_half_effect_and_is_tried_again(topic):
    tries = []

    def make_unit(code: str) -> None:
        BusinessUnit.objects.create(name=code, code=code)
        tries.append(code)
        if len(tries) == 1:
            raise RuntimeError("the mail server is away")

    handler(topic)(make_unit)
    enqueue(topic, "unit", code="late")
    assert relay() == {"done": 0, "failed": 1}
    assert not BusinessUnit.objects.filter(code="late").exists()
    row = Outbox.objects.get()
    assert row.attempts == 1 and "mail server" in row.last_error and row.not_before > timezone.now()
    assert relay() == {"done": 0, "failed": 0}, "it waits its turn"
    due_again(row)
    assert relay() == {"done": 1, "failed": 0}
    assert BusinessUnit.objects.filter(code="late").count() == 1


def test_a_handler_that_breaks_the_transaction_does_not_stop_the_rest(topic):
    def act(code: str) -> None:
        BusinessUnit.objects.create(name=code, code=code)
        if code == "twice":
            BusinessUnit.objects.create(name=code, code=code)  # breaks a constraint

    handler(topic)(act)
    enqueue(topic, "a", code="twice")
    enqueue(topic, "b", code="fine")
    assert relay() == {"done": 1, "failed": 1}
    assert set(BusinessUnit.objects.values_list("code", flat=True)) == {"fine"}


def test_after_many_failures_a_row_waits_for_a_person_who_may_send_it_again(topic):
    def fail() -> None:
        raise RuntimeError("no")

    handler(topic)(fail)
    enqueue(topic, "hopeless")
    row = Outbox.objects.get()
    for _ in range(MOST_ATTEMPTS):
        due_again(row)
        relay()
    row.refresh_from_db()
    assert row.given_up_at and row.attempts == MOST_ATTEMPTS
    due_again(row)
    assert relay() == {"done": 0, "failed": 0}
    handler(topic)(lambda: None)
    send_again(row)
    assert relay() == {"done": 1, "failed": 0}


def test_a_row_of_an_unknown_topic_is_kept_and_told(topic):
    enqueue("a topic of the next release", "x")
    assert relay() == {"done": 0, "failed": 1}
    assert "KeyError" in Outbox.objects.get().last_error


@pytest.mark.django_db(transaction=True)
def test_several_relays_at_once_do_each_row_once(topic):
    for n in range(60):
        enqueue(topic, f"row {n}", code=f"unit-{n}")
    handler(topic)(lambda code: BusinessUnit.objects.create(name=code, code=code))
    counts = []

    def carry() -> None:
        try:
            counts.append(relay())
        finally:
            connection.close()

    threads = [threading.Thread(target=carry) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(count["done"] for count in counts) == 60
    assert sum(count["failed"] for count in counts) == 0
    assert BusinessUnit.objects.filter(code__startswith="unit-").count() == 60
