"""The whole thread, as the people who pull it see it: from one person's idea to a leader's screen."""

import re

import pytest
from playwright.sync_api import Page, expect

from changeoffice.core.record import clock
from ideation.models import Idea
from portfolio.models import Milestone, Project
from tests.browser.acting import answer, card, do, heading, open_task, state

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Tell customers in the app why a payment is held"
PROMISE = "Events about held payments"
PROBLEM = "Customers ring us because nothing in the app tells them why their payment is held."


@pytest.fixture
def platform_manager(make_person):
    return make_person("Omar Platform", "project_manager")


@pytest.fixture
def alike(colleague):
    """Somebody has had nearly the same thought before."""
    idea = Idea.propose(by=colleague, title="Tell customers by letter why a payment is held",
                        problem="Customers ask in the branch why their payment did not arrive.")  # fmt: skip
    return idea.submit(by=colleague)


@pytest.fixture
def platform(platform_manager, sponsor, unit, working_day):
    """A running project that others depend on, with one promise made."""
    project = Project.take_over(
        by=platform_manager, title="Event platform", owner=platform_manager, sponsor=sponsor,
        unit=unit, confirmed_on=clock.today(),
    )  # fmt: skip
    Milestone.plan(by=platform_manager, project=project, title="Events are live",
                   baseline_on=working_day(0))  # fmt: skip
    return project


def test_an_idea_becomes_a_project_that_a_leader_sees_turn_red(
    enter, worker, working_day, author, colleague, analyst, finance, sponsor, project_manager,
    platform_manager, leader, kpi, skill, alike, platform,
):  # fmt: skip
    tom, nadia, priya = enter(author), enter(colleague), enter(analyst)
    submit_an_idea(tom, alike)
    vote_and_comment(nadia)
    review(priya)
    owen = enter(finance)
    score(owen)
    develop_and_promote(priya, sponsor)
    shape(priya, kpi, skill)
    helen = enter(sponsor)
    approve(helen)
    approve(owen)
    hand_over(priya, project_manager)
    lena, omar = enter(project_manager), enter(platform_manager)
    plan(lena, working_day)
    promise(lena)
    agree(omar)
    slip(omar, working_day)
    worker("rag_recalculation", "dependency_alerts", "kpi_rollup")
    hear_of_it(lena, omar)
    see_it_red(enter(leader))
    follow_the_trail(tom, kpi)
    made = Project.objects.get(demand__idea__title=TITLE)
    assert (made.demand.idea.state, made.demand.state) == ("promoted", "in_delivery")
    assert made.rag.is_red and made.owner == project_manager


def submit_an_idea(page: Page, alike: Idea) -> None:
    """Staff: what already exists shows while the title is being typed."""
    page.get_by_role("link", name="Suggest an idea").first.click()
    title = page.get_by_label("What should change?")
    title.press_sequentially(TITLE)
    expect(page.locator("#similar")).to_contain_text(alike.title)
    expect(page.locator("#similar")).to_contain_text("Vote instead of adding a copy")
    page.get_by_label("What is the problem today?").fill(PROBLEM)
    page.get_by_role("button", name="Submit idea").click()
    heading(page, TITLE)
    state(page, "Captured")
    expect(page.locator("#toasts")).to_contain_text("is open for votes")


def vote_and_comment(page: Page) -> None:
    """A colleague: one vote, and a word of support."""
    page.goto("/ideas")
    row = page.locator("[data-row]").filter(has_text=TITLE)
    row.get_by_role("button", name="Vote").click()
    expect(row.locator(".vote")).to_have_text(re.compile(r"2\s*Voted"))
    row.get_by_role("link", name=TITLE).click()
    page.get_by_label("Add a comment").fill("I take ten such calls every day.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("#thread")).to_contain_text("I take ten such calls every day.")
    expect(page.locator("#votes .figure")).to_have_text("2")


def review(page: Page) -> None:
    """The analyst takes it up and opens vetting."""
    page.goto("/ideas")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("#thread")).to_contain_text("Nadia Colleague")
    do(page, "Start review")
    state(page, "Under review")
    do(page, "Vet")
    answer(page, "Vet", {})
    state(page, "Vetting")


