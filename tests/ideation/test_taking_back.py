"""What an author takes back, what the change office takes back, and what the page then says."""

import re

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record.errors import NotNow
from changeoffice.core.talk.models import comment
from ideation.models import Idea
from tests.ideation.conftest import PROBLEM

pytestmark = pytest.mark.django_db
WHY = "We changed suppliers, so it is settled."


@pytest.fixture
def other(colleague) -> Idea:
    made = Idea.propose(by=colleague, title="Explain blocked payments", problem=PROBLEM)
    return made.submit(by=colleague)


def text(answer) -> str:
    return answer.content.decode()


def again(idea: Idea) -> Idea:
    return Idea.objects.get(pk=idea.pk)


def undo_of(client, address: str) -> str:
    """Where the toast on this page leads to take the act back."""
    found = re.search(r'action="(/undo\?events=[\d,]+)"', text(client.get(address, follow=True)))
    return found[1] if found else ""


# An author withdraws -----------------------------------------------------------------------------------
@pytest.mark.parametrize("door", ["page", "api"])
def test_an_author_withdraws_an_idea_with_a_reason_all_can_read(
    door, page, api, idea, author, colleague
):
    idea.vote(by=colleague)
    if door == "page":
        assert "It takes no more votes" in text(
            page(author).get(f"/ideas/{idea.reference}/withdraw")
        )
        sent = page(author).post(f"/ideas/{idea.reference}/withdraw", {"reason": WHY})
        assert sent.status_code == 302
    else:
        answer = api(author).post(f"/api/v1/ideas/{idea.reference}/withdraw/", {"reason": WHY})
        assert (answer.status_code, answer.json()["state_label"]) == (200, "Withdrawn")
    shown = text(page(colleague).get(f"/ideas/{idea.reference}"))
    assert "Withdrawn by its author." in shown and WHY in shown and "Declined" not in shown
    assert "Votes closed when it was withdrawn" in shown
    assert idea.reference not in text(page(colleague).get("/ideas"))
    with pytest.raises(NotNow):
        again(idea).vote(by=colleague)


def test_a_withdrawal_is_no_answer_of_the_office(idea, author, analyst, other):
    idea.withdraw(by=author, reason=WHY)
    assert again(idea).first_answer_at is None
    other.decline(by=analyst, code="not_now", answer="Not before the new platform is there.")
    assert again(other).first_answer_at is not None


def test_nobody_else_withdraws_it_and_a_demand_stays(
    page, api, developed, colleague, analyst, manager
):
    for person in (colleague, analyst, manager):
        sent = api(person).post(f"/api/v1/ideas/{developed.reference}/withdraw/", {"reason": WHY})
        assert sent.status_code == 403
    assert again(developed).state == "developed"


def test_a_withdrawn_idea_is_reopened_by_its_author(idea, author, analyst):
    idea.review(by=analyst)
    idea.withdraw(by=author, reason=WHY)
    idea.reopen(by=author, reason="The new supplier has the same fault.")
    assert (again(idea).state, again(idea).decline_code, again(idea).is_withdrawn) == (
        "open",
        "",
        False,
    )


def test_its_history_says_in_plain_words_that_its_author_withdrew_it_and_why(
    page, idea, author, analyst, other
):
    idea.withdraw(by=author, reason=WHY)
    told = history(page(author), idea)
    assert f"{author.name} withdrew the idea {WHY}" in told
    assert "declin" not in told.lower()
    idea.reopen(by=author, reason="The new supplier has the same fault.")
    assert "declin" not in history(page(author), idea).lower()
    other.decline(by=analyst, code="not_now", answer="Not before the new platform is there.")
    assert "Why declined" in history(page(author), other)


def history(client, idea) -> str:
    html = client.get(f"/ideas/{idea.reference}").content.decode()
    shown = re.sub(r"<[^>]+>", " ", html[html.index('<ol class="timeline">') :])
    return " ".join(shown[: shown.index("submitted the idea")].split())


def test_without_a_reason_the_form_says_what_to_write(page, idea, author):
    shown = text(page(author).post(f"/ideas/{idea.reference}/withdraw", {"reason": ""}))
    assert "Say why you withdraw it" in shown and again(idea).state == "open"


# Undo ---------------------------------------------------------------------------------------------------
ACTS = {
    "review": {}, "ask": {"question": "In which branch?"},
    "park": {"revisit_on": "2099-01-01", "reason": "The budget is spent."},
    "decline": {"code": "not_now", "answer": "Not before the new platform is there."},
}  # fmt: skip


