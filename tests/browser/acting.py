"""What people do on any page: press a verb, answer its question, look at what stands there."""

import re

from playwright.sync_api import Locator, Page, expect


def do(page: Page, name: str) -> None:
    """Press a verb: beside the title, or in the menu next to it."""
    actions = page.locator(".page-header__actions")
    control = actions.get_by_text(name, exact=True)
    if not control.is_visible():
        actions.get_by_label("More actions").click()
    control.click()


def answer(page: Page, confirm: str, values: dict[str, object]) -> None:
    """Fill in the dialog a verb opened, and confirm it."""
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.locator("select[data-pick][multiple]:not(.tomselected)")).to_have_count(0)
    for label, value in values.items():
        field = dialog.get_by_label(re.compile(f"^{label}")).first  # its list has the same name
        if field.get_attribute("role") == "combobox":
            pick(field, *(value if isinstance(value, list) else [str(value)]))
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value if isinstance(value, list) else str(value))
        else:
            field.fill(str(value))
    dialog.get_by_role("button", name=confirm, exact=True).click()
    expect(dialog).to_be_hidden()


def pick(field: Locator, *names: str) -> None:
    """Find each by typing a part of the name, and choose it by keyboard."""
    expect(field).to_have_attribute("aria-controls", re.compile("."))  # no plain list any more
    list_of = field.page.locator(f"#{field.get_attribute('aria-controls')}")
    for name in names:
        field.press_sequentially(name)
        expect(list_of.locator(".active")).to_contain_text(name)
        field.press("Enter")


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def state(page: Page, words: str) -> None:
    expect(page.locator(".page-header__meta .pill").first).to_have_text(words)


def card(page: Page, name: str) -> Locator:
    return page.locator("section.card").filter(
        has=page.get_by_role("heading", name=name, exact=True)
    )


def open_task(page: Page, title: str) -> None:
    """Find it on My work, as a person would, and open it."""
    page.goto("/")
    task = page.get_by_role("article").filter(has_text=title)
    task.get_by_role("link", name=title).click()
    heading(page, title)
