"""One verb on several demands, taken back in time, told once."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from changeoffice.core.notify import chat
from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.models import Outbox
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import clock, undo
from changeoffice.core.record.errors import NotNow
from changeoffice.core.record.models import Event
from demand.models import Demand
from demand.models.parts import Standing


@pytest.fixture
def three(make_demand):
    return [make_demand("submitted", title=f"Demand number {n}") for n in (1, 2, 3)]


def fresh(demand):
    return Demand.objects.get(pk=demand.pk)


def undo_of(answer) -> str:
    """The address the toast of the page one is led to would send."""
    found = re.search(r"undo:(\S+)", " ".join(m.extra_tags for m in answer.context["messages"]))
    return found[1] if found else ""


def all_told_now():
    Outbox.objects.filter(done_at=None).update(not_before=timezone.now() - timedelta(seconds=1))
    relay()


def together(client, verb, demands, **given):
    names = [demand.reference for demand in demands]
    return client.post(f"/demands/bulk/{verb}", {"chosen": names, **given}, follow=True)


def test_several_are_screened_at_once_and_taken_back(three, page, analyst):
    before = {demand.pk: (demand.stage_since, demand.due_on) for demand in three}
    client = page(analyst)
    answer = together(client, "screen", three)
    assert {fresh(demand).state for demand in three} == {"screening"}
    answer = client.post(undo_of(answer), follow=True)
    assert b"Taken back: 3 demands as before." in answer.content
    for demand in map(fresh, three):
        assert (demand.state, demand.owner) == ("submitted", None)
        assert (demand.stage_since, demand.due_on) == before[demand.pk]
        assert [e.verb for e in demand.record.events.order_by("id")][-2:] == ["screen", "take_back"]


def test_what_was_taken_back_in_time_is_told_to_nobody(three, page, analyst, author):
    client = page(analyst)
    answer = together(client, "screen", three)
    relay()
    assert not Notification.objects.filter(event__verb="screen").exists()
    client.post(undo_of(answer))
    all_told_now()
    assert not Notification.objects.filter(event__verb__in=("screen", "take_back")).exists()


def test_who_has_heard_of_it_hears_that_it_was_taken_back(three, page, analyst, author):
    client = page(analyst)
    answer = together(client, "screen", three[:1])
    all_told_now()
    assert Notification.objects.filter(person=author, event__verb="screen").count() == 1
    client.post(undo_of(answer))
    all_told_now()
    assert Notification.objects.filter(person=author, event__verb="take_back").count() == 1


def test_a_bulk_act_is_one_message(three, page, analyst, author):
    together(page(analyst), "screen", three)
    all_told_now()
    told = Notification.objects.get(person=author, event__verb="screen")
    assert told.text.endswith(f"began screening {three[0].reference} {three[0].title} and 2 more")


def test_a_bulk_act_asks_first_and_keeps_what_was_typed(three, page, analyst):
    client = page(analyst)
    names = {"chosen": [demand.reference for demand in three]}
    asked = client.post("/demands/bulk/defer", names | {"ask": "1"})
    assert asked.status_code == 200 and b"Defer: 3 demands" in asked.content
    assert asked.content.count(b'name="chosen"') == 3
    assert client.get("/demands/bulk/defer", names, HTTP_HX_REQUEST="true").status_code == 200
    wrong = client.post("/demands/bulk/defer", names | {"reason": "Not this quarter"})
    assert wrong.status_code == 422 and b"Not this quarter" in wrong.content
    day = clock.today() + timedelta(days=30)
    together(client, "defer", three, revisit_on=day.isoformat(), reason="Not this quarter")
    assert {fresh(demand).state for demand in three} == {"deferred"}


def test_nobody_does_many_at_once_what_they_may_not_do_to_one(three, page, stranger, author):
    for person in (stranger, author):
        answer = together(page(person), "screen", three)
        assert b"Nothing was changed." in answer.content
    assert {fresh(demand).state for demand in three} == {"submitted"}
    assert (
        page(stranger).post("/demands/bulk/withdraw", {"chosen": [three[0].reference]}).status_code
        == 404
    )
    assert page(stranger).post("/demands/bulk/screen", {}).status_code == 302


def test_one_hidden_among_them_stops_all(three, make_demand, page, analyst, manager, author):
    three[1].restrict(by=author)
    answer = page(manager).post("/demands/bulk/assign", {
        "chosen": [demand.reference for demand in three], "owner": analyst.username,
    })  # fmt: skip
    assert answer.status_code == 404
    assert {fresh(demand).owner for demand in three} == {None}


def test_an_act_is_taken_back_only_by_who_did_it_and_while_it_is_the_last(
    three, page, analyst, manager
):
    demand = three[0]
    answer = together(page(analyst), "assign", [demand], owner=analyst.username)
    address = undo_of(answer)
    assert page(manager).post(address).status_code == 302 and fresh(demand).owner == analyst
    demand = fresh(demand)
    demand.screen(by=manager)
    assert b"Something has happened since" in page(analyst).post(address, follow=True).content
    assert fresh(demand).state == "screening"


def test_an_act_is_not_taken_back_later(three, analyst):
    demand = three[0]
    demand.screen(by=analyst)
    with clock.set_clock(clock.now() + undo.WINDOW + timedelta(seconds=1)), pytest.raises(NotNow):
        demand.take_back(by=analyst, event=demand.last_event.pk)


def test_an_approval_does_not_come_back_with_an_undo(make_demand, analyst):
    demand = make_demand("approval")
    day = clock.today() + timedelta(days=30)
    demand.defer(by=analyst, revisit_on=day, reason="Not this quarter")
    with pytest.raises(NotNow, match="Ask for approval again"):
        demand.take_back(by=analyst, event=demand.last_event.pk)
    assert fresh(demand).state == "deferred"


def test_whoever_was_named_on_a_confidential_demand_keeps_it_after_an_undo(
    make_demand, analyst, author, colleague
):
    demand = make_demand("screening")
    demand.restrict(by=author, people=[analyst, colleague])
    demand.assess(by=analyst, assessors=[colleague])
    demand.take_back(by=analyst, event=demand.last_event.pk)
    assert fresh(demand).state == "screening" and fresh(demand).is_visible_to(colleague)
    named = demand.record.named.filter(person=colleague)
    assert [row.part for row in named] == ["reader"]


def test_a_deferred_demand_taken_back_ranks_again(make_demand, analyst):
    demand = make_demand("ready")
    assert Standing.objects.filter(demand=demand).exists()
    demand.defer(by=analyst, revisit_on=clock.today() + timedelta(days=9), reason="Wait")
    assert not Standing.objects.filter(demand=demand).exists()
    demand.take_back(by=analyst, event=demand.last_event.pk)
    assert fresh(demand).state == "assessment" and Standing.objects.filter(demand=demand).exists()


@pytest.mark.parametrize("events", ["", "x", "-1", "1,2,3", "9" * 30, "%00", "١"])
def test_nonsense_to_undo_is_refused(page, analyst, events):
    answer = page(analyst).post(f"/undo?events={events}")
    assert answer.status_code in (302, 400)
    assert not Event.objects.filter(verb="take_back").exists()


def test_many_cost_no_more_queries_to_show_than_one(
    three, page, analyst, django_assert_max_num_queries
):
    names = [demand.reference for demand in three]
    client = page(analyst)
    client.get("/demands/bulk/defer", {"chosen": names[:1]})
    with django_assert_max_num_queries(12, connection=connection):
        client.get("/demands/bulk/defer", {"chosen": names})


def test_columns_are_chosen_and_figures_stay_hidden(page, analyst, stranger, make_demand):
    make_demand("approval")
    asked = {"layout": "table", "columns": ["cost", "sponsor", "nonsense"]}
    shown = page(analyst).get("/demands", asked).content.decode()
    assert "Likely cost" in shown and "£12k" in shown and "Waits for</th>" not in shown
    assert "£12k" not in page(stranger).get("/demands", asked).content.decode()


def test_a_bulk_act_is_one_message_in_the_chat_and_none_when_taken_back(
    three, page, analyst, author, chat_server
):
    chat.keep_address(author, chat_server.address)
    author.chat_kinds = ["mine", "follow", "asks"]
    author.save()
    client = page(analyst)
    answer = together(client, "screen", three)
    client.post(undo_of(answer))
    all_told_now()
    assert chat_server.said == []
    together(client, "screen", three)
    all_told_now()
    (said,) = chat_server.said
    assert f"{three[0].reference} {three[0].title} and 2 more" in said
