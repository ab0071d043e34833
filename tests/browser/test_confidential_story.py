"""A confidential demand, as somebody meets it who must not know of it."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from demand.letters import taking
from demand.models import Demand
from tests.browser.acting import answer
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECRET, WORD = "Close the Northgate branch by summer", "Northgate"


@pytest.fixture
def hidden(make_demand, letter, analyst, finance, manager, kpi) -> Demand:
    """Scored, rated and made of a letter; then for named people only."""
    made = taking.make_demand(letter.pk, by=analyst, title=SECRET,
                              need="The Northgate branch is to close before it is told.")  # fmt: skip
    letter_says(letter, SECRET)
    made.screen(by=analyst)
    made.revise(by=analyst, risk="high", sponsor=manager)
    made.assess(by=analyst, assessors=[finance])
    made.add_kpi_effect(by=analyst, kpi=kpi, change=-5, by_on=date(2028, 6, 30))
    made.score(by=finance, value=8, time_criticality=8, risk_reduction=8, job_size=2,
               rationale="It loses money each month.")  # fmt: skip
    made.restrict(by=analyst)
    return made


def letter_says(letter, words: str) -> None:
    letter.subject = words
    letter.save(update_fields=["subject"])


PLACES = (
    "/demands", "/demands?layout=table", "/demands?layout=table&view=mine&ordering=newest",
    "/demands?layout=table&search=Northgate", "/demands/chart", f"/search?q={WORD}", "/kpis",
    "/portfolio/items?measure=demands_open", "/inbox", "/", f"/api/v1/demands/?format=csv&search={WORD}",
    f"/api/v1/demands/?search={WORD}", "/api/v1/events/", f"/ideas/similar?title={SECRET}",
)  # fmt: skip


@pytest.mark.parametrize("roles", [(), ("analyst", "leadership")], ids=["staff", "another analyst"])
def test_a_stranger_meets_a_confidential_demand_nowhere(
    enter, worker, hidden, analyst, make_person, roles
):
    worker("kpi_rollup")
    knows, stranger = enter(analyst), enter(make_person("Sam Stranger", *roles), refusals=True)
    share_a_view(knows)
    found = [place for place in PLACES if tells(knows, place)]
    assert "/demands" in found and "/demands/chart" in found and len(found) >= 10, found
    assert [place for place in PLACES if tells(stranger, place)] == []
    open_the_shared_view(stranger)
    search_in_vain(stranger)
    find(knows)
    type_the_same(stranger)
    for end in ("", "/decide", "/trail", "/alike", "/screen"):
        assert stranger.request.get(f"{hidden.get_absolute_url()}{end}").status == 404
    letters = stranger.request.get("/demands/letters?outcome=all")
    assert letters.status == (200 if roles else 403)
    assert WORD not in letters.text() and WORD in knows.request.get(letters.url).text()


def tells(page: Page, place: str) -> bool:
    """Whether the title shows, in words or in what a chart is drawn from."""
    answer = page.request.get(place, headers={"Accept": "*/*"})
    assert answer.ok or answer.status == 403, (place, answer.status)
    return SECRET in answer.text()


def share_a_view(page: Page) -> None:
    page.goto("/demands?layout=table&view=mine")
    expect(page.get_by_role("link", name=SECRET)).to_be_visible()
    page.locator("#saved-views summary").click()
    page.get_by_role("link", name="Save this view").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Share it with all colleagues").check()
    answer(page, "Save view", {"Name": "In screening"})


def open_the_shared_view(page: Page) -> None:
    page.goto("/demands")
    expect(page.locator("main")).not_to_contain_text(WORD)
    page.locator("#saved-views summary").click()
    page.get_by_role("link", name="In screening").click()
    expect(page).to_have_url(re.compile(r"saved=\d+"))
    expect(page.locator("tbody [data-row]")).to_have_count(0)


def find(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type(WORD)
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette.get_by_role("option").filter(has_text=SECRET)).to_be_visible()


def search_in_vain(page: Page) -> None:
    page.keyboard.press("/")
    palette = page.get_by_role("dialog", name="Search and commands")
    expect(palette).to_be_visible()
    page.keyboard.type(WORD)
    expect(palette.get_by_role("option")).to_have_count(1)  # the search page, which finds nothing
    expect(palette).not_to_contain_text(SECRET)


def type_the_same(page: Page) -> None:
    """No hint while one types its very title; an open demand of that name shows that hints work."""
    page.goto("/demands/new")
    with page.expect_response(lambda answer: "/ideas/similar" in answer.url) as heard:
        page.get_by_label("The demand in one line").press_sequentially(SECRET)
    assert heard.value.ok
    expect(page.locator("#similar")).to_be_empty()
