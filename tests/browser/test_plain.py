"""Without JavaScript everything still works: pages are pages, buttons are forms."""

import re

import pytest
from playwright.sync_api import expect

from ideation.models import Idea

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Tell customers in the app why a payment is held"
PROBLEM = "Customers ring us because nothing in the app tells them why their payment is held."


def test_without_javascript_one_submits_votes_comments_and_filters(enter, author, colleague):
    page = enter(author, java_script_enabled=False)
    page.goto("/ideas/new")
    page.get_by_label("What should change?").fill(TITLE)
    page.get_by_label("What is the problem today?").fill(PROBLEM)
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)

    page = enter(colleague, java_script_enabled=False)
    page.goto("/ideas")
    row = page.get_by_role("article").filter(has_text=TITLE)
    row.get_by_role("button", name="Vote for").click()
    expect(page).to_have_url(re.compile("/ideas$"))
    expect(row.get_by_role("button", name="Take back your vote")).to_contain_text("2")
    expect(page.locator("#toasts")).to_contain_text("Vote added")

    row.get_by_role("link", name=TITLE).click()
    page.get_by_label("Add a comment").fill("I take ten such calls every day.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#thread")).to_contain_text("I take ten such calls every day.")

    page.goto("/ideas")
    page.locator("summary").filter(has_text="Stage").click()
    page.get_by_text("Parked", exact=True).click()
    page.locator("form.filters").get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile("state=parked"))
    expect(page.locator("#list")).to_contain_text("No idea matches")


def test_a_refused_form_keeps_what_was_typed(enter, author):
    page = enter(author, java_script_enabled=False, refusals=True)
    page.goto("/ideas/new")
    page.get_by_label("What should change?").fill("Short")
    page.get_by_label("What is the problem today?").fill(PROBLEM)
    page.get_by_role("button", name="Submit idea").click()
    expect(page.get_by_label("What is the problem today?")).to_have_value(PROBLEM)
    expect(page.locator(".field--wrong")).to_contain_text("What should change?")
    assert not Idea.objects.exists()
