"""Changing what one said: by its author, for a day, on every kind of record."""

from datetime import timedelta

import pytest

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.record import acting
from changeoffice.core.record.errors import NotNow, TooOften
from changeoffice.core.talk import editing
from changeoffice.core.talk.models import Comment, EarlierWords, Follower, comment
from demand.models import Demand
from ideation.models import Idea
from tests.crowd import together

pytestmark = pytest.mark.django_db
FIRST, SECOND = "It hapens daily in the branch.", "It happens daily in every branch."
PROBLEM = "Customers ring us because nothing tells them why a payment is held."


@pytest.fixture
def idea(author) -> Idea:
    made = Idea.propose(by=author, title="Tell customers why a payment is held", problem=PROBLEM)
    return made.submit(by=author)


@pytest.fixture
def demand(author) -> Demand:
    made = Demand.raise_new(by=author, title="Hold reasons in the app",
                            need="Show why a payment is held, and until when.")  # fmt: skip
    return made.submit(by=author)


@pytest.fixture(params=["idea", "demand"])
def record(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def said(record, colleague) -> Comment:
    return comment(record, by=colleague, body=FIRST)


def shown(client, record) -> str:
    return client.get(record.get_absolute_url()).content.decode()


def aged(said: Comment, **ago: int) -> Comment:
    Comment.objects.filter(pk=said.pk).update(at=said.at - timedelta(**ago))
    said.refresh_from_db()
    return said


@pytest.mark.parametrize("door", ["page", "api"])
def test_an_author_changes_a_comment_and_its_earlier_words_are_kept(
    door, page, api, record, said, colleague, analyst, author
):
    at = f"{record.get_absolute_url()}/comments/{said.pk}"
    if door == "page":
        assert f"{at}/edit" in shown(page(colleague), record)
        assert FIRST in page(colleague).get(f"{at}/edit").content.decode()
        assert page(colleague).post(f"{at}/edit", {"body": SECOND}).status_code == 302
    else:
        answer = api(colleague).patch(f"/api/v1{at}/", {"body": SECOND})
        assert (answer.status_code, answer.json()["body"]) == (200, SECOND)
        assert answer.json()["edited_at"]
    text = shown(page(author), record)
    assert SECOND in text and FIRST not in text and ">edited</span>" in text
    for reader, code in ((colleague, 200), (analyst, 200), (author, 403)):
        assert page(reader).get(f"{at}/earlier").status_code == code
        answer = api(reader).get(f"/api/v1{at}/earlier/")
        assert answer.status_code == code and (FIRST in answer.content.decode()) == (code == 200)
    event = record.record.events.get(verb="edit_comment")
    assert (event.actor, event.data["comment"]) == (colleague, said.pk)


def test_nobody_else_changes_it_and_nobody_sees_the_link(
    page, api, record, said, author, analyst, administrator
):
    at = f"{record.get_absolute_url()}/comments/{said.pk}"
    for person in (author, analyst, administrator):
        assert f"{at}/edit" not in shown(page(person), record)
        assert page(person).post(f"{at}/edit", {"body": SECOND}).status_code == 403
        assert api(person).patch(f"/api/v1{at}/", {"body": SECOND}).status_code == 403
    said.refresh_from_db()
    assert said.body == FIRST and not EarlierWords.objects.exists()


def test_only_people_newly_named_hear_of_the_change(
    record, said, colleague, author, manager, leader
):
    editing.edit(record, said, by=colleague, body=f"{FIRST} @{manager.username}?")
    relay()
    mentioned = Notification.objects.filter(because="you were mentioned")
    assert mentioned.get().person == manager
    before = Notification.objects.count()
    body = f"{SECOND} @{manager.username} @{leader.username}?"
    editing.edit(record, said, by=colleague, body=body)
    relay()
    assert Notification.objects.count() == before + 1
    assert {notice.person for notice in mentioned.all()} == {manager, leader}
    assert Follower.objects.filter(record_id=record.pk, person=leader).exists()
    said.refresh_from_db()
    editing.edit(record, said, by=colleague, body=SECOND)
    relay()
    assert Notification.objects.count() == before + 1 and not said.mentions.exists()
    editing.edit(record, said, by=colleague, body=body)  # left out and called again
    relay()
    assert Notification.objects.count() == before + 1 and said.mentions.count() == 2


def test_after_a_day_or_once_hidden_it_stands(page, record, said, colleague, analyst):
    at = f"{record.get_absolute_url()}/comments/{said.pk}/edit"
    record.hide_comment(by=analyst, comment=said, reason="It names a customer.")
    assert at not in shown(page(colleague), record)
    assert "has hidden this comment" in page(colleague).get(at).content.decode()
    assert page(colleague).post(at, {"body": SECOND}).status_code == 409
    record.restore_comment(by=analyst, comment=said)
    aged(said, hours=23)
    assert page(colleague).post(at, {"body": SECOND}).status_code == 302
    aged(said, hours=2)
    assert at not in shown(page(colleague), record)
    with pytest.raises(NotNow, match="for one day"):
        editing.edit(record, said, by=colleague, body=FIRST)


def test_what_cannot_be_a_comment_is_refused_with_what_was_typed_kept(
    page, api, record, said, colleague
):
    at = f"{record.get_absolute_url()}/comments/{said.pk}"
    assert page(colleague).post(f"{at}/edit", {"body": " "}).status_code == 422
    assert api(colleague).patch(f"/api/v1{at}/", {"body": ""}).status_code == 400
    assert api(colleague).patch(f"/api/v1{at}/", {"words": "x"}).status_code == 400
    for number in ("0", "999999999999999999"):
        gone = f"{record.get_absolute_url()}/comments/{number}"
        assert page(colleague).get(f"{gone}/edit").status_code == 404
        assert api(colleague).patch(f"/api/v1{gone}/", {"body": SECOND}).status_code == 404
    editing.edit(record, said, by=colleague, body=f" {FIRST} ")
    assert not EarlierWords.objects.exists()


def test_a_comment_of_another_record_is_not_there(api, idea, demand, colleague):
    said = comment(idea, by=colleague, body=FIRST)
    answer = api(colleague).patch(
        f"/api/v1/demands/{demand.reference}/comments/{said.pk}/", {"body": SECOND}
    )
    assert answer.status_code == 404


def test_changes_keep_the_pace_of_comments(settings, record, said, colleague):
    settings.PACES = settings.PACES | {"comment": (3, 200)}
    with acting.through("page"):
        comment(record, by=colleague, body="Once more.")
        editing.edit(record, said, by=colleague, body=SECOND)
        with pytest.raises(TooOften):
            editing.edit(record, said, by=colleague, body=FIRST)


def test_people_called_stand_there_by_name_and_other_words_as_typed(
    page, record, colleague, author, outsider
):
    body = f"@{author.username} and @{outsider.username}, or me@example.org, or @nobody.here?"
    comment(record, by=colleague, body=body)
    text = shown(page(colleague), record)
    assert f'<strong title="@{author.username}">{author.name}</strong>' in text
    assert f"@{outsider.username}" in text and "me@example.org" in text and "@nobody.here" in text
    assert text.count("<strong title=") == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_change_and_a_hiding_at_once_a_hidden_comment_is_never_changed_after(
    idea, colleague, analyst
):
    said = comment(idea, by=colleague, body=FIRST)

    def act(turn: int) -> None:
        record = Idea.objects.get(pk=idea.pk)
        if turn:
            editing.edit(record, said, by=colleague, body=f"{SECOND} {turn}")
        else:
            record.hide_comment(by=analyst, comment=said, reason="It names a customer.")

    errors = together([lambda turn=turn: act(turn) for turn in range(8)])
    said.refresh_from_db()
    assert all(isinstance(error, NotNow) for error in errors)
    assert said.hidden_at and EarlierWords.objects.count() + 1 + len(errors) == 8
    assert not said.edited_at or said.edited_at <= said.hidden_at
