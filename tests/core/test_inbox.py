"""The inbox: what is told to whom, grouped, read and answered."""

import pytest

from changeoffice.core.notify.models import Letter, Notification
from changeoffice.core.outbox.relay import relay
from changeoffice.core.talk.models import Comment, comment
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


def test_nobody_is_told_of_their_own_acts(author, idea, page):
    answer = page(author).get("/inbox")
    assert "Nothing new" in answer.content.decode()


def test_a_mention_asks_and_says_why(author, colleague, idea, page):
    comment(idea, by=author, body=f"@{colleague.username} what do you think?")
    relay()
    answer = page(colleague).get("/inbox?view=asks")
    text = answer.content.decode()
    assert "Because you were mentioned." in text and idea.reference in text
    assert answer.context["counts"]["asks"] == 1


def test_many_notices_about_one_item_fold_into_one_group(author, colleague, idea, page):
    for n in range(6):
        Notification.objects.create(person=author, record_id=idea.pk, text=f"News {n}", key=f"n{n}",
                                    because="you own it")  # fmt: skip
    (group,) = page(author).get("/inbox").context["groups"]
    assert group["count"] == 6 and len(group["shown"]) == 1 and len(group["folded"]) == 5


def test_the_head_of_a_group_names_the_item_once(author, colleague, idea, page):
    comment(idea, by=colleague, body="Good one")
    relay()
    (group,) = page(author).get("/inbox").context["groups"]
    assert (group["title"], group["record"].reference) == (idea.title, idea.reference)
    assert [row["title"] for row in group["shown"]] == [f"{colleague.name} commented on it"]


def test_what_is_told_again_stands_once_and_is_read_at_once(author, idea, page):
    for n in range(3):
        Notification.objects.create(person=author, record_id=idea.pk, text="It still waits",
                                    because="it waits for you", asks=True, key=f"again {n}")  # fmt: skip
    client = page(author)
    (group,) = client.get("/inbox").context["groups"]
    (row,) = group["shown"]
    assert (row["times"], group["repeated"]) == (3, 3)
    client.post("/inbox/read", {"notice": row["ids"]})
    assert not Notification.objects.filter(person=author).unread().exists()


def test_items_that_ask_one_thing_each_stand_together(author, idea, page):
    other = Idea.propose(by=author, title="Print fewer letters", problem="Paper costs us a lot.")
    for one in (idea, other):
        Notification.objects.create(person=author, record_id=one.pk, text=f"{one.reference} waits",
                                    because="it waits for you", asks=True, key=one.reference)  # fmt: skip
    (group,) = page(author).get("/inbox").context["groups"]
    assert (group["title"], group["record"]) == ("2 ideas wait for you", None)
    assert {row["title"] for row in group["shown"]} == {
        f"{one.reference} waits" for one in (idea, other)
    }


def test_opening_a_notice_reads_it_and_leads_to_the_item(author, colleague, idea, page):
    comment(idea, by=colleague, body="Good one")
    relay()
    notice = Notification.objects.get(person=author)
    answer = page(author).get(f"/inbox/{notice.pk}")
    assert answer["Location"] == f"/ideas/{idea.reference}#discussion"
    notice.refresh_from_db()
    assert notice.read_at


def test_marking_news_leaves_what_asks(author, colleague, idea, page):
    comment(idea, by=author, body="For all to read")
    comment(idea, by=colleague, body=f"@{author.username} a question for you")
    comment(idea, by=colleague, body="And some news")
    relay()
    client = page(author)
    client.post("/inbox/read", {"notice": "news"})
    left = Notification.objects.filter(person=author).unread()
    assert [notice.asks for notice in left] == [True]
    client.post("/inbox/read", {"notice": "all"})
    assert not Notification.objects.filter(person=author).unread().exists()
    assert client.get("/inbox?view=done").context["groups"]


def test_a_mention_is_answered_where_it_stands(author, colleague, idea, page):
    comment(idea, by=colleague, body=f"@{author.username} how many calls?")
    relay()
    notice = Notification.objects.get(person=author, asks=True)
    page(author).post(f"/inbox/{notice.pk}/answer", {"body": "About forty a day."})
    made = Comment.objects.latest("id")
    assert made.author == author and made.reply_to is not None
    notice.refresh_from_db()
    assert notice.read_at


def test_an_empty_answer_is_kept_back(author, colleague, idea, page):
    comment(idea, by=colleague, body=f"@{author.username} how many calls?")
    relay()
    notice = Notification.objects.get(person=author, asks=True)
    page(author).post(f"/inbox/{notice.pk}/answer", {"body": "  "})
    assert Comment.objects.count() == 1


def test_nobody_reads_or_marks_the_notice_of_another(author, colleague, stranger, idea, page):
    comment(idea, by=colleague, body="Good one")
    relay()
    notice = Notification.objects.get(person=author)
    client = page(stranger)
    assert client.get(f"/inbox/{notice.pk}").status_code == 404
    assert client.post(f"/inbox/{notice.pk}/answer", {"body": "Me"}).status_code == 404
    client.post("/inbox/read", {"notice": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None


def test_a_notice_about_what_became_confidential_is_gone(colleague, author, idea, page):
    comment(idea, by=author, body=f"@{colleague.username} please look")
    relay()
    assert page(colleague).get("/inbox").context["counts"]["all"] == 1
    Idea.objects.filter(pk=idea.pk).update(confidential=True)
    assert page(colleague).get("/inbox").context["counts"]["all"] == 0


def test_letters_follow_the_persons_choice(author, colleague, idea):
    author.mail_choice = "never"
    author.save()
    comment(idea, by=colleague, body="Good one")
    relay()
    assert Notification.objects.filter(person=author).count() == 1
    assert not Letter.objects.filter(person=author).exists()


def test_the_inbox_asks_the_same_number_of_queries_however_full(
    author, colleague, page, django_assert_max_num_queries
):
    for n in range(12):
        made = Idea.propose(
            by=author, title=f"Idea number {n} of mine", problem="People wait for far too long."
        )
        made.submit(by=author)
        comment(made, by=colleague, body="Good one")
    relay()
    client = page(author)
    client.get("/inbox")
    with django_assert_max_num_queries(12):
        client.get("/inbox")


def test_who_wants_one_letter_a_day_gets_one(author, colleague, idea):
    from django.core import mail
    from django.utils import timezone

    from changeoffice.core.jobs.digest import daily_letters

    author.mail_choice = "digest"
    author.save()
    for n in range(3):
        comment(idea, by=colleague, body=f"Thought number {n}")
    relay()
    assert not Letter.objects.filter(person=author).exists()
    now = timezone.now()
    assert daily_letters(now) == {"letters": 1}
    assert daily_letters(now) == {"letters": 0}, "running twice adds nothing"
    mail.outbox.clear()
    relay()
    (letter,) = [sent for sent in mail.outbox if author.email in sent.to]
    assert letter.subject == "3 new in your inbox" and idea.reference in letter.body
