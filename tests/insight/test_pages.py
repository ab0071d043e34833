"""Every number on the dashboard is the count of the page it opens; nobody sees more than they may."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.calendar import kept
from changeoffice.core.record import clock
from changeoffice.insight import rollup

pytestmark = pytest.mark.django_db
LINK = re.compile(r"<a\b([^>]*)>")
COUNT = re.compile(r'data-count="(\d+)" data-total="([^"]+)"')
CEILING = 12


def fill() -> None:
    rollup.compute([clock.today() - timedelta(days=n) for n in range(15)])


def doors(html: str) -> list[tuple[str, str, Decimal]]:
    """Every link that says a number: (address, kind, number)."""
    found = []
    for attributes in LINK.findall(html):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        for kind in ("data-number", "data-amount"):
            if kind in given:
                found.append((unescape(given["href"]), kind, Decimal(given[kind])))
    return found


def opened(client, url: str, kind: str) -> Decimal:
    answer = client.get(url)
    assert answer.status_code == 200, url
    count, total = COUNT.search(answer.content.decode()).groups()
    return Decimal(count if kind == "data-number" else total)


@pytest.mark.parametrize(("ago", "where"), [(0, ""), (4, ""), (0, "North"), (4, "South programme")])
def test_every_number_opens_the_list_that_adds_up_to_it(office_story, page, leader, ago, where):
    fill()
    client = page(leader)
    query = {} if not ago else {"as_of": (clock.today() - timedelta(days=ago)).isoformat()}
    if where:
        name = "programme" if "programme" in where else "portfolio"
        query[name] = office_story[where].reference
    html = client.get("/portfolio", query).content.decode()
    found = doors(html)
    assert len(found) > (4 if where != "South programme" else 0)
    for url, kind, number in found:
        assert opened(client, url, kind) == number, url


def test_numbers_agree_for_a_person_named_on_a_confidential_project(
    office_story, page, manager, leader, stranger
):
    office_story["beta"].restrict(by=manager, people=[stranger], reason="Price talks")
    fill()
    named, other = page(stranger), page(leader)
    for client, expected in ((named, 2), (other, 1)):
        found = doors(client.get("/portfolio").content.decode())
        assert found[0][2] == expected
        for url, kind, number in found:
            assert opened(client, url, kind) == number, url
    assert "Beta" in named.get("/portfolio/items?measure=projects").content.decode()
    assert "Beta" not in other.get("/portfolio/items?measure=projects").content.decode()


def test_hiding_a_project_hides_its_name_before_the_facts_are_new(
    office_story, page, manager, leader
):
    fill()
    office_story["alpha"].restrict(by=manager, people=[manager], reason="Price talks")
    html = page(leader).get("/portfolio").content.decode()
    assert "Test exit" not in html
    assert "Key engineer" not in html
    html = page(leader).get("/portfolio/items?measure=projects").content.decode()
    assert "Alpha" not in html


def test_money_and_risks_need_a_role_that_sees_figures(office_story, page, stranger, leader):
    fill()
    plain = page(stranger).get("/portfolio").content.decode()
    assert "Top risks" not in plain
    assert "Spend against budget" not in plain
    assert "£" not in plain
    assert "Top risks" in page(leader).get("/portfolio").content.decode()
    for measure in ("risks", "spent", "risks_raised", "plan_cost", "risks_4_5"):
        assert page(stranger).get(f"/portfolio/items?measure={measure}").status_code == 404
    listed = page(stranger).get(
        f"/portfolio/items?measure=changes&vs={clock.today() - timedelta(days=14)}"
    )
    assert "Key engineer" not in listed.content.decode()


def test_outsiders_find_no_dashboard(office_story, page, outsider):
    client = page(outsider)
    assert client.get("/portfolio").status_code == 404
    assert client.get("/portfolio/items?measure=projects").status_code == 404
    assert client.get("/").status_code == 200


def test_the_answer_says_how_many_are_red_and_where(office_story, page, leader):
    fill()
    html = page(leader).get("/portfolio").content.decode()
    assert "One project is red, one more than on" in html


@pytest.mark.parametrize(
    "query",
    ["as_of=soon", "as_of=2999-01-01", "vs=2999-01-01", "as_of=0001-01-01"],
)
def test_a_day_that_is_none_is_refused(office_story, page, leader, query):
    assert page(leader).get(f"/portfolio?{query}").status_code == 400


def test_an_unknown_portfolio_or_measure_is_refused(office_story, page, leader):
    assert page(leader).get("/portfolio?portfolio=PF-9999").status_code == 404
    assert page(leader).get("/portfolio/items?measure=nonsense").status_code == 400
    assert page(leader).get("/portfolio/items?measure=lead_time_median").status_code == 400


def queries(client, url: str) -> int:
    cache.clear()
    client.get(url)
    kept.forget()  # the calendar, which is kept for a second
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len([q for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]])


@pytest.mark.parametrize("url", ["/portfolio", "/portfolio/items?measure=projects", "/"])
def test_pages_cost_the_same_at_any_size(
    office_story, page, leader, make_project, project_manager, url
):
    fill()
    client = page(leader)
    few = queries(client, url)
    for n in range(12):
        make_project(f"More {n}", office_story["South programme"])
    fill()
    many = queries(client, url)
    assert many == few
    assert few <= (CEILING if url != "/" else 32), few


def test_my_work_groups_what_waits_and_says_why(office_story, page, project_manager):
    fill()
    html = page(project_manager).get("/").content.decode()
    assert "My projects" in html
    assert "Alpha" in html
    assert "Portfolio pulse" not in html


def test_my_work_shows_the_pulse_to_leaders_with_numbers_that_open(office_story, page, leader):
    fill()
    client = page(leader)
    html = client.get("/").content.decode()
    assert "Portfolio pulse" in html
    for url, kind, number in doors(html):
        assert opened(client, url, kind) == number, url


def test_my_work_tells_what_became_of_an_idea(page, author, analyst):
    from ideation.models import Idea

    idea = Idea.propose(by=author, title="Tell customers why a payment is held",
                        problem="Customers call because nobody tells them why it is held")  # fmt: skip
    idea.submit(by=author)
    idea.review(by=analyst)
    html = page(author).get("/").content.decode()
    assert "Under review since" in html
    assert "by Priya Analyst" in html
    assert "the review of" not in html, "told under My ideas, so not again under What you follow"


# machines ----------------------------------------------------------------------------------------
def test_the_summary_gives_the_numbers_with_their_lists(office_story, api, page, leader):
    fill()
    found = api(leader, "portfolio:read").get("/api/v1/portfolio/summary/").json()
    numbers = {n["measure"]: n for n in found["numbers"]}
    assert numbers["projects"]["value"] == "2"
    assert numbers["rag_red"]["value"] == "1"
    client = page(leader)
    for number in found["numbers"]:
        if number["value"] not in ("0", "0.00"):
            kind = "data-amount" if number["currency"] else "data-number"
            assert opened(client, number["items"], kind) == Decimal(number["value"])
    past = (clock.today() - timedelta(days=4)).isoformat()
    then = api(leader, "portfolio:read").get("/api/v1/portfolio/summary/", {"as_of": past}).json()
    assert {n["measure"]: n["value"] for n in then["numbers"]}["projects"] == "3"


def test_the_summary_refuses_what_it_does_not_know(office_story, api, leader, outsider):
    client = api(leader, "portfolio:read")
    assert client.get("/api/v1/portfolio/summary/?asof=2026-01-01").status_code == 400
    assert client.get("/api/v1/portfolio/summary/?portfolio=PF-9999").status_code == 404
    assert api(leader, "ideas:read").get("/api/v1/portfolio/summary/").status_code == 403
    assert api(outsider, "portfolio:read").get("/api/v1/portfolio/summary/").status_code == 404


def test_facts_are_listed_by_measure_and_days(office_story, api, leader, stranger):
    fill()
    client = api(leader, "kpis:read")
    first = (clock.today() - timedelta(days=7)).isoformat()
    rows = client.get(f"/api/v1/kpis/?measure=projects&day__gte={first}").json()["results"]
    assert [row["n"] for row in rows] == [2, 2, 3, 3, 3, 2, 2, 2]
    assert client.get("/api/v1/kpis/?measure=nonsense").status_code == 400
    assert api(stranger, "kpis:read").get("/api/v1/kpis/?measure=spent").status_code == 404
