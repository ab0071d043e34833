"""The whole trail: every act on every record and in the office, for whoever may read it."""

import csv
import io
import json
from datetime import timedelta

import pytest

from changeoffice.core.administration import people
from changeoffice.core.administration import trail as reading
from changeoffice.core.administration.models import AdminEvent, note
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import clock
from changeoffice.core.record.models import Event
from changeoffice.core.talk.models import comment

pytestmark = pytest.mark.django_db


def entries(client, query: str = "") -> list[reading.Entry]:
    return client.get(f"/admin/trail?{query}").context["page"].rows


def lines(client, query: str = "") -> list[dict]:
    answer = client.get(f"/admin/trail?format=jsonl&{query}")
    assert answer.status_code == 200
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_acts_on_records_and_in_the_office_stand_in_one_list(
    make_demand, page, auditor, administrator, stranger
):
    demand = make_demand("screening")
    people.give_role(stranger, by=administrator, role="analyst", reason="Joins the office")
    found = entries(page(auditor))
    told = {entry.verb: entry for entry in found}
    assert told["give_role"].reason == "Joins the office"
    screened = told["screen"]
    assert (screened.reference, screened.before, screened.after) == (
        demand.reference, "Submitted", "Screening")  # fmt: skip
    assert {"Owner", "State"} <= {change["label"] for change in screened.changes}
    html = page(auditor).get("/admin/trail").content.decode()
    assert f'href="{demand.get_absolute_url()}"' in html and stranger.name in html


def test_old_and_new_values_are_told_of_records_of_different_kinds(
    make_demand, page, auditor, service, service_owner, analyst
):
    demand = make_demand("screening")
    demand.revise(by=analyst, title="Say why, and until when")
    service.revise(by=service_owner, title="Payments hub, second generation")
    told = {entry.kind: entry.changes for entry in entries(page(auditor), "verb=revise")}
    titles = {kind: (item["old"], item["new"]) for kind, (item,) in told.items()}
    assert titles == {
        "demand": ("Tell customers why a payment is held", "Say why, and until when"),
        "service": ("Payments hub", "Payments hub, second generation"),
    }


def test_what_is_confidential_is_in_no_trail_but_of_those_named(make_demand, page, auditor, author):
    demand = make_demand("draft")
    type(demand).objects.filter(pk=demand.pk).update(confidential=True)
    client = page(auditor)
    for query in ("", f"about={demand.reference}", "q=payment", "kind=demand"):
        assert not [one for one in entries(client, query) if one.reference == demand.reference]
        assert demand.reference not in str(lines(client, f"{query}&kind=demand"))
    event = Event.objects.filter(record_id=demand.pk).first()
    assert entries(client, f"entry=r{event.pk}") == []


def test_figures_are_told_to_those_only_who_have_a_role_on_them(
    make_demand, page, auditor, administrator, analyst
):
    make_demand("screening").set_size(by=analyst, size="M")
    assert {c["label"] for e in entries(page(auditor), "verb=set_size") for c in e.changes} >= {
        "Size"
    }
    (seen,) = entries(page(administrator), "verb=set_size")
    assert seen.changes == []
    assert lines(page(administrator), "verb=set_size")[0]["changes"] == []


def test_the_page_of_another_record_is_not_named_as_the_door(make_demand, page, auditor):
    demand = make_demand("submitted")
    Event.objects.create(
        record_id=demand.pk, verb="absorb", words="merged", door="page", after="submitted",
        client=f"/demands/DMD-9876/merge/{demand.reference}",
    )  # fmt: skip
    (entry,) = entries(page(auditor), "verb=absorb")
    assert entry.through == f"Page /demands/…/merge/{demand.reference}"


def test_the_trail_is_narrowed_by_person_kind_verb_item_day_and_words(
    make_demand, page, auditor, author, analyst, administrator, stranger
):
    demand, other = make_demand("screening"), make_demand("submitted", title="Print fewer letters")
    note(by=administrator, verb="look", subject=stranger, words="looked at Sam's list")
    client = page(auditor)
    assert {e.actor for e in entries(client, f"who={analyst.username}")} == {analyst}
    assert {e.kind for e in entries(client, "kind=demand")} == {"demand"}
    assert {e.words for e in entries(client, "kind=administration")} == {"looked at Sam's list"}
    assert {e.reference for e in entries(client, f"about={other.reference.lower()}")} == {
        other.reference
    }
    assert [e.verb for e in entries(client, f"about={stranger.username}")] == ["look"]
    assert {e.reference for e in entries(client, "q=letters")} == {other.reference}
    today = clock.today()
    assert entries(client, f"until={today - timedelta(days=1)}") == []
    assert len(entries(client, f"since={today}&until={today}&kind=demand&verb=screen")) == 1
    assert demand.reference in {e.reference for e in entries(client, f"since={today}")}


