"""The event feed: ordered, gap-free, and only what the caller may see."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.db.models import F

from changeoffice.core.record.database import after_migrate
from changeoffice.core.record.models import Event
from changeoffice.core.talk.models import comment
from ideation.models import Idea

FEED = "/api/v1/events/"


def propose(author, n: int = 0):
    made = Idea.propose(
        by=author, title=f"Idea number {n} of mine", problem="People wait for far too long."
    )
    made.submit(by=author)
    return made


def settled(program, **options) -> list[dict]:
    """All of the feed, once nothing older is still being written anywhere on this server: other
    test processes have databases of their own on it, and their transactions hold it back too."""
    behind = """SELECT coalesce(max(transaction), 0) >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
                         + (SELECT last_value FROM feed_offset)
                  FROM record_event"""
    for _ in range(900):
        with connection.cursor() as cursor:
            cursor.execute(behind)
            if not cursor.fetchone()[0]:
                break
        time.sleep(0.2)
    return everything(program, **options)


def everything(program, size: int = 2, since: str = "") -> list[dict]:
    found: list[dict] = []
    while True:
        page = program.get(f"{FEED}?kind=idea&page_size={size}&since={since}").json()
        found += page["results"]
        since = page["next"]
        if not page["more"]:
            return found


@pytest.mark.django_db(transaction=True)
def test_the_feed_goes_on_from_where_it_was_left(api, author, colleague):
    idea = propose(author)
    program = api(colleague, "events:read")
    first = settled(program)
    assert [row["verb"] for row in first] == ["propose", "submit"]
    comment(idea, by=colleague, body="Good one")
    later = settled(program, since=first[-1]["cursor"])
    assert [row["verb"] for row in later] == ["comment"]
    assert (
        later[0]["record"]["id"] == idea.reference and later[0]["actor"]["name"] == colleague.name
    )


@pytest.mark.django_db(transaction=True)
def test_an_event_of_a_slow_transaction_is_not_overtaken(api, author, colleague):
    """A later event that committed first waits until the earlier one has ended."""
    slow = propose(author, 1)
    program = api(colleague, "events:read")
    seen = settled(program)[-1]["cursor"]
    written, go_on = threading.Event(), threading.Event()

    def linger() -> None:
        try:
            with transaction.atomic():
                comment(slow, by=author, body="Written first, committed last")
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=linger)
    thread.start()
    try:
        assert written.wait(20)
        propose(colleague, 2)
        assert everything(program, since=seen) == []
    finally:
        go_on.set()
        thread.join()
    verbs = [row["verb"] for row in settled(program, since=seen)]
    assert verbs == ["comment", "propose", "submit"]


@pytest.mark.django_db(transaction=True)
def test_confidential_items_drafts_and_votes_are_not_told(api, author, colleague, stranger):
    secret, open_idea = propose(author, 1), propose(author, 2)
    Idea.propose(by=author, title="A draft of my own", problem="Nobody shall see this one.")
    Idea.objects.filter(pk=secret.pk).update(confidential=True)
    open_idea.vote(by=colleague)
    rows = settled(api(stranger, "events:read"), size=50)
    assert {row["record"]["id"] for row in rows} == {open_idea.reference}
    assert "vote" not in {row["verb"] for row in rows}
    assert len(everything(api(author, "events:read"), size=50)) > len(rows)


@pytest.mark.django_db
@pytest.mark.parametrize("query", [
    "since=abc", "since=1", "since=1-", f"since={'9' * 30}-1", "page_size=0", "page_size=501", "colour=red",
])  # fmt: skip
def test_what_cannot_be_read_is_a_400(api, author, query):
    answer = api(author, "events:read").get(f"{FEED}?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_the_feed_needs_its_scope(api, author, client):
    assert api(author, "ideas:read").get(FEED).status_code == 403
    assert client.get(FEED).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_positions_go_on_above_the_old_ones_when_a_dump_meets_a_new_server(api, author, colleague):
    idea = propose(author)
    program = api(colleague, "events:read")
    Event.objects.update(transaction=F("transaction") + 10**12)  # a server with a longer history
    after_migrate(None)
    seen = settled(program)
    assert [row["verb"] for row in seen] == ["propose", "submit"]
    comment(idea, by=colleague, body="Good one")
    assert [row["verb"] for row in settled(program, since=seen[-1]["cursor"])] == ["comment"]
    offset = feed_offset()
    after_migrate(None)
    assert feed_offset() == offset, "a migration on the same server moves nothing"


def feed_offset() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value FROM feed_offset")
        return cursor.fetchone()[0]