def score(page: Page) -> None:
    """A reviewer gives the scores."""
    page.goto("/ideas")
    page.get_by_role("link", name=TITLE).click()
    do(page, "Score it")
    answer(page, "Score it", {"Value": 5, "Feasibility": 4, "Strategic fit": 5, "Effort": 2,
                              "Reason": "It removes our largest reason for calls."})  # fmt: skip
    expect(card(page, "Evaluation")).to_contain_text("It removes our largest reason for calls.")


def develop_and_promote(page: Page, sponsor) -> None:
    """The analyst closes vetting; the idea becomes a demand with a sponsor."""
    page.reload()
    do(page, "Develop")
    answer(page, "Develop", {"Expected benefit": "A thousand calls a month less."})
    state(page, "Developed")
    do(page, "Turn into a demand")
    answer(page, "Turn into a demand", {"Type of demand": "Improvement", "Sponsor": sponsor.name})
    heading(page, TITLE)
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("DMD-")


def shape(page: Page, kpi, skill) -> None:
    """The analyst shapes it until it can be decided."""
    do(page, "Submit")
    do(page, "Start screening")
    state(page, "Screening")
    do(page, "Add a KPI effect")
    answer(
        page,
        "Add a KPI effect",
        {"KPI": str(kpi), "Expected change": -240, "Reached by": "2028-06-30"},
    )
    do(page, "Open assessment")
    answer(page, "Open assessment", {"Scores wanted": 2})
    do(page, "Score it")
    answer(page, "Score it", {"Value": 8, "Time criticality": 5, "Risk reduction": 5, "Job size": 3,
                              "Reason": "A thousand calls a month are worth it."})  # fmt: skip
    expect(card(page, "Score and rank")).to_contain_text("1 of 2 scores in.")
    do(page, "Close round")
    expect(card(page, "Score and rank")).to_contain_text("Rank 1 of 1")
    do(page, "Estimate a skill")
    answer(page, "Estimate a skill", {"Skill": skill.name, "Low, days": 80, "Likely, days": 100,
                                      "High, days": 140})  # fmt: skip
    expect(card(page, "Estimate")).to_contain_text("Likely £60k")
    do(page, "Request approval")
    state(page, "Approval")


def approve(page: Page) -> None:
    """Whoever the policy picked finds it on the own work, with the amount to decide on."""
    open_task(page, TITLE)
    page.get_by_role("button", name=re.compile(r"^Approve up to £\d+k$")).click()
    expect(page.locator("#toasts")).to_contain_text("You approved DMD-")


def hand_over(page: Page, manager) -> None:
    """The analyst gives it its place in time, and a project begins."""
    page.reload()
    state(page, "Approved")
    do(page, "Schedule")
    answer(page, "Schedule", {"Start": "2027-01-11", "Finish": "2027-12-17"})
    state(page, "Scheduled")
    do(page, "Hand over")
    answer(page, "Hand over", {"Project manager": manager.name})
    heading(page, TITLE)
    expect(page.get_by_role("navigation", name="Where you are")).to_contain_text("PRJ-")


def plan(page: Page, working_day) -> None:
    """The project manager starts it and sets the day that waits for somebody else."""
    page.goto("/")
    page.get_by_role("link", name=TITLE).first.click()
    do(page, "Start")
    state(page, "Active")
    page.get_by_role("link", name="Add a milestone").click()
    page.get_by_label("Name").fill("Reasons show in the app")
    page.get_by_label("Baseline").fill(working_day(10).isoformat())
    page.get_by_role("button", name="Add milestone").click()
    heading(page, "Reasons show in the app")