def test_pages_lead_through_the_whole_trail_and_back_without_loss(make_demand, page, auditor):
    """Also among entries of both tables at the same instant."""
    make_demand("ready")
    with clock.set_clock(clock.now()):
        for n in range(4):
            note(by=auditor, verb="look", subject=auditor, words=f"look {n}")
            make_demand("screening")
    every = [entry.id for entry in reading.whole({}, auditor)]
    forward, cursor, pages = [], "", []
    while cursor is not None:
        found = reading.page_of({}, auditor, cursor, 3)
        forward, cursor = forward + [entry.id for entry in found.rows], found.next
        pages.append(found)
    assert forward == every and len(set(every)) == len(every) > 20
    back = reading.page_of({}, auditor, pages[-1].previous, 3)
    for expected in reversed(pages[:-1]):
        assert [one.id for one in back.rows] == [one.id for one in expected.rows]
        back = reading.page_of({}, auditor, back.previous, 3) if back.previous else None
    assert back is None


@pytest.mark.parametrize("query", [
    "since=yesterday", "since=0001-01-01", "until=9999-12-31", "kind=dragon", "verb=dance", "entry=r",
    "entry=r99999999999999999999", "q=" + "a" * 300,
])  # fmt: skip
def test_a_filter_that_cannot_be_used_is_said_and_no_file_is_made(query, page, auditor):
    client = page(auditor)
    answer = client.get(f"/admin/trail?{query}")
    assert answer.status_code == 200 and answer.context["complaint"]
    assert client.get(f"/admin/trail?{query}&format=csv").status_code in (400, 422)


def test_a_cursor_of_another_list_begins_at_the_newest(make_demand, page, auditor):
    for n in range(51):
        make_demand("draft", title=f"Demand number {n}")
    other = page(auditor).get("/demands?layout=table").context["page"].next
    answer = page(auditor).get(f"/admin/trail?cursor={other or 'nonsense'}")
    assert answer.status_code == 200 and answer.context["page"].previous is None


def test_the_files_hold_everything_harmless_and_leave_a_trace(make_demand, page, auditor, analyst):
    demand = make_demand("screening", title="=cmd|' /C calc'!A0")
    demand.revise(by=analyst, title="@SUM(1+1)")
    client = page(auditor)
    answer = client.get("/admin/trail?format=csv&kind=demand")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    told = lines(client, "kind=demand")
    assert [row["id"] for row in rows] == [row["id"] for row in told]
    assert {row["title"] for row in rows} == {"'@SUM(1+1)"}
    (edited,) = (row for row in told if row["verb"] == "revise")
    assert edited["changes"] == [
        {"label": "Title", "old": "=cmd|' /C calc'!A0", "new": "@SUM(1+1)"}
    ]
    assert edited["actor"] == analyst.username and edited["context"]
    taken = AdminEvent.objects.filter(verb="take_out").order_by("id")
    assert [one.actor for one in taken] == [auditor, auditor]
    assert taken[0].words == "took the trail out as a file: kind demand"


def test_a_record_leads_those_who_read_the_trail_to_its_own(make_demand, page, auditor, analyst):
    demand = make_demand("screening")
    door = f'href="/admin/trail?about={demand.reference}"'
    assert door in page(auditor).get(demand.get_absolute_url()).content.decode()
    assert door not in page(analyst).get(demand.get_absolute_url()).content.decode()


def test_nothing_tells_of_a_confidential_demand(make_demand, page, api, auditor, author, leader):
    """Neither the trail and its files, nor search, inbox, counts, feed, lists or their exports."""
    demand = make_demand("screening", title="Merge with Quibblestone")
    comment(demand, by=author, body=f"@{leader.username} look")
    relay()
    type(demand).objects.filter(pk=demand.pk).update(confidential=True)
    for person in (auditor, leader):
        for url in ("/admin/trail", "/admin/trail?format=csv", "/search?q=Quibblestone", "/inbox",
                    "/search/palette?q=Quibblestone", f"/search/palette?q={demand.reference}", "/",
                    "/demands?view=open&layout=table", "/demands?search=Quibblestone",
                    "/portfolio", "/data-quality"):  # fmt: skip
            answer = page(person).get(url)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            text = body.decode().replace("q=Quibblestone", "").replace('value="Quibblestone"', "")
            assert "Merge with Quibblestone" not in text, (person, url)
            assert f"/demands/{demand.reference}" not in text, (person, url)
        assert page(person).get("/inbox").context["counts"]["all"] == 0
        feed = api(person).get("/api/v1/events/?page_size=500").content.decode()
        export = api(person).get("/api/v1/demands/", HTTP_ACCEPT="text/csv")
        rows = b"".join(export.streaming_content).decode()
        assert demand.reference not in feed + rows
