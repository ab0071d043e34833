"""Demands on pages: what each person gets, and how many queries it takes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from changeoffice.core.record.models import Reach
from demand import waiting
from demand.models import Demand
from tests.demand.conftest import SCORES

pytestmark = pytest.mark.django_db
CEILING = {"/demands": 18, "/api/v1/demands/": 14}
STATES = [
    "draft",
    "submitted",
    "screening",
    "assessment",
    "ready",
    "approval",
    "approved",
    "scheduled",
]


@pytest.mark.parametrize("url", ["", "?layout=table", "?view=mine", "?view=approvals", "?view=ended",
                                 "?layout=table&ordering=-score&source=business_unit&search=payment"])  # fmt: skip
def test_every_view_of_the_list_opens(make_demand, manager, page, analyst, url):
    make_demand("screening")
    make_demand("approval", title="Another demand of ours")
    assert page(analyst).get(f"/demands{url}").status_code == 200


@pytest.mark.parametrize("state", STATES)
def test_a_demand_is_told_in_every_state(make_demand, manager, page, analyst, author, state):
    demand = make_demand(state)
    reader = author if state == "draft" else analyst
    answer = page(reader).get(demand.get_absolute_url())
    assert answer.status_code == 200
    assert demand.title in answer.content.decode()


def test_an_empty_office_says_what_belongs_there(page, colleague):
    assert "Register the first one" in page(colleague).get("/demands?layout=table").content.decode()


def test_a_demand_is_registered_and_submitted_in_one_step(policies, page, author):
    given = {"title": "Show why a payment is held", "need": "Customers call because nothing explains it.",
             "source": "business_unit", "type": "improvement"}  # fmt: skip
    assert page(author).post("/demands/new", given).status_code == 302
    assert Demand.objects.get().state == "submitted"
    page(author).post("/demands/new", given | {"go": "draft", "title": "Another need of ours"})
    assert Demand.objects.filter(state="draft", reach=Reach.OWN).count() == 1


def test_what_was_typed_stays_with_its_errors(policies, page, author):
    answer = page(author).post("/demands/new", {"title": "Too short", "need": "Short.", "source": "idea",
                                                "type": "improvement"})  # fmt: skip
    assert answer.status_code == 422
    assert "Write at least 20 characters" in answer.content.decode()
    assert not Demand.objects.exists()


def test_the_verbs_run_from_pages(make_demand, manager, page, analyst, skill, kpi):
    demand = make_demand("submitted")
    client, at = page(analyst), demand.get_absolute_url()
    steps = [
        ("screen", {}), ("assess", {}), ("score", SCORES),
        ("estimate", {"skill": skill.name, "low_days": 10, "likely_days": 20, "high_days": 40}),
        ("add-kpi-effect", {"kpi": kpi.reference, "change": -100, "by_on": "2027-08-31"}),
        ("request-approval", {}), ("remind", {}),
    ]  # fmt: skip
    for verb, given in steps:
        assert client.post(f"{at}/{verb}", given).status_code == 302, verb
    demand.refresh_from_db()
    assert demand.state == "approval"


def test_a_page_refuses_the_wrong_person_the_wrong_state_and_the_stale(
    make_demand, page, analyst, colleague
):
    demand = make_demand("submitted")
    at = demand.get_absolute_url()
    assert page(colleague).post(f"{at}/screen").status_code == 403
    assert page(analyst).post(f"{at}/assess").status_code == 409
    demand.revise(by=analyst, title="A better title for it")
    assert page(analyst).post(f"{at}/screen", {"version": 1}).status_code == 409
    demand.refresh_from_db()
    assert demand.state == "submitted"


def test_a_card_moves_on_the_board_and_stays_there(make_demand, page, analyst):
    demand = make_demand("submitted")
    client, back = page(analyst), {"HTTP_REFERER": "http://testserver/demands?source=idea"}
    answer = client.post(f"{demand.get_absolute_url()}/move/screen", **back)
    assert (answer.status_code, answer.url) == (302, "/demands?source=idea")
    answer = client.post(f"{demand.get_absolute_url()}/move/request-approval", **back)
    assert answer.status_code == 302
    demand.refresh_from_db()
    assert demand.state == "screening"


def test_a_bulk_act_is_all_or_nothing(make_demand, page, analyst):
    one, two = make_demand("submitted"), make_demand("screening", title="Already being screened")
    client = page(analyst)
    client.post("/demands/bulk/screen", {"chosen": [one.reference, two.reference]})
    one.refresh_from_db()
    assert one.state == "submitted"
    client.post("/demands/bulk/screen", {"chosen": [one.reference]})
    one.refresh_from_db()
    assert (one.state, one.owner) == ("screening", analyst)


def test_plain_staff_read_a_demand_without_its_figures(
    make_demand, manager, page, stranger, api, analyst
):
    demand = make_demand("approval", risk="high")
    shown = page(stranger).get(demand.get_absolute_url()).content.decode()
    assert "£12k" not in shown and "WSJF" not in shown and SCORES["rationale"] not in shown
    body = api(stranger).get(f"/api/v1/demands/{demand.reference}/").json()
    assert not {"cost_likely", "score", "risk", "mean_value"} & set(body)
    history = api(stranger).get(f"/api/v1/demands/{demand.reference}/history/").content.decode()
    assert "cost" not in history and "12000" not in history
    assert api(stranger).get(f"/api/v1/demands/{demand.reference}/estimates/").status_code == 403
    assert api(stranger).get(f"/api/v1/demands/{demand.reference}/scores/").json()["results"] == []
    rows = api(stranger).get("/api/v1/approvals/").json()["results"]
    assert rows and "amount" not in rows[0]
    exported = api(stranger).get("/api/v1/demands/", headers={"accept": "text/csv"})
    assert b"12000" not in b"".join(exported.streaming_content)
    assert "£12k" in page(analyst).get(demand.get_absolute_url()).content.decode()


def test_scores_are_blind_until_the_round_closes(make_demand, manager, analyst, page, api):
    demand = make_demand("screening")
    demand.assess(by=analyst, scores_wanted=2)
    told = "A rationale nobody else may read yet."
    demand.score(by=manager, **SCORES | {"rationale": told, "value": 9})
    at = f"/api/v1/demands/{demand.reference}"
    doors = [
        page(analyst).get(demand.get_absolute_url()).content.decode(),
        *(api(analyst).get(f"{at}/{part}").content.decode() for part in ("", "scores/", "history/")),
        str(list(demand.record.events.values_list("data", "reason"))),
    ]  # fmt: skip
    assert all(told not in text for text in doors)
    assert api(analyst).get(f"{at}/scores/").json() | {"results": None} == {
        "round": 1, "is_open": True, "wanted": 2, "given": 1, "results": None,
        "scorecard": demand.round_card.reference, "method": "wsjf"}  # fmt: skip
    assert api(analyst).get(f"{at}/scores/").json()["results"] == []
    assert len(api(manager).get(f"{at}/scores/").json()["results"]) == 1
    demand.close_round(by=analyst)
    assert told in page(analyst).get(demand.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "url", ["/demands", "/demands?layout=table", "/api/v1/demands/?count=true"]
)
def test_a_list_takes_the_same_number_of_queries_however_long(
    make_demand, manager, page, api, analyst, url
):
    def queries() -> int:
        client = api(analyst) if url.startswith("/api") else page(analyst)
        client.get(url)
        with CaptureQueriesContext(connection) as found:
            assert client.get(url).status_code == 200
        return len(found)

    make_demand("screening")
    make_demand("approval", title="Waiting for approval")
    few = queries()
    for n in range(6):
        make_demand("approval" if n % 2 else "ready", title=f"One more demand {n}")
    assert queries() == few
    assert few <= CEILING[url.split("?")[0]]


def test_one_demand_takes_a_bounded_number_of_queries(make_demand, manager, page, analyst):
    demand = make_demand("approval")
    client = page(analyst)
    client.get(demand.get_absolute_url())
    with CaptureQueriesContext(connection) as found:
        client.get(demand.get_absolute_url())
    assert len(found) <= 34


def test_an_outsider_finds_no_demands(make_demand, manager, outsider, page, api):
    demand = make_demand("approval")
    assert demand.title not in page(outsider).get("/demands?layout=table").content.decode()
    assert page(outsider).get(demand.get_absolute_url()).status_code == 404
    assert page(outsider).post(f"{demand.get_absolute_url()}/screen").status_code == 404
    assert api(outsider).get("/api/v1/demands/").json()["results"] == []
    assert api(outsider).get(f"/api/v1/demands/{demand.reference}/scores/").status_code == 404


def test_a_confidential_demand_exists_only_for_those_named(
    make_demand, manager, colleague, author, analyst, page, api
):
    demand = make_demand("ready")
    assert demand.rank == 1
    demand.restrict(by=analyst)
    assert Demand.objects.get().rank is None
    assert page(colleague).get(demand.get_absolute_url()).status_code == 404
    assert api(manager).get("/api/v1/demands/").json()["results"] == []
    assert page(author).get(demand.get_absolute_url()).status_code == 200
    demand.request_approval(by=analyst)
    assert page(manager).get(demand.get_absolute_url()).status_code == 200
    demand.open_up(by=analyst)
    assert page(colleague).get(demand.get_absolute_url()).status_code == 200


def test_my_work_names_what_demands_ask(make_demand, analyst, author, colleague):
    make_demand("submitted").ask(by=analyst, question="How many?")
    make_demand("screening", title="To be scored by one").assess(by=analyst, assessors=[colleague])
    for person, what in ((author, "Answer a question"), (colleague, "Score it")):
        asked = [ask.tell(row) for ask in waiting.of_person(person) for row in ask.rows]
        assert [item.what for item in asked] == [what]


def test_a_demand_nobody_has_taken_up_stands_in_the_work_of_its_analysts_only(
    make_demand, make_person, analyst, author, other_unit
):
    demand = make_demand("submitted")
    elsewhere = make_person("Alma Elsewhere", "analyst", scope=other_unit)

    def asked(person):
        return [ask.tell(row).what for ask in waiting.of_person(person) for row in ask.rows]

    assert asked(analyst) == ["Take it up"]
    assert asked(elsewhere) == asked(author) == []
    demand.screen(by=analyst)
    assert "Take it up" not in asked(analyst)