def promise(page: Page) -> None:
    """She asks the other project for what hers needs."""
    page.get_by_role("link", name=TITLE).first.click()
    card(page, "Dependencies").get_by_role("link", name="Add").click()
    choose(page, "Giver's milestone", "Event platform: Events are live")
    choose(page, "Getter's milestone", f"{TITLE}: Reasons show in the app")
    page.get_by_label("What is needed").fill(PROMISE)
    page.get_by_label("Tolerance in working days").fill("5")
    page.get_by_role("button", name="Propose dependency").click()
    heading(page, PROMISE)
    expect(card(page, "Your answer")).to_contain_text("Your side has agreed; the other has not.")
    state(page, "Proposed")


def choose(page: Page, label: str, begins: str) -> None:
    field = page.get_by_label(label)
    option = field.locator("option").filter(has_text=begins)
    field.select_option(value=option.get_attribute("value"))


def agree(page: Page) -> None:
    """The other project's manager finds it on his work, and agrees."""
    open_task(page, PROMISE)
    expect(card(page, "Your answer")).to_contain_text("You own the giving side.")
    page.get_by_role("button", name="Agree").click()
    state(page, "Agreed")


def slip(page: Page, working_day) -> None:
    """He moves his day; what follows shows before anything is saved."""
    page.get_by_role("link", name="Events are live").first.click()
    do(page, "Change forecast")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("New forecast").fill(working_day(20).isoformat())
    knock_on = dialog.locator("#knock-on")
    expect(knock_on).to_contain_text("Nothing is saved yet.")
    expect(knock_on).to_contain_text("20 wd late, tolerance 5: breaks")
    expect(knock_on).to_contain_text("1 other milestone moves")
    expect(knock_on).to_contain_text("Reasons show in the app")
    answer(page, "Save the forecast", {"Why": "The broker's licence came late."})
    expect(page.locator(".page-header__answer")).to_contain_text("20 wd after its baseline")


def hear_of_it(getter: Page, giver: Page) -> None:
    """Both owners are told, and the giver is asked to step in."""
    for page in (getter, giver):
        page.goto("/inbox")
        main = page.locator("main")
        expect(main).to_contain_text(PROMISE)
        expect(main).to_contain_text("is beyond its tolerance: 20 working days late of 5")
    giver.goto("/")
    task = giver.get_by_role("article").filter(has_text="is beyond its tolerance")
    expect(task).to_contain_text(TITLE)
    expect(task).to_contain_text("Say what is being done. You are asked as the project manager.")


def see_it_red(page: Page) -> None:
    """A leader opens the number, the project behind it, and the promise behind that."""
    page.get_by_role("link", name="Open portfolio").click()
    heading(page, "Portfolio")
    expect(card(page, "Who must act by when")).to_contain_text(f"{TITLE} is beyond its tolerance")
    red = card(page, "Health").locator(".rag-counts a").filter(has_text="Red")
    expect(red).to_contain_text("2")  # the giver, late; the getter, who waits
    red.click()
    expect(page.locator("main")).to_contain_text("2 projects now.")
    page.get_by_role("link", name=TITLE).click()
    heading(page, TITLE)
    reading = page.locator("#why tr").filter(has_text="Dependencies")
    expect(reading).to_contain_text("Omar Platform")
    reading.get_by_role("link").first.click()
    heading(page, PROMISE)
    expect(page.locator(".contract")).to_contain_text("20 wd late")


def follow_the_trail(page: Page, kpi) -> None:
    """Whoever had the idea sees what became of it, and may look at each step."""
    page.goto("/")
    card(page, "My ideas").get_by_role("link", name=TITLE).click()
    state(page, "Became a demand")
    trail = page.get_by_role("navigation", name="Trail")
    for words in ("You are here", "2 votes", "DMD-", "In delivery", "PRJ-", kpi.title):
        expect(trail).to_contain_text(words)
    trail.get_by_role("link", name=TITLE).last.click()  # the demand before it has the same name
    expect(page.locator(".page-header__title")).to_contain_text("Red")
