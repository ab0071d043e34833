"""A demand as each of its people meets it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from changeoffice.core.record import clock
from demand.models import Demand
from tests.browser.acting import answer, card, heading, state
from tests.browser.conftest import PASSWORD
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TITLE = "Report payment incidents within four hours"
NEED = "From March the regulator wants every payment incident within four hours of its start."


# Whoever asks for something ---------------------------------------------------------------------------
def test_a_submitter_registers_by_source_answers_a_question_and_reads_what_became_of_it(
    enter, worker, author, analyst, policies
):
    page = enter(author)
    register_a_rule(page)
    demand = Demand.objects.get(title=TITLE)
    demand.screen(by=analyst)
    demand.ask(by=analyst, question="Which of our countries does the rule reach?")
    worker()
    answer_the_question(page)
    demand.refresh_from_db()
    demand.reject(by=analyst, answer="The rule does not reach us: we hold no licence abroad.")
    worker()
    read_the_outcome(page)
    told = demand.record.events.order_by("id").values_list("verb", flat=True)
    assert [*told] == ["raise_new", "submit", "screen", "ask", "comment", "reply", "reject"]


def register_a_rule(page: Page) -> None:
    """The form asks what a rule needs once one says it is one, and keeps what was typed."""
    page.goto("/demands")
    page.get_by_role("link", name="Register demand").first.click()
    title, number = page.get_by_label("The demand in one line"), page.get_by_label("Rule or letter")
    title.fill(TITLE)
    expect(number).to_have_count(0)
    expect(page.get_by_label("Mandatory date")).to_be_hidden()
    page.get_by_label("Where it comes from").select_option(label="Regulatory update")
    number.fill("PS24/9, article 5")
    expect(title).to_have_value(TITLE)
    page.get_by_label("Mandatory date").fill("2028-03-01")
    page.get_by_label("What is needed, and why?").fill(NEED)
    page.get_by_role("button", name="Submit demand").click()
    heading(page, TITLE)
    state(page, "Submitted")
    facts = card(page, "Facts")
    for words in ("Regulatory update", "PS24/9, article 5", "1 March 2028", "Not assigned yet"):
        expect(facts).to_contain_text(words)


def answer_the_question(page: Page) -> None:
    page.goto("/")
    task = page.get_by_role("article").filter(has_text=TITLE)
    task.get_by_role("link", name="Answer", exact=True).click()
    page.get_by_label(re.compile("^Your answer")).fill("Only the two where we settle ourselves.")
    page.get_by_role("button", name="Answer", exact=True).click()
    heading(page, TITLE)
    state(page, "Screening")
    expect(card(page, "Discussion")).to_contain_text("Only the two where we settle ourselves.")


def read_the_outcome(page: Page) -> None:
    page.goto("/inbox")
    expect(page.locator("main")).to_contain_text(TITLE)
    page.goto("/demands?view=ended")
    page.get_by_role("link", name=TITLE).click()
    state(page, "Rejected")
    expect(page.locator("main")).to_contain_text("we hold no licence abroad")


# Whoever sorts what comes in --------------------------------------------------------------------------
@pytest.fixture
def three(make_demand) -> list[Demand]:
    return [make_demand("submitted", title=title) for title in (
        "Tell customers why a payment is held", "Release a held payment by one call",
        "Print the branch address on letters")]  # fmt: skip


def test_an_analyst_sorts_what_came_in_by_keyboard_and_takes_it_back(enter, three, analyst):
    page = enter(analyst)
    save_a_view(page)
    screen_by_keyboard(page, three)
    take_it_back(page, three)
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("You assigned DMD-")
    assert [Demand.objects.filter(owner=who).count() for who in (analyst, None)] == [1, 2]


def save_a_view(page: Page) -> None:
    """Narrowed to what is held, kept under a name, and found again where lists begin."""
    page.goto("/demands?layout=table")
    rows = page.locator("tbody [data-row]")
    expect(rows).to_have_count(3)
    page.get_by_label("Filter by text").press_sequentially("held")
    expect(rows).to_have_count(2)
    page.locator("#saved-views summary").click()
    page.get_by_role("link", name="Save this view").click()
    answer(page, "Save view", {"Name": "Held payments"})
    expect(page.locator("#toasts")).to_contain_text("View “Held payments” saved.")
    page.goto("/demands")
    page.get_by_role("link", name="Held payments").first.click()
    expect(page).to_have_url(re.compile(r"saved=\d+"))
    expect(rows).to_have_count(2)


def screen_by_keyboard(page: Page, three: list[Demand]) -> None:
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2 demands selected")
    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text("You began screening 2 demands.")
    rows = page.locator("tbody [data-row]").filter(has_text="Screening")
    expect(rows).to_have_count(2)
    assert states(three) == ["screening", "screening", "submitted"]


def take_it_back(page: Page, three: list[Demand]) -> None:
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Taken back: 2 demands as before.")
    rows = page.locator("tbody [data-row]").filter(has_text="Submitted")
    expect(rows).to_have_count(2)
    assert states(three) == ["submitted"] * 3


def states(demands: list[Demand]) -> list[str]:
    return [Demand.objects.get(pk=demand.pk).state for demand in demands]


def test_an_analyst_makes_a_demand_of_a_letter_that_nobody_here_sent(enter, letter, analyst):
    page = enter(analyst)
    page.goto("/demands")
    page.get_by_role("link", name="1 letter waits for an analyst").click()
    page.get_by_role("link", name=letter.subject).click()
    expect(page.locator("main")).to_contain_text("Nobody here has this address.")
    need = page.get_by_label("What is needed, and why?")
    expect(need).to_have_value(re.compile("whom the fee on their statement went to"))
    page.get_by_role("button", name="Make a demand").click()
    heading(page, letter.subject)
    state(page, "Submitted")
    page.goto("/demands/letters")
    expect(page.locator("main")).to_contain_text("No letter waits")
    page.goto("/demands/letters?outcome=demand")
    row = page.get_by_role("row").filter(has_text=letter.subject)
    expect(row).to_contain_text(f"by {analyst.name}")


# Whoever scores it ------------------------------------------------------------------------------------
def test_assessors_score_blind_and_meet_each_others_reasons_when_the_round_closes(
    enter, worker, make_demand, analyst, finance, service_owner
):
    demand = make_demand("screening", title=TITLE)
    demand.assess(by=analyst, assessors=[finance, service_owner], scores_wanted=2)
    worker()
    owen, sofia, priya = enter(finance), enter(service_owner), enter(analyst)
    score(owen, 9, "Four hours are the law from March on.")
    for page in (sofia, priya):
        see_nothing_of(page, demand, "Four hours are the law", finance.name)
    score(sofia, 2, "We report nearly all of them in time already.")
    for page in (owen, priya):
        page.goto(demand.get_absolute_url())
        card(page, "Score and rank").get_by_text("Reasons of 2 assessors").click()
        for words in ("Four hours are the law", "nearly all of them in time", finance.name):
            expect(card(page, "Score and rank")).to_contain_text(words)


def score(page: Page, value: int, reason: str) -> None:
    """Found on the own work, where it is asked for."""
    page.goto("/")
    task = page.get_by_role("article").filter(has_text=TITLE)
    task.get_by_role("link", name="Score").last.click()
    answer_here(page, {"Value": value, "Time criticality": 5, "Risk reduction": 5, "Job size": 3,
                       "Reason": reason})  # fmt: skip


def answer_here(page: Page, values: dict[str, object]) -> None:
    """The question on a page of its own."""
    for label, value in values.items():
        page.get_by_label(re.compile(f"^{label}")).fill(str(value))
    page.get_by_role("button", name="Score it", exact=True).click()
    heading(page, TITLE)
    expect(card(page, "Score and rank")).to_be_visible()


def see_nothing_of(page: Page, demand: Demand, *secrets: str) -> None:
    """Neither on its page, nor in its trail, nor through the API."""
    page.goto(demand.get_absolute_url())
    expect(card(page, "Score and rank")).to_contain_text("1 of 2 scores in.")
    told = card(page, "Score and rank").inner_html()
    told += page.request.get(f"/api/v1/demands/{demand.reference}/scores/").text()
    assert [words for words in secrets if words in told] == []
    told = page.content() + page.request.get(f"/api/v1/demands/{demand.reference}/").text()
    assert secrets[0] not in told and demand.reference in told


# Whoever decides --------------------------------------------------------------------------------------
def test_a_delegate_asks_back_and_decides_from_the_link_in_an_e_mail_and_both_names_stand_there(
    enter, look, worker, make_demand, manager, colleague, author
):
    demand = make_demand("approval", title=TITLE)
    away = enter(manager)
    name_a_delegate(away, colleague)
    worker()
    page = follow_the_link(look, colleague, f"{demand.get_absolute_url()}/decide")
    ask_back(page)
    demand.refresh_from_db()
    demand.reply(by=author, answer="Only the two where we settle ourselves.")
    page.goto(f"{demand.get_absolute_url()}/decide")
    decide(page, manager)
    worker()
    away.goto("/inbox")
    expect(away.locator("main")).to_contain_text(f"{colleague.name}, for {manager.name}")
    tom = enter(author)
    tom.goto(demand.get_absolute_url())
    state(tom, "Approved")
    said = card(tom, "Approvals")
    expect(said).to_contain_text(f"decided by {colleague.name}")
    expect(said).to_contain_text(manager.name)


def name_a_delegate(page: Page, delegate) -> None:
    page.goto("/settings/delegates")
    page.get_by_label("Who decides", exact=True).select_option(label=str(delegate))
    page.get_by_label("First day").fill(clock.today().isoformat())
    page.get_by_label("Last day").fill((clock.today() + timedelta(days=6)).isoformat())
    page.get_by_label("Why").fill("Leave.")
    page.get_by_role("button", name="Let them decide").click()
    named = card(page, "Who decides for you")
    expect(named).to_contain_text(delegate.name)
    expect(named.locator(".pill")).to_have_text("now")


def follow_the_link(look, person, url: str) -> Page:
    """Signing in comes first, and leads to where the link led."""
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    page = look()
    page.goto(url)
    page.get_by_label("User name or work e-mail").fill(person.username)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"{url}$"))
    return page


def ask_back(page: Page) -> None:
    """The field and the button of the chosen answer alone are there."""
    form = page.locator("#decide")
    for choice, asked, button in (
        ("Defer to a date", "Look at it again on", "Defer"),
        ("Refuse", "Note", "Refuse"),
        ("Ask a question", "What do you need to know", "Ask the question"),
    ):
        form.get_by_label(choice).check()
        expect(form.get_by_label(re.compile(f"^{asked}"))).to_be_visible()
        expect(form.locator("button:visible")).to_have_text(button)
    form.get_by_label(re.compile("^What do you need")).fill("Which countries does it reach?")
    form.get_by_role("button", name="Ask the question").click()
    expect(page.locator("#toasts")).to_contain_text("You asked a question about DMD-")
    state(page, "Question asked")
    expect(page.locator("main")).to_contain_text("Which countries does it reach?")


def decide(page: Page, absent) -> None:
    form = page.locator("#decide")
    expect(form).to_contain_text(f"as manager, for {absent.name}")
    form.get_by_label(re.compile("^Note")).fill("Worth it at this price.")
    form.get_by_role("button", name=re.compile("^Approve up to £")).click()
    expect(page.locator("#toasts")).to_contain_text("You approved DMD-")


# Whoever hands it over --------------------------------------------------------------------------------
def test_the_choice_of_what_it_becomes_changes_the_form_where_it_stands(
    enter, analyst, make_demand
):
    demand, page = make_demand("scheduled"), enter(analyst)
    page.goto(f"{demand.get_absolute_url()}/hand-over")
    page.locator("main").get_by_role("link", name="Change", exact=True).click()
    expect(page).to_have_url(re.compile("into=change$"))
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.locator("[name=into]").input_value() == "change"
