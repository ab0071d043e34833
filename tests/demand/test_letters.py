"""Demands by e-mail: taken in once, and never in somebody else's name."""

import socket
import threading
from email.message import EmailMessage

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotNow, NotSeen
from demand.letters import mailbox, taking
from demand.models import Demand, Letter
from tests.demand.conftest import AUTHORITY


@pytest.fixture(autouse=True)
def trusted(settings):
    settings.DEMAND_MAIL_AUTHORITY = AUTHORITY


# Taking ----------------------------------------------------------------------------------------------
def test_a_letter_our_server_vouches_for_becomes_a_submitted_demand(letter, author):
    kept = taking.take(letter("plain"))
    made = kept.demand
    assert kept.outcome == "demand" and made.state == "submitted" and made.requester == author
    assert made.title == "Tell customers why a payment is held" and "£6 each" in made.need


def test_the_same_letter_is_taken_once(letter):
    assert taking.take(letter("plain")) and taking.take(letter("plain")) is None
    assert Demand.objects.count() == Letter.objects.count() == 1


def test_a_letter_nobody_vouches_for_stays_a_draft_its_sender_is_asked_to_confirm(
    letter, author, stranger
):
    kept = taking.take(letter("forged"))
    assert (kept.outcome, kept.demand.state) == ("draft", "draft")
    assert not kept.demand.is_visible_to(stranger)
    told = Notification.objects.get(person=author, asks=True)
    assert "if the e-mail was yours" in told.text


def test_letters_in_somebodys_name_do_not_bury_them_in_drafts(author):
    for n in range(taking.MOST_DRAFTS + 3):
        message = EmailMessage()
        message["From"], message["Subject"], message["Message-ID"] = (
            author.email,
            f"Buy thing number {n}",
            f"<{n}@x>",
        )
        message.set_content("Something is needed, in at least twenty characters.")
        taking.take(message.as_bytes())
    assert Demand.objects.count() == taking.MOST_DRAFTS
    assert Letter.objects.filter(outcome="waiting").count() == 3


@pytest.mark.parametrize(
    "sender", ["stranger@nowhere.example", "", "a@b.c, d@e.f", "=?utf-8?q?x?="]
)
def test_whom_nobody_knows_waits_for_an_analyst(letter, sender, db):
    raw = letter("plain", sender=sender or "nobody")
    kept = taking.take(raw)
    assert (kept.outcome, kept.because) == (
        "waiting",
        taking.UNKNOWN,
    ) and not Demand.objects.exists()


def test_a_suppliers_person_raises_nothing(letter, outsider):
    assert taking.take(letter("plain", sender=outsider.email)).outcome == "waiting"


def test_an_answer_becomes_a_comment_of_what_was_written_above_the_quote(
    letter, make_demand, author
):
    demand = make_demand("submitted")
    kept = taking.take(letter("reply", reference=demand.reference))
    assert kept.outcome == "comment"
    (said,) = demand.record.comments.all()
    assert (said.author, said.body) == (author, "It happens on Mondays, after the batch run.")


def test_an_answer_about_what_its_sender_may_not_see_says_nothing_of_it(
    letter, make_demand, stranger, author
):
    demand = make_demand("submitted")
    demand.restrict(by=author)
    kept = taking.take(letter("reply", sender=stranger.email, reference=demand.reference))
    assert kept.outcome == "waiting" and not demand.record.comments.exists()


def test_an_automatic_answer_starts_nothing(letter):
    assert (
        taking.take(letter("out_of_office")).outcome == "automatic" and not Demand.objects.exists()
    )


def test_files_are_kept_as_far_as_they_may_be_and_the_rest_is_told(letter):
    kept = taking.take(letter("attachment"))
    (file,) = kept.demand.record.attachments.all()
    assert file.name == "printers.csv" and "run.exe" in kept.because


# An analyst's hand -----------------------------------------------------------------------------------
def test_an_analyst_makes_a_demand_of_what_waits_or_puts_it_aside(letter, page, analyst):
    one = taking.take(letter("plain", sender="stranger@nowhere.example"))
    client, at = page(analyst), f"/demands/letters/{one.pk}"
    assert b"1 letter waits for an analyst" in client.get("/demands").content
    shown = client.get(at).content.decode()
    assert "Tell customers why a payment is held" in shown and "About four hundred calls" in shown
    assert client.post(at, {"title": "Short", "need": ""}).status_code == 422
    answer = client.post(
        at, {"title": "Tell customers why", "need": "Because four hundred of them call."}
    )
    one.refresh_from_db()
    assert answer.url == one.demand.get_absolute_url() and one.handled_by == analyst
    assert one.demand.state == "submitted" and one.demand.requester == analyst
    assert (
        client.post(
            at, {"title": "Once more of it", "need": "Because four hundred of them call."}
        ).status_code
        == 409
    )
    with pytest.raises(NotNow):
        taking.dismiss(one.pk, by=analyst, reason="Too late")


def test_the_letter_of_a_demand_that_became_confidential_is_for_those_named_on_it(
    letter, page, analyst, make_person
):
    one = taking.take(letter("plain", sender="stranger@nowhere.example"))
    words = {"title": "Tell customers why", "need": "Because four hundred of them call."}
    demand = taking.make_demand(one.pk, by=analyst, **words)
    listed, at = "/demands/letters?outcome=all", f"/demands/letters/{one.pk}"
    other = page(make_person("Lea Analyst", "analyst"))
    assert one.subject in other.get(listed).content.decode() and other.get(at).status_code == 200
    demand.restrict(by=analyst)
    hidden = other.get(listed)
    assert one.subject not in hidden.content.decode()
    assert [tab["count"] for tab in hidden.context["tabs"]] == [0] * 7
    assert other.get(at).status_code == other.get(f"{at}/dismiss").status_code == 404
    assert one.subject in page(analyst).get(listed).content.decode()


