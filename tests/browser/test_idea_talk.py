"""What stays in step on an idea's page, what is taken back from a toast, and a list on a phone."""

import pytest
from playwright.sync_api import expect

from changeoffice.core.talk.models import Comment
from demand.models import Demand
from ideation.models import Idea
from portfolio.models import Project
from practices.improvement.models import Improvement
from tests.browser.acting import answer, card, do, state

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PROBLEM = "Every tenth call asks when a branch opens, and our pages do not say it."


@pytest.fixture
def idea(author) -> Idea:
    made = Idea.propose(
        by=author, title="Show the opening hours where customers search", problem=PROBLEM
    )
    return made.submit(by=author)


@pytest.fixture
def other(colleague) -> Idea:
    made = Idea.propose(by=colleague, title="Put opening hours on the map", problem=PROBLEM)
    return made.submit(by=colleague)


def test_a_vote_and_a_comment_are_told_everywhere_on_the_page_and_the_comment_is_mended(
    enter, idea, colleague
):
    page = enter(colleague)
    page.goto(idea.get_absolute_url())
    figure = page.locator("#votes .figure")
    expect(figure).to_have_text("1")
    page.get_by_role("button", name="Vote for").click()
    expect(figure).to_have_text("2")
    expect(page.locator("#next")).to_contain_text("23 more votes")
    expect(page.locator("#next")).not_to_contain_text("None")
    follow = page.get_by_role("button", name="Follow", exact=True)
    expect(follow).to_be_visible()
    talk = card(page, "Discussion")
    talk.get_by_label("Add a comment").fill("Same in our teem.")
    talk.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator("#comment-total")).to_have_text("1 comment")
    expect(page.locator("#discussion-total")).to_have_text("1 comment")
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    talk.get_by_role("link", name="Edit").click()
    answer(page, "Save", {"Comment": "Same in our team."})
    expect(talk.get_by_text("Same in our team.")).to_be_visible()
    talk.get_by_role("link", name="edited").click()
    expect(page.get_by_role("dialog")).to_contain_text("Same in our teem.")
    assert Comment.objects.get().body == "Same in our team."


def test_a_merge_and_a_withdrawal_are_taken_back_from_their_toasts(
    enter, idea, other, author, analyst
):
    page = enter(analyst)
    page.goto(other.get_absolute_url())
    do(page, "Merge into another")
    answer(page, "Merge into another", {"Into which idea": idea.reference})
    toast = page.locator("[data-toast]")
    expect(toast).to_have_count(1)
    expect(toast).to_contain_text(f"You merged {other.reference}")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("Taken back")
    assert Idea.objects.get(pk=other.pk).state == "open"
    page = enter(author)
    page.goto(idea.get_absolute_url())
    do(page, "Withdraw")
    answer(page, "Withdraw", {"Why you withdraw it": "The map shows them now."})
    state(page, "Withdrawn")
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    state(page, "Captured")


@pytest.fixture
def one_of_each(idea, author, project_manager, unit) -> None:
    Demand.raise_new(by=author, title="Opening hours on the map", need=PROBLEM).submit(by=author)
    Project.start_up(by=project_manager, title="Hours everywhere", owner=project_manager, unit=unit)
    Improvement.note_down(by=author, title="Print the ticket larger", description=PROBLEM,
                          measure="Questions at the desk in a day", now=40, wanted=10)  # fmt: skip


@pytest.mark.parametrize("address", ["/ideas", "/demands", "/projects", "/improvements"])
def test_on_a_phone_a_list_begins_within_the_first_screen(enter, one_of_each, analyst, address):
    page = enter(analyst, viewport={"width": 390, "height": 844})
    page.goto(address)
    first = page.locator("[data-row]:visible, [data-card]:visible").first
    assert first.bounding_box()["y"] <= 420
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page.locator("#filters-sheet")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
