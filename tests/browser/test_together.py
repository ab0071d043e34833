"""Two people at the same thing, and a vote given by mistake."""

import pytest
from playwright.sync_api import expect

from ideation.models import Idea

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROBLEM = "Customers ring us because nothing tells them why a payment is held."


@pytest.fixture
def idea(author) -> Idea:
    made = Idea.propose(by=author, title="Tell customers why a payment is held", problem=PROBLEM)
    return made.submit(by=author)


def test_whoever_saves_second_sees_what_changed_and_may_keep_the_own_words(
    enter, idea, author, analyst
):
    theirs, mine = enter(analyst), enter(author, refusals=True)
    for page in (theirs, mine):
        page.goto(f"{idea.get_absolute_url()}/edit")
    theirs.get_by_label("Your idea in one line").fill("Tell customers why their payment waits")
    theirs.get_by_role("button", name="Save changes").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text(
        "Tell customers why their payment waits"
    )

    mine.get_by_label("What do you propose?").fill("Show the reason beside the payment.")
    mine.get_by_role("button", name="Save changes").click()
    conflict = mine.get_by_role("alert")
    expect(conflict).to_contain_text(f"{analyst.name} changed this while you were editing.")
    expect(conflict).to_contain_text("Tell customers why their payment waits")
    proposal = mine.get_by_label("What do you propose?")
    expect(proposal).to_have_value("Show the reason beside the payment.")

    mine.get_by_role("button", name="Use mine").click()
    expect(mine.get_by_role("heading", level=1)).to_have_text(idea.title)
    expect(mine.locator("main")).to_contain_text("Show the reason beside the payment.")


def test_a_vote_is_undone_by_its_toast(enter, idea, colleague):
    page = enter(colleague)
    page.goto("/ideas")
    row = page.get_by_role("article").filter(has_text=idea.title)
    row.get_by_role("button", name="Vote for").click()
    expect(row.get_by_role("button", name="Take back your vote")).to_contain_text("2")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(row.get_by_role("button", name="Vote for")).to_contain_text("1")
    idea.refresh_from_db()
    assert idea.vote_count == 1