def test_an_unproven_letter_that_became_a_draft_is_read_only_by_whom_it_names(
    letter, page, author, analyst
):
    raw = letter("plain").replace(b"dmarc=pass", b"dmarc=fail")
    kept = taking.take(raw)
    assert (kept.outcome, kept.person) == ("draft", author)
    listed, at = "/demands/letters?outcome=all", f"/demands/letters/{kept.pk}"
    shown = page(analyst).get(listed)
    assert kept.subject not in shown.content.decode() and not list(shown.context["page"])
    assert (
        page(analyst).get(at).status_code == page(analyst).get(f"{at}/dismiss").status_code == 404
    )
    kept.demand.submit(by=author)
    assert kept.subject in page(analyst).get(listed).content.decode()
    assert page(analyst).get(at).status_code == 200


def test_letters_are_not_for_everybody(letter, page, stranger, leader, make_person, unit):
    one = taking.take(letter("plain", sender="stranger@nowhere.example"))
    local = make_person("Lea Local", "analyst", scope=unit)
    for person in (stranger, leader, local):
        for at in (
            "/demands/letters",
            f"/demands/letters/{one.pk}",
            f"/demands/letters/{one.pk}/dismiss",
        ):
            assert page(person).get(at).status_code == 403
        assert (
            page(person).post(f"/demands/letters/{one.pk}/dismiss", {"reason": "No"}).status_code
            == 403
        )
        assert b"waits for an analyst" not in page(person).get("/demands").content


def test_a_letter_about_a_confidential_demand_is_read_by_those_who_see_the_demand(
    letter, page, make_demand, author, analyst, manager
):
    demand = make_demand("submitted")
    said = taking.take(letter("reply", reference=demand.reference))
    unproven = taking.take(
        letter("reply", reference=demand.reference).replace(b"dmarc=pass", b"dmarc=fail")
        .replace(b"Message-ID: <", b"Message-ID: <another-")
    )  # fmt: skip
    assert (said.outcome, unproven.outcome, unproven.demand) == ("comment", "waiting", demand)
    demand.restrict(by=author, people=[manager])
    for one in (said, unproven):
        assert page(manager).get(f"/demands/letters/{one.pk}").status_code == 200
        assert page(analyst).get(f"/demands/letters/{one.pk}").status_code == 404
    shown = page(analyst).get("/demands/letters?outcome=all")
    assert not list(shown.context["page"]) and demand.reference not in shown.content.decode()
    with pytest.raises(NotSeen):
        taking.dismiss(unproven.pk, by=analyst, reason="Not for me")


# The mailbox -----------------------------------------------------------------------------------------
class Server(threading.Thread):
    """A mailbox that speaks as much IMAP as a client of ours asks for."""

    def __init__(self, messages: list[bytes]) -> None:
        super().__init__(daemon=True)
        self.messages, self.seen, self.flagged = messages, set(), []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self) -> None:
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            with client, client.makefile("rwb") as stream:
                self.talk(stream)

    def talk(self, stream) -> None:
        self.say(stream, b"* OK ready")
        for line in stream:
            tag, _, rest = line.strip().partition(b" ")
            for answer in self.answers(rest):
                self.say(stream, answer)
            self.say(stream, tag + b" OK done")

    def say(self, stream, line: bytes) -> None:
        stream.write(line + b"\r\n")
        stream.flush()

    def answers(self, rest: bytes):
        words = rest.split()
        if words[0] == b"CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1"
        elif words[0] == b"SELECT":
            yield b"* %d EXISTS" % len(self.messages)
        elif words[:2] == [b"UID", b"SEARCH"]:
            unseen = [
                str(n + 1).encode() for n in range(len(self.messages)) if n + 1 not in self.seen
            ]
            yield b"* SEARCH " + b" ".join(unseen)
        elif words[:2] == [b"UID", b"STORE"]:
            self.seen.add(int(words[2]))
        elif words[:2] == [b"UID", b"FETCH"]:
            n, raw = int(words[2]), self.messages[int(words[2]) - 1]
            if b"SIZE" in rest:
                yield b"* %d FETCH (UID %d RFC822.SIZE %d)" % (n, n, len(raw))
            else:
                yield b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)" % (n, n, len(raw), raw)


def test_the_mailbox_is_read_once_and_what_is_too_large_is_left(letter, settings, monkeypatch):
    monkeypatch.setattr(mailbox, "LARGEST", 5_000)
    server = Server(
        [letter("plain"), letter("html"), b"Subject: big\n\n" + b"x" * 6_000, letter("plain")]
    )
    settings.DEMAND_MAILBOX = f"imap://office:s%40cret@127.0.0.1:{server.port}/INBOX"
    assert mailbox.fetch(clock.now()) == {"taken": 2, "known": 1, "too_large": 1, "failed": 0}
    assert server.seen == {1, 2, 3, 4}
    assert mailbox.fetch(clock.now()) == {"taken": 0, "known": 0, "too_large": 0, "failed": 0}
    assert Demand.objects.filter(state="submitted").count() == 2


def test_a_mailbox_that_is_away_is_told_without_its_password(settings):
    settings.DEMAND_MAILBOX = "imap://office:secret@127.0.0.1:1/INBOX"
    with pytest.raises(mailbox.MailboxAway) as told:
        mailbox.fetch(clock.now())
    assert "secret" not in str(told.value)


def test_without_a_mailbox_nothing_is_done(settings):
    settings.DEMAND_MAILBOX = ""
    assert set(mailbox.fetch(clock.now()).values()) == {0}
