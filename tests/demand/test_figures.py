"""The page on which somebody decides: six figures, what follows, what others said, and may I."""

import re

import pytest
from django.core import mail
from django.test import Client

from changeoffice.core.notify.models import Notification
from changeoffice.core.outbox.relay import relay

pytestmark = pytest.mark.django_db


@pytest.fixture
def step(make_demand, manager):
    return make_demand("approval", days=50).record.approvals.get(state="asked")


@pytest.fixture
def url(step) -> str:
    return f"{step.record.get_absolute_url()}/decide"


def test_who_is_asked_decides_from_six_figures_on_one_screen(step, url, page, kpi):
    answer = page(step.approver).get(url)
    figures = answer.context["figures"]
    assert [one["label"] for one in figures] == [
        "Score", "Cost", "Risk of doing it", f"Effect on {kpi.reference}", "Needed by",
        "What comes first",
    ]  # fmt: skip
    assert figures[0]["value"].endswith(" of 100") and "rank 1 of 1" in figures[0]["unit"]
    drawn = re.findall(r'class="range" role="img" aria-label="([^"]+)"', answer.content.decode())
    assert drawn == [figures[1]["unit"]] and figures[1]["unit"].startswith("likely, £")
    assert figures[3]["unit"] == "calls a month, down 100 by 31 August 2027"
    html = answer.content.decode()
    for words in ("What you would sign", "If you say yes", "If you say no", "What others said",
                  "Four eyes: you may decide", "Approve up to £", "Covers cost up to"):  # fmt: skip
        assert words in html, words
    assert html.count('id="approvals"') == 1 and html.count('data-key="a"') == 1
    doors = {one["url"] for one in figures}
    demand = page(step.approver).get(step.record.get_absolute_url()).content.decode()
    assert {door.rpartition("#")[2] for door in doors} <= set(re.findall(r'id="([a-z]+)"', demand))
    assert url in demand


def test_who_is_not_asked_is_led_to_the_demand(step, url, page, analyst, stranger, outsider):
    for person in (analyst, stranger):
        assert page(person).get(url)["Location"] == step.record.get_absolute_url()
        html = page(person).get(step.record.get_absolute_url()).content.decode()
        assert url not in html and html.count('id="approvals"') == 1
    assert page(outsider).get(url).status_code == 404


def test_who_decided_is_not_asked_again(step, url, page):
    assert page(step.approver).post(f"/approvals/{step.pk}/approve").status_code == 302
    assert page(step.approver).get(url).status_code == 302
    assert page(step.approver).post(f"/approvals/{step.pk}/approve").status_code == 409
    step.refresh_from_db()
    assert step.decided_by == step.approver


def test_an_approval_takes_its_approver_from_the_session_only(step, page, author, analyst):
    """Whoever raised it or asked for it, and whoever else sends the form, is refused."""
    for person in (author, analyst):
        sent = {"approver": step.approver_id, "by": step.approver.username}
        assert page(person).post(f"/approvals/{step.pk}/approve", sent).status_code in (
            403,
            404,
            409,
        )
    step.refresh_from_db()
    assert step.state == "asked"


def test_a_yes_says_whom_it_goes_before_and_a_no_what_stays(step, url, make_demand, page, analyst):
    other = make_demand("ready", title="Something that ranks behind it")
    other.move_rank(by=analyst, place=2, reason="The board wants it second.")
    hidden = make_demand("ready", title="Close the office in Leeds")
    hidden.restrict(by=analyst)
    answer = page(step.approver).get(url)
    assert [row["demand"].reference for row in answer.context["yes"]["behind"]] == [other.reference]
    html = answer.content.decode()
    assert "stays at 1,140" in html and hidden.title not in html and "20 days" in html


def test_the_next_decision_is_one_press_away(step, url, make_demand, page):
    other = make_demand("approval", title="Another demand of ours")
    html = page(step.approver).get(url).content.decode()
    assert "Approvals, 1 of 2" in html and f"/demands/{other.reference}/decide" in html


def test_the_letter_leads_to_sign_in_and_then_to_the_decision(make_demand, manager, url, page):
    relay()
    (letter,) = [
        one
        for one in mail.outbox
        if "asked for approval" in one.subject and manager.email in one.to
    ]
    link = re.search(r"https?://[^/]+(/demands/\S+)", letter.body)[1]
    assert link == url
    asked = Client().get(link)
    assert asked.status_code == 302 and asked["Location"] == f"/sign-in?next={link}"
    assert page(manager).get(link).status_code == 200
    notice = Notification.objects.get(person=manager, asks=True, event__verb="request_approval")
    assert page(manager).get(f"/inbox/{notice.pk}")["Location"] == url


def test_nothing_is_decided_by_following_a_link(step, page, url):
    for link in (
        url,
        f"/approvals/{step.pk}/approve",
        f"/approvals/{step.pk}/refuse",
        f"/approvals/{step.pk}",
    ):
        assert page(step.approver).get(link).status_code in (200, 302)
    step.refresh_from_db()
    assert step.state == "asked"


@pytest.mark.parametrize("place", ["/", "/demands?view=approvals"])
def test_it_is_decided_in_place_from_my_work_and_from_the_list(step, page, place):
    html = page(step.approver).get(place).content.decode()
    for verdict in ("approve", "refuse"):
        assert re.search(
            rf'<a[^>]*href="/approvals/{step.pk}/{verdict}"[^>]*data-dialog|<a[^>]*data-dialog[^>]*href="/approvals/{step.pk}/{verdict}"',
            html,
        )
    assert step.record.get_absolute_url() + "/decide" in html
    there = {"HTTP_REFERER": f"http://testserver{place}"}
    done = page(step.approver).post(f"/approvals/{step.pk}/approve", {"comment": "Good."}, **there)
    assert done["Location"] == place
