"""The page of decisions: what it offers, what it refuses, what it tells of less, where it leads on."""

import re
from decimal import Decimal

import pytest

from changeoffice.core.administration.delegates import set_delegate
from changeoffice.core.record import clock
from changeoffice.core.record.errors import Invalid, NotAllowed
from changeoffice.core.talk.models import follow
from demand.models import Demand
from tests.demand.deciding import DAY, QUESTION, demand, fresh, states, step_of  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(demand, page, finance):
    """send("ask", question="…"): the page of decisions as finance sends it."""

    def post(choice: str, person=finance, step=None, **given):
        sent = {"choice": choice, "approval": (step or step_of(demand, "finance")).pk} | given
        return page(person).post(f"{demand.get_absolute_url()}/decide", sent)

    return post


def chosen(html: str) -> list[str]:
    return re.findall(r'name="choice" value="(\w+)" checked', html)


def test_the_page_offers_four_answers_and_begins_with_yes(demand, page, finance):
    html = page(finance).get(f"{demand.get_absolute_url()}/decide").content.decode()
    assert re.findall(r'name="choice" value="(\w+)"', html) == ["approve", "ask", "defer", "refuse"]
    assert chosen(html) == ["approve"] and "Ask a question" in html and "Defer to a date" in html


@pytest.mark.parametrize(
    ("choice", "given", "wrong"),
    [
        ("refuse", {"comment": " "}, "Say why"),
        ("ask", {"question": ""}, "What do you need to know"),
        ("defer", {"revisit_on": "2020-01-01", "reason": "After the audit."}, "after today"),
        ("defer", {"revisit_on": "soon", "reason": "After the audit."}, "date"),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_is_kept(
    send, demand, choice, given, wrong
):
    kept = {"comment": "Kept as well.", "question": "Kept too?"} | given
    answer = send(choice, **kept)
    html = answer.content.decode()
    assert answer.status_code == 422 and chosen(html) == [choice]
    (said,) = re.findall(r'class="field__error"[^>]*>(?:<svg.*?</svg>)?([^<]+)', html)
    assert re.search(wrong, said), said
    for words in kept.values():
        assert words.strip() in html
    demand.refresh_from_db()
    assert demand.state == "approval"


def test_each_answer_does_what_it_says_and_leads_on(send, demand, finance, author):
    assert send("ask", question=QUESTION)["Location"] == demand.get_absolute_url()
    demand.refresh_from_db()
    assert (demand.state, demand.question) == ("more_information", QUESTION)
    demand.reply(by=author, answer="The branch does.")
    assert send("approve", comment="Fine.").status_code == 302
    step = step_of(demand, "finance")
    assert (step.state, step.comment, step.decided_by) == ("approved", "Fine.", finance)


def test_it_is_put_off_or_refused_from_the_page(send, demand, make_demand, page, manager):
    later = str(clock.today() + 30 * DAY)
    assert send("defer", revisit_on=later, reason="After the audit.").status_code == 302
    demand.refresh_from_db()
    assert (demand.state, str(demand.revisit_on)) == ("deferred", later)
    other = make_demand("approval", title="Another demand of ours")
    sent = {"choice": "refuse", "approval": step_of(other, "manager").pk, "comment": "Too dear."}
    assert page(manager).post(f"{other.get_absolute_url()}/decide", sent).status_code == 302
    other.refresh_from_db()
    assert other.state == "assessment"


def test_nobody_else_decides_with_the_page_or_with_another_ones_step(
    send, demand, sponsor, analyst, author, stranger, outsider, finance, page
):
    for choice in ("approve", "ask", "defer", "refuse"):
        for person in (analyst, author, stranger):
            assert send(choice, person, comment="Yes", question=QUESTION).status_code == 403
    assert send("approve", outsider).status_code == 404
    assert send("approve", step=step_of(demand, "sponsor")).status_code == 403
    for broken in ("", "x", "9" * 40):
        sent = {"choice": "approve", "approval": broken}
        url = f"{demand.get_absolute_url()}/decide"
        assert page(finance).post(url, sent).status_code == 403
    assert send("maybe").status_code == 400
    assert "approved" not in states(demand).values()


def test_the_same_answer_sent_twice_counts_once(send, demand):
    assert [send("approve").status_code for _ in range(2)] == [302, 403]


def test_a_delegate_who_asks_about_a_confidential_demand_is_led_to_the_own_work(
    demand, finance, colleague, send, analyst
):
    demand.restrict(by=analyst)
    today = clock.today()
    set_delegate(by=finance, person=finance, delegate=colleague, from_on=today, until_on=today,
                 reason="Leave")  # fmt: skip
    assert send("ask", colleague, question=QUESTION)["Location"] == "/"
    assert not demand.is_visible_to(fresh(colleague))


# what was estimated -------------------------------------------------------------------------------
def test_which_skill_was_estimated_is_told_to_who_sees_figures(
    demand, skill, analyst, finance, colleague, page, api
):
    """On the demand's page, among what one follows, and through the API."""
    follow(demand.pk, finance, colleague)
    step_of(demand, "finance").approve(by=fresh(finance))
    demand.estimate(by=analyst, skill=skill, low_days=90, likely_days=190, high_days=290)
    at = demand.get_absolute_url()
    for person, told in ((finance, True), (colleague, False)):
        html = page(person).get(at).content.decode()
        assert (f"estimated the demand: {skill.name}" in html) is told
        assert "estimated the demand" in html
        followed = page(person).get("/").content.decode()
        assert demand.reference in followed
        assert (f"{demand.title}: {skill.name}" in followed) is told
        rows = api(person).get(f"/api/v1{at}/history/").json()["results"]
        found = {row["about"] for row in rows if row["verb"] == "estimate"}
        assert ({skill.name} <= found) is told and skill.name not in str(rows[0]["words"])


# doing less ---------------------------------------------------------------------------------------
def test_a_smaller_version_is_told_to_who_decides_and_to_nobody_without_figures(
    demand, analyst, finance, stranger, page, api
):
    at = f"{demand.get_absolute_url()}/decide"
    assert "Do less" not in page(finance).get(at).content.decode()
    given = {
        "less_without": "the contact centre",
        "less_cost": "46000",
        "less_effect": "KPI to 5.7",
    }
    url = f"/api/v1{demand.get_absolute_url()}"
    assert api(analyst).post(f"{url}/say-smaller/", given, format="json").status_code == 200
    html = page(finance).get(at).content.decode()
    assert "Do less" in html and "Without the contact centre: £46k, KPI to 5.7." in html
    assert page(analyst).get(demand.get_absolute_url()).content.decode().count("£46k, KPI to") == 1
    assert api(analyst).get(f"{url}/").json()["less_cost"] == "46000.00"
    assert (
        not {"less_cost", "less_without", "less_effect"}
        & api(stranger).get(f"{url}/").json().keys()
    )
    assert "contact centre" not in page(stranger).get(demand.get_absolute_url()).content.decode()
    demand.refresh_from_db()
    assert demand.state == "approval" and "asked" in states(demand).values()
    demand.drop_smaller(by=analyst)
    assert "Do less" not in page(finance).get(at).content.decode()


def test_a_smaller_version_costs_less_and_only_its_editors_say_it(demand, analyst, author, finance):
    given = {"less_without": "The app", "less_effect": "Nothing"}
    with pytest.raises(Invalid, match="less than the whole"):
        demand.say_smaller(by=analyst, less_cost=demand.cost_likely, **given)
    for person in (author, finance):
        with pytest.raises(NotAllowed):
            demand.say_smaller(by=fresh(person), less_cost=Decimal(1), **given)


# where one goes on --------------------------------------------------------------------------------
def test_an_undo_is_offered_only_where_it_will_be_done(demand, page, finance, analyst, make_demand):
    """A deferral takes approvals back for good; one before approval was asked for can be undone."""
    sent = {"revisit_on": str(clock.today() + 30 * DAY), "reason": "After the audit."}
    early = make_demand("screening", title="Another demand of ours")
    for about, person, offered in ((demand, finance, False), (early, analyst, True)):
        url = f"{about.get_absolute_url()}/defer"
        shown = page(person).post(url, sent, follow=True).content.decode()
        about.refresh_from_db()
        assert about.state == "deferred" and "You deferred" in shown
        assert ("/undo?events=" in shown) is offered


def test_of_several_deferred_at_once_none_is_offered_back_where_one_cannot_come_back(
    demand, page, analyst, make_demand
):
    early = make_demand("screening", title="Another demand of ours")
    sent = {
        "chosen": [demand.reference, early.reference],
        "revisit_on": str(clock.today() + 30 * DAY), "reason": "After the audit.",
    }  # fmt: skip
    shown = page(analyst).post("/demands/bulk/defer", sent, follow=True).content.decode()
    assert set(Demand.objects.values_list("state", flat=True)) == {"deferred"}
    assert "/undo?events=" not in shown


def test_a_delegate_who_asks_by_the_dialog_is_led_to_what_they_may_see(
    demand, finance, colleague, analyst, page
):
    demand.restrict(by=analyst)
    today = clock.today()
    set_delegate(by=finance, person=finance, delegate=colleague, from_on=today, until_on=today,
                 reason="Leave")  # fmt: skip
    url = f"{demand.get_absolute_url()}/ask"
    answer = page(colleague).post(url, {"question": QUESTION}, follow=True)
    assert answer.status_code == 200 and answer.request["PATH_INFO"] == "/"


def test_what_is_wrong_is_told_under_an_address_in_small_letters_too(demand, page, finance):
    sent = {"choice": "refuse", "approval": step_of(demand, "finance").pk, "comment": ""}
    answer = page(finance).post(f"{demand.get_absolute_url().lower()}/decide", sent)
    assert answer.status_code == 422 and "Say why" in answer.content.decode()


def test_what_stands_behind_a_long_list_is_decided_on_the_page_as_well(
    demand, page, finance, monkeypatch, make_demand, analyst, skill
):
    monkeypatch.setattr("demand.decide_page.MOST", 1)
    later = make_demand("ready", title="Another demand of ours")
    later.estimate(by=analyst, skill=skill, low_days=100, likely_days=200, high_days=300)
    later.request_approval(by=analyst)
    for one in (demand, later):
        assert page(finance).get(f"{one.get_absolute_url()}/decide").status_code == 200
