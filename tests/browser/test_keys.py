"""By keyboard: the palette, the list, the vote and the help, without touching a mouse."""

import re

import pytest
from playwright.sync_api import expect

from ideation.models import Idea

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROBLEM = "Customers ring us because nothing tells them why a payment is held."


@pytest.fixture
def ideas(colleague) -> list[Idea]:
    """The newer one stands first."""
    return [
        Idea.propose(by=colleague, title=title, problem=PROBLEM).submit(by=colleague)
        for title in ("Print fewer letters", "Tell customers why a payment is held")
    ]


def test_the_palette_jumps_to_a_typed_reference(enter, author, ideas):
    page = enter(author)
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette).to_be_visible()
    page.keyboard.type(ideas[0].reference)
    expect(palette.get_by_role("option").first).to_contain_text(ideas[0].title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(ideas[0].title)


def test_words_in_the_palette_find_what_one_may_see(enter, author, ideas):
    page = enter(author)
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Search and commands")).to_be_visible()
    page.keyboard.type("letters")
    option = page.get_by_role("option").filter(has_text=ideas[0].title)
    expect(option).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Search and commands")).to_be_hidden()


def test_j_goes_down_the_list_v_votes_and_enter_opens(enter, author, ideas):
    page = enter(author)
    page.goto("/ideas?ordering=newest")
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.get_by_role("article").filter(has_text=ideas[0].title)
    expect(row).to_have_attribute("data-current", "")
    page.keyboard.press("v")
    expect(row.get_by_role("button", name="Take back your vote")).to_contain_text("2")
    row.get_by_role("link", name=ideas[0].title).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"{ideas[0].reference}$"))


def test_a_question_mark_shows_the_keys(enter, author):
    page = enter(author)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_).to_contain_text("Next, previous in a list")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()


def test_keys_do_nothing_while_one_types(enter, author):
    page = enter(author)
    page.goto("/ideas/new")
    page.get_by_label("What should change?").press_sequentially("Why? j/v")
    expect(page.get_by_label("What should change?")).to_have_value("Why? j/v")
    expect(page.get_by_role("dialog")).to_have_count(0)
