"""People and other long choices are found by typing: in a dialog, by keyboard, on a phone, and in an
organisation too large for a list; without a script there is still a way."""

import re

import pytest
from playwright.sync_api import Page, expect

from changeoffice.core.record import choosing
from demand.models import Demand
from tests.browser.acting import do, pick
from tests.browser.test_pages import CONTRAST, FULL, WIDTHS, fits, grave
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd(make_person):
    return [make_person(f"{name} Crowd", "analyst") for name in (
        "Ada", "Bram", "Cleo", "Dag", "Edda", "Finn", "Gita", "Hugo", "Iris", "Jonas")]  # fmt: skip


@pytest.fixture
def large(crowd, monkeypatch):
    """More people than a list takes."""
    monkeypatch.setattr(choosing, "FEW", 5)
    return crowd


def field(page: Page, label: str):
    return page.get_by_role("combobox", name=re.compile(f"^{label}"))


def test_an_analyst_is_found_by_keyboard_in_a_dialog(enter, analyst, make_demand, crowd):
    demand, page = make_demand("submitted"), enter(analyst)
    page.goto(demand.get_absolute_url())
    do(page, "Assign")
    pick(field(page, "Analyst"), "Gita")
    expect(page.get_by_role("dialog")).to_contain_text("Gita Crowd")
    page.get_by_role("dialog").get_by_role("button", name="Assign", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("You assigned")
    assert Demand.objects.get().owner == crowd[6]


def test_several_are_chosen_and_taken_out_again_in_a_large_organisation(
    enter, analyst, make_demand, large
):
    demand, page = make_demand("screening"), enter(analyst)
    page.goto(f"{demand.get_absolute_url()}/assess")
    who = field(page, "Assessors")
    pick(who, "Bram", "Iris", "Dag")
    page.get_by_role("button", name="Remove Iris Crowd").click()
    expect(page.get_by_role("button", name="Remove Bram Crowd")).to_be_visible()
    assert (
        page.locator("[name=assessors]").input_value()
        == f"{large[1].username}, {large[3].username}"
    )
    who.press("Escape")
    page.get_by_role("button", name="Open assessment", exact=True).click()
    expect(page.locator(".page-header__meta .pill").first).to_have_text("Assessment")
    named = demand.record.named.filter(part="assessor").values_list("person", flat=True)
    assert set(named) == {large[1].pk, large[3].pk}


@pytest.mark.parametrize("width", ["phone", "wide"])
def test_it_is_good_for_eyes_and_ears(enter, analyst, make_demand, crowd, monkeypatch, width):
    demand, page = make_demand("screening"), enter(analyst, viewport=WIDTHS[width])
    for few in (5, 100):
        monkeypatch.setattr(choosing, "FEW", few)
        page.goto(f"{demand.get_absolute_url()}/assess")
        field(page, "Assessors").press_sequentially("Cr")
        expect(page.get_by_role("option").filter(has_text="Ada")).to_be_visible()
        assert fits(page)
        assert not grave(page, FULL, "light") and not grave(page, CONTRAST, "dark")


def test_without_a_script_a_list_or_a_user_name_does(
    look, enter, analyst, make_demand, crowd, monkeypatch
):
    demand = make_demand("submitted")
    held = enter(analyst).context.storage_state()
    page = look(java_script_enabled=False, storage_state=held)
    for few, person in ((100, crowd[2]), (5, crowd[8])):
        monkeypatch.setattr(choosing, "FEW", few)
        page.goto(f"{demand.get_absolute_url()}/assign")
        shown = page.get_by_label("Analyst")
        shown.select_option(person.username) if few == 100 else shown.fill(person.email)
        page.get_by_role("button", name="Assign", exact=True).click()
        assert Demand.objects.get().owner == person


def test_an_error_leads_to_the_field_and_keeps_who_was_chosen(enter, analyst, make_demand, large):
    demand, page = make_demand("submitted"), enter(analyst, refusals=True)
    page.goto(f"{demand.get_absolute_url()}/add-stakeholder")
    pick(field(page, "Person"), "Hugo")
    page.get_by_role("button", name="Name a stakeholder", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("Choose an answer for “Interest”")
    expect(page.locator("main")).to_contain_text("Hugo Crowd")
    assert page.locator("[name=person]").input_value() == large[7].username
