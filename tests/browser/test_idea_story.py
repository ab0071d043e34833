"""An idea from the first words typed to a demand: its author, voters and reviewers."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from changeoffice.core.record import clock
from ideation import vetting
from ideation.models import Campaign, Idea
from tests.browser.acting import answer, card, do, heading, state

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Show the opening hours where customers search"
PROBLEM = "Every tenth call asks when a branch opens, and our pages do not say it."
QUESTION = "What would spare our customers a call?"


@pytest.fixture
def campaign(analyst, sponsor) -> Campaign:
    """One that runs, and judges its ideas by two criteria of its own, by two reviewers."""
    today = clock.today()
    made = Campaign.set_up(by=analyst, title=QUESTION, sponsor=sponsor, opens_on=today,
                           closes_on=today + timedelta(days=20))  # fmt: skip
    criteria = [vetting.Criterion("calls_spared", "Calls spared", weight=3),
                vetting.Criterion("feasibility", "Feasibility")]  # fmt: skip
    made.judge_by(by=analyst, criteria=vetting.kept(criteria), scores_wanted=2)
    made.open(by=analyst)
    return made


def test_an_author_goes_on_with_a_draft_elsewhere_and_answers_a_campaign(
    enter, campaign, author, colleague
):
    begin_at_the_desk(enter(author))
    page = enter(author)
    go_on_elsewhere(page)
    idea = Idea.objects.get(title=TITLE)
    assert idea.campaign == campaign
    nadia = enter(colleague)
    vote_on_the_campaign(nadia, campaign)
    page.goto("/ideas?mine=submitted")
    row = page.get_by_role("article").filter(has_text=TITLE)
    expect(row.locator(".vote")).to_have_text(re.compile(r"2\s*Voted"))
    page.goto("/ideas?mine=voted")
    expect(page.get_by_role("article").filter(has_text=TITLE)).to_be_visible()


def begin_at_the_desk(page: Page) -> None:
    page.goto("/ideas/new")
    page.get_by_label("What should change?").fill(TITLE)
    page.get_by_label("What is the problem today?").fill(PROBLEM[:40])
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")
    assert not Idea.objects.exists()


def go_on_elsewhere(page: Page) -> None:
    """Another browser of the same person has what was typed; once sent, it is gone."""
    page.goto("/ideas/new")
    problem = page.get_by_label("What is the problem today?")
    expect(page.get_by_label("What should change?")).to_have_value(TITLE)
    expect(problem).to_have_value(PROBLEM[:40])
    problem.fill(PROBLEM)
    page.get_by_label("Campaign").select_option(label=QUESTION)
    page.get_by_role("button", name="Submit idea").click()
    heading(page, TITLE)
    state(page, "Captured")
    page.goto("/ideas/new")
    expect(page.get_by_label("What should change?")).to_have_value("")


def vote_on_the_campaign(page: Page, campaign: Campaign) -> None:
    page.goto(campaign.get_absolute_url())
    heading(page, QUESTION)
    ideas = card(page, "Ideas")
    ideas.get_by_role("button", name="Vote for").click()
    expect(ideas.locator(".vote")).to_have_text(re.compile(r"2\s*Voted"))
    ideas.get_by_role("link", name=TITLE).click()
    heading(page, TITLE)


def test_two_reviewers_differ_on_an_idea_before_it_becomes_a_demand(
    enter, worker, campaign, author, analyst, finance, service_owner, sponsor
):
    idea = Idea.propose(by=author, title=TITLE, problem=PROBLEM, campaign=campaign)
    idea.submit(by=author)
    priya = enter(analyst)
    ask_two(priya, idea, [finance, service_owner])
    worker()
    owen, sofia = enter(finance), enter(service_owner)
    score(owen, 5, "It is the question we hear most.")
    expect(card(owen, "Evaluation")).to_contain_text("1 reviewer of 2 wanted, open")
    priya.reload()
    expect(priya.get_by_role("link", name="Develop", exact=True)).to_have_count(0)
    score(sofia, 2, "Half of them ask for something else as well.")
    see_them_differ(priya)
    promote(priya, sponsor)
    see_what_became_of_it(enter(author))


def ask_two(page: Page, idea: Idea, reviewers: list) -> None:
    page.goto(idea.get_absolute_url())
    do(page, "Start review")
    state(page, "Under review")
    do(page, "Vet")
    answer(page, "Vet", {"Reviewers": [person.name for person in reviewers]})
    state(page, "Vetting")


def score(page: Page, value: int, reason: str) -> None:
    """On the campaign's own criteria, each with what it counts."""
    page.goto("/ideas")
    page.get_by_role("link", name=TITLE).click()
    do(page, "Score it")
    expect(page.get_by_role("dialog")).to_contain_text("counts 75%")
    answer(page, "Score it", {"Calls spared": value, "Feasibility": 4, "Reason": reason})
    expect(card(page, "Evaluation")).to_contain_text(reason)


def see_them_differ(page: Page) -> None:
    """5 and 4, weighed 3 to 1, are 9.5 of 10; 2 and 4 are 5."""
    page.reload()
    told = card(page, "Evaluation")
    expect(told).to_contain_text(re.compile(r"Reviewers disagree\s+on Calls spared"))
    for reviewer, total in (("Owen Finance", "9.5"), ("Sofia Services", "5.0")):
        row = told.get_by_role("row").filter(has_text=reviewer)
        expect(row.locator("[data-label=Total]")).to_have_text(total)


def promote(page: Page, sponsor) -> None:
    do(page, "Develop")
    answer(page, "Develop", {"Expected benefit": "A tenth of the calls."})
    state(page, "Developed")
    do(page, "Turn into a demand")
    answer(page, "Turn into a demand", {"Type of demand": "Improvement", "Sponsor": sponsor.name})
    heading(page, TITLE)
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("DMD-")
    expect(card(page, "Facts")).to_contain_text(sponsor.name)


def see_what_became_of_it(page: Page) -> None:
    page.goto("/ideas?mine=submitted")
    row = page.get_by_role("article").filter(has_text=TITLE)
    expect(row).to_contain_text("Became a demand")
    row.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("navigation", name="Trail")).to_contain_text("DMD-")
