"""Messages to a person's own chat: by kind, in order, once, and honest when they do not arrive."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from changeoffice.core.jobs.digest import daily_letters
from changeoffice.core.notify import chat, chat_delivery
from changeoffice.core.notify.models import ChatHook, ChatTest, Letter, Notification
from changeoffice.core.notify.wording import chat_message
from changeoffice.core.outbox.models import Outbox
from changeoffice.core.outbox.relay import relay
from changeoffice.core.people.models import Person
from changeoffice.core.record.history import history_of
from changeoffice.core.talk.models import comment, follow
from ideation.models import Idea

pytestmark = pytest.mark.django_db


@pytest.fixture
def idea(author):
    made = Idea.propose(
        by=author, title="Say why a payment is held", problem="People call us and wait for long."
    )
    made.submit(by=author)
    relay()
    return made


@pytest.fixture
def listening(author, chat_server):
    """The author, who has every kind of notice in a chat."""
    chat.keep_address(author, chat_server.address)
    author.chat_kinds = ["asks", "mention", "alarm", "mine", "follow", "result"]
    author.save()
    return author


def time_passes() -> None:
    """Whatever waits for a later try is due."""
    waiting = Outbox.objects.filter(done_at=None, given_up_at=None)
    waiting.update(not_before=timezone.now() - timedelta(seconds=1))
    relay()


def say(idea, by, *words: str) -> None:
    for one in words:
        comment(idea, by=by, body=one)
    relay()


def test_a_message_says_what_happened_why_and_where(listening, colleague, idea, chat_server):
    comment(idea, by=colleague, body=f"@{listening.username} how many calls?")
    relay()
    (said,) = chat_server.said
    assert said.startswith(f"{colleague.name} ") and idea.reference in said
    assert "You get this because you were mentioned." in said
    assert f"Answer it here: http://127.0.0.1:8000/ideas/{idea.reference}#discussion" in said


def test_nobody_hears_of_their_own_act(listening, idea, chat_server):
    say(idea, listening, "I say something myself")
    assert chat_server.said == []


def test_a_kind_goes_only_the_ways_that_were_chosen(listening, colleague, idea, chat_server):
    listening.mail_choices = {"mine": "never", "mention": "immediate", "follow": "digest"}
    listening.chat_kinds = ["mine"]
    listening.save()
    other = Idea.propose(
        by=colleague, title="Print fewer letters", problem="Paper costs us a lot of money."
    )
    other.submit(by=colleague)
    follow(other.pk, listening)
    relay()
    mail.outbox.clear()
    say(idea, colleague, "News of what is yours", f"@{listening.username} a question")
    say(other, colleague, "News of what you follow")
    assert ["commented on" in said for said in chat_server.said] == [True]
    to_me = [letter for letter in mail.outbox if listening.email in letter.to]
    assert ["you were mentioned" in letter.body for letter in to_me] == [True]
    mail.outbox.clear()
    daily_letters(timezone.now())
    relay()
    (daily,) = [letter for letter in mail.outbox if listening.email in letter.to]
    assert other.reference in daily.body and idea.reference not in daily.body
    assert Notification.objects.filter(person=listening).count() == 4, "the inbox has everything"


def test_who_never_chose_by_kind_keeps_the_choice_made_before(author):
    author.mail_choice = "digest"
    assert {author.mail_for(kind) for kind in ("asks", "mine", "result", "")} == {"digest"}


def test_repeats_stand_once_in_the_daily_letter(author, colleague, idea):
    author.mail_choice = "digest"
    author.save()
    say(idea, colleague, "First", "Second", "Third")
    mail.outbox.clear()
    daily_letters(timezone.now())
    relay()
    (daily,) = [letter for letter in mail.outbox if author.email in letter.to]
    assert daily.body.count("commented on it") == 1 and "(3 times)" in daily.body
    assert daily.body.count(idea.title) == 1


def test_a_chat_that_is_down_only_delays_and_keeps_the_order(
    listening, colleague, idea, chat_server
):
    chat_server.down()
    comment(idea, by=colleague, body=f"@{listening.username} first")
    idea.refresh_from_db()
    say(idea, colleague, "second")
    hook = ChatHook.objects.get(person=listening)
    assert hook.failing_since and hook.attempts == 1 and "could not be reached" in hook.reason
    assert Outbox.objects.filter(topic="chat", done_at=None).count() == 1, "one row tries again"
    time_passes()
    assert ChatHook.objects.get(person=listening).attempts == 2
    chat_server.up()
    time_passes()
    assert ["mentioned" in said for said in chat_server.said] == [True, False]
    hook.refresh_from_db()
    assert (hook.failing_since, hook.attempts, hook.reason) == (None, 0, "") and hook.sent_at


def test_the_same_row_twice_sends_once(listening, colleague, idea, chat_server):
    say(idea, colleague, "Good one")
    Outbox.objects.filter(topic__in=("chat", "event", "letter")).update(done_at=None)
    relay()
    assert len(chat_server.said) == 1


def test_an_address_that_is_gone_stops_at_once_and_its_owner_is_told(
    listening, colleague, idea, chat_server, page
):
    chat_server.status = 410
    say(idea, colleague, "Good one")
    hook = ChatHook.objects.get(person=listening)
    assert hook.stopped_at and not chat.waiting_for(listening.pk).exists()
    told = Notification.objects.get(person=listening, record=None)
    assert told.asks and "answered 410" in told.text
    assert "Nothing more is sent there." in page(listening).get("/settings").content.decode()
    chat_server.status = 200
    say(idea, colleague, "Another")
    assert chat_server.said == []
    chat.keep_address(listening, chat_server.address)
    say(idea, colleague, "Here again")
    assert len(chat_server.said) == 1


def test_after_a_day_it_is_given_up_where_its_owner_sees_it(
    listening, colleague, idea, chat_server, page
):
    chat_server.status = 503
    say(idea, colleague, "Good one")
    text = page(listening).get("/settings").content.decode()
    assert "Not delivered since" in text and "answered 503" in text
    day_ago = timezone.now() - timedelta(hours=25)
    ChatHook.objects.filter(person=listening).update(failing_since=day_ago)
    time_passes()
    assert ChatHook.objects.get(person=listening).stopped_at
    assert Notification.objects.filter(person=listening, record=None, asks=True).count() == 1
    assert not Outbox.objects.filter(topic="chat", done_at=None).exists()


def test_a_host_that_is_away_is_tried_once_for_all_who_have_their_chat_there(
    listening, colleague, stranger, idea, chat_server
):
    chat.keep_address(stranger, chat_server.address + "2")
    chat_server.down()
    comment(idea, by=colleague, body=f"@{stranger.username} and @{listening.username}, look")
    relay()
    reasons = ChatHook.objects.values_list("reason", flat=True)
    assert sorted("others a moment ago" in reason for reason in reasons) == [False, True]


def test_what_became_hidden_while_it_waited_is_not_sent(listening, colleague, idea, chat_server):
    chat_server.down()
    comment(idea, by=listening, body=f"@{colleague.username} please look")
    chat.keep_address(colleague, chat_server.address)
    relay()
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    chat_server.up()
    time_passes()
    assert chat_server.said == [] and not chat.waiting_for(colleague.pk).exists()


def test_a_letter_about_what_became_hidden_while_it_waited_is_not_sent(author, colleague, idea):
    comment(idea, by=author, body=f"@{colleague.username} please look")
    event = Outbox.objects.filter(topic="event", done_at=None)
    assert event.exists()
    relay(most=1)
    mail.outbox.clear()
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    relay()
    assert not [letter for letter in mail.outbox if colleague.email in letter.to]


def test_a_title_cannot_call_everybody_or_hide_a_link(listening, colleague, chat_server, idea):
    Idea.objects.filter(pk=idea.pk).update(
        title="<!channel> @here <http://evil.example|Open> [It](//evil)"
    )
    say(idea, colleague, "Good one")
    (said,) = chat_server.said
    assert "<" not in said and "@here" not in said and "@\u200bhere" in said
    assert "](" not in said


def test_a_name_in_the_reason_cannot_call_everybody(author, administrator):
    notice = Notification(person=author, text="News", because="<!channel> @all set it")
    assert "<" not in chat_message(notice) and "@all" not in chat_message(notice)


def test_a_wrong_port_of_a_host_does_not_make_others_wait(listening, stranger, idea, chat_server):
    chat.keep_address(stranger, "https://chat.example:1/hooks/nobody-there")
    ChatHook.objects.filter(person=stranger).update(away_at=timezone.now())
    say(idea, stranger, "Good one")
    assert len(chat_server.said) == 1


def test_an_address_inside_that_is_no_longer_allowed_is_not_called(
    listening, colleague, idea, chat_server, office
):
    office.inside_hosts = []
    office.save()
    say(idea, colleague, "Good one")
    assert chat_server.paths == []
    assert "administrator has to allow" in ChatHook.objects.get(person=listening).reason


# settings ----------------------------------------------------------------------------------------
def test_the_address_is_named_tested_and_removed(author, chat_server, page):
    client = page(author)
    text = client.post("/settings/chat", {"address": chat_server.address}, follow=True).content
    masked = f"https://chat.example:{chat_server.port}/…-key"
    assert masked in text.decode() and b"very-secret" not in text
    answer = client.post("/settings/chat/test", follow=True)
    assert b"was delivered to chat.example" in answer.content and len(chat_server.said) == 1
    assert b"Wait some seconds" in client.post("/settings/chat/test", follow=True).content
    assert Person.objects.get(pk=author.pk).chat_kinds == ["asks", "mention", "alarm"]
    client.post("/settings/chat/remove")
    assert not ChatHook.objects.exists() and not Person.objects.get(pk=author.pk).chat_kinds


def test_the_pause_between_tests_is_the_persons_whatever_address_they_name(
    author, chat_server, page
):
    client = page(author)
    client.post("/settings/chat", {"address": chat_server.address})
    client.post("/settings/chat/test")
    for at in ("again", "elsewhere"):
        client.post("/settings/chat/remove")
        client.post("/settings/chat", {"address": f"{chat_server.address}/{at}"})
        assert b"Wait some seconds" in client.post("/settings/chat/test", follow=True).content
    assert len(chat_server.said) == 1
    ChatTest.objects.update(at=timezone.now() - timedelta(seconds=11))
    client.post("/settings/chat/test")
    assert len(chat_server.said) == 2


def test_a_slow_host_takes_one_message_in_a_while_and_the_chats_of_others_go_on(
    listening, colleague, stranger, idea, chat_server, monkeypatch
):
    """Whoever has a chat there waits; nothing is lost, and the order stays."""
    monkeypatch.setattr(chat_delivery, "SLOW", -1.0)  # as if every answer took too long
    say(idea, colleague, "First", "Second")
    assert len(chat_server.said) == 1
    chat.keep_address(stranger, chat_server.address + "2")
    comment(idea, by=colleague, body=f"@{stranger.username} look")
    relay()
    assert len(chat_server.said) == 1 and ChatHook.objects.get(person=stranger).reason == ""
    for count in (2, 3, 4):
        ChatHook.objects.update(away_at=None)
        time_passes()
        assert len(chat_server.said) == count


def test_a_test_that_fails_says_why(author, chat_server, page):
    client = page(author)
    client.post("/settings/chat", {"address": chat_server.address})
    chat_server.status = 404
    assert b"answered 404 (Not Found)" in client.post("/settings/chat/test", follow=True).content


def test_a_test_that_works_lets_messages_go_on(listening, colleague, idea, chat_server, page):
    chat_server.down()
    say(idea, colleague, "Good one")
    chat_server.up()
    page(listening).post("/settings/chat/test")
    relay()
    assert len(chat_server.said) == 2
    assert ChatHook.objects.get(person=listening).failing_since is None


@pytest.mark.parametrize(
    ("address", "words"),
    [("http://chat.example/x", "begins with https"), ("https://127.0.0.1/x", "inside the network"),
     ("  ", "Fill in “Address of the incoming webhook”"), ("https://a.example/\x00", "ull characters")],
)  # fmt: skip
def test_a_wrong_address_is_told_beside_its_field(author, page, address, words):
    answer = page(author).post("/settings/chat", {"address": address})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text and 'aria-describedby="id_address-hint id_address-error"' in text
    assert not ChatHook.objects.exists()


def test_choices_are_saved_by_kind_with_their_history(listening, page):
    client = page(listening)
    kinds = ["asks", "mention", "alarm", "mine", "follow", "result"]
    given = {f"mail_{kind}": "digest" for kind in kinds} | {
        "mail_asks": "immediate",
        "chat_asks": "on",
    }
    assert client.post("/settings/hearing", given).status_code == 302
    listening.refresh_from_db()
    assert [listening.mail_for(kind) for kind in kinds] == ["immediate"] + ["digest"] * 5
    assert listening.chat_kinds == ["asks"]
    row = history_of(Person).objects.filter(pgh_obj_id=listening.pk).latest("pgh_id")
    assert row.chat_kinds == ["asks"] and row.pgh_context["by"] == listening.pk
    hearing = client.get("/inbox").context["hearing"]
    assert [(row["mail"], row["chat"]) for row in hearing[:2]] == [
        ("at once", True),
        ("daily", False),
    ]
    wrong = client.post("/settings/hearing", given | {"mail_mine": "sometimes"})
    assert wrong.status_code == 422 and b'id="id_mail_mine-error"' in wrong.content
    assert client.get("/settings/hearing").status_code == 302


def test_without_a_chat_there_is_nothing_to_choose_for_it(author, page):
    text = page(author).get("/settings").content.decode()
    assert "chat_asks" not in text and "Save the address" in text
    assert page(author).post("/settings/chat/test").status_code == 404


def test_the_administrator_names_hosts_inside_the_network(administrator, office, page):
    client = page(administrator)
    begin = client.get("/admin/units/office").context["form"].initial
    given = begin | {"inside_hosts": "Chat.Office.example\nchat.office.example\n10.0.0.7"}
    assert client.post("/admin/units/office", given).status_code in (204, 302)
    office.refresh_from_db()
    assert office.inside_hosts == ["chat.office.example", "10.0.0.7"]
    wrong = client.post("/admin/units/office", given | {"inside_hosts": "https://chat/"})
    assert wrong.status_code == 422 and b"names of hosts" in wrong.content


def test_letters_written_by_the_release_before_still_leave(author):
    letter = Letter.objects.create(person=author, subject="News", body="As it was.", key="old")
    Outbox.objects.create(topic="letter", key="letter:old", payload={"letter_id": letter.pk})
    relay()
    assert mail.outbox[-1].body == "As it was."
