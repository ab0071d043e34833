"""The page of a delivered idea in a browser: its story taken along, and what is like it."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_pages import CONTRAST, FULL, WIDTHS, fits, grave
from tests.ideation.conftest import draft, idea  # noqa: F401
from tests.ideation.test_outcomes import brought, make_demand, policies  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_story_of_a_delivered_idea_is_copied_from_a_dialog_and_sent_as_a_letter(
    width, enter, brought, colleague
):
    page = enter(
        colleague, viewport=WIDTHS[width], permissions=["clipboard-read", "clipboard-write"]
    )
    page.goto(brought.get_absolute_url())
    expect(page.get_by_role("heading", name="More like it")).to_have_count(0)  # nothing is
    page.get_by_role("link", name="Share the story").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Link")).to_be_focused()
    dialog.get_by_role("button", name="Copy link").click()
    expect(dialog.get_by_role("status")).to_have_text("Link copied")
    taken = "navigator.clipboard.readText()"
    assert page.evaluate(taken).endswith(brought.get_absolute_url())
    dialog.get_by_role("button", name="Copy story").click()
    expect(dialog.get_by_role("status")).to_have_text("Story copied")
    assert page.evaluate(taken) == dialog.get_by_label("Story", exact=True).input_value()
    letter = dialog.get_by_role("link", name="Send by e-mail").get_attribute("href")
    assert letter.startswith("mailto:?subject=")
    assert fits(page) and not grave(page, FULL, "light") and not grave(page, CONTRAST, "dark")
    dialog.get_by_role("link", name="Close").click()
    expect(dialog).to_be_hidden()
    assert fits(page) and not grave(page, FULL, "light") and not grave(page, CONTRAST, "dark")


def test_without_a_script_the_story_is_a_page_to_select_from(enter, brought, colleague):
    page = enter(colleague, java_script_enabled=False)
    page.goto(brought.get_absolute_url())
    page.get_by_role("link", name="Share the story").click()
    expect(page.get_by_label("Link")).not_to_be_editable()
    assert page.get_by_label("Link").input_value().endswith(brought.get_absolute_url())
    expect(page.get_by_label("Story", exact=True)).not_to_be_editable()
    expect(page.get_by_role("button", name="Copy link")).to_be_hidden()
    expect(page.get_by_role("link", name="Send by e-mail")).to_be_visible()