@pytest.mark.parametrize("verb", ACTS)
def test_the_toast_takes_an_act_of_the_office_back_before_anybody_hears(
    verb, page, idea, author, analyst
):
    client = page(analyst)
    before = again(idea)
    assert client.post(f"/ideas/{idea.reference}/{verb}", ACTS[verb]).status_code == 302
    assert again(idea).state != before.state
    undo = undo_of(client, f"/ideas/{idea.reference}")
    assert client.post(undo, follow=True).status_code == 200
    now = again(idea)
    same = (
        "state",
        "question",
        "answer",
        "revisit_on",
        "decline_code",
        "first_answer_at",
        "vote_count",
    )
    assert [getattr(now, name) for name in same] == [getattr(before, name) for name in same]
    relay()
    assert not Notification.objects.filter(person=author).exists()


def test_an_author_takes_a_withdrawal_back(page, idea, author):
    client = page(author)
    client.post(f"/ideas/{idea.reference}/withdraw", {"reason": WHY})
    client.post(undo_of(client, f"/ideas/{idea.reference}"))
    assert (again(idea).state, again(idea).decline_code) == ("open", "")


def test_the_toast_after_a_merge_undoes_it(page, idea, other, analyst, colleague):
    idea.vote(by=analyst)
    client = page(analyst)
    client.post(f"/ideas/{other.reference}/merge", {"into": idea.reference})
    assert (again(other).state, again(idea).vote_count) == ("merged", 3)
    answer = client.get(f"/ideas/{other.reference}", follow=True)
    assert f"You merged {other.reference}." in text(answer)
    assert "was merged into this idea" not in text(answer)
    undo = re.search(r'action="(/undo\?events=\d+)"', text(answer))[1]
    page(colleague).post(undo)
    assert again(other).state == "merged"
    client.post(undo)
    assert (again(other).state, again(other).vote_count, again(idea).vote_count) == ("open", 1, 2)


def test_an_old_toast_does_not_undo_another_merge(page, idea, other, analyst):
    client = page(analyst)
    client.post(f"/ideas/{other.reference}/merge", {"into": idea.reference})
    undo = undo_of(client, f"/ideas/{other.reference}")
    again(other).unmerge(by=analyst)
    again(other).merge(by=analyst, into=idea)
    assert "Nothing was taken back" in text(client.post(undo, follow=True))
    assert again(other).state == "merged"


# What the pages say --------------------------------------------------------------------------------------
def test_nobody_acts_next_on_what_has_ended(page, idea, other, author, analyst):
    idea.decline(by=analyst, code="not_now", answer="Not before the new platform is there.")
    shown = text(page(author).get("/ideas/mine"))
    row = re.search(rf"<tr data-row>.*?{idea.reference}.*?</tr>", shown, re.S)[0]
    assert ">You<" not in row and '<td class="small wide-only">–</td>' in row


def test_what_one_follows_tells_each_item_once_and_none_that_stands_there_already(
    page, idea, other, author, colleague, analyst
):
    for record in (idea, other):
        comment(record, by=author if record is other else colleague, body="Which branch?")
        comment(record, by=analyst, body="I look at it.")
    shown = text(page(author).get("/"))
    followed = shown.split('id="followed"')[1]
    assert followed.count(f'class="ref">{other.reference}') == 1 and idea.reference not in followed


def test_after_a_vote_and_a_comment_the_page_reads_its_other_parts_again(page, idea, colleague):
    client, ajax = page(colleague), {"HTTP_HX_REQUEST": "true"}
    for address, sent in ((f"/ideas/{idea.reference}/vote?size=large", {}),
                          (f"/ideas/{idea.reference}/comments", {"body": "Daily."})):  # fmt: skip
        assert "record-changed" in client.post(address, sent, **ajax)["HX-Trigger"]
    in_a_list = client.post(f"/ideas/{idea.reference}/unvote", **ajax)
    assert "record-changed" not in in_a_list["HX-Trigger"]


def test_what_was_said_or_voted_and_a_birth_are_not_taken_back(page, idea, author, colleague):
    comment(idea, by=author, body="It happened again.")
    idea.vote(by=colleague)
    before = again(idea)
    acts = {event.verb: event for event in idea.record.events.all()}
    assert {"propose", "comment", "vote"} <= set(acts)
    for event in acts.values():
        answer = page(event.actor).post(f"/undo?events={event.pk}", follow=True)
        assert "Nothing was taken back." in text(answer)
    assert (again(idea).state, again(idea).vote_count) == (before.state, before.vote_count)
