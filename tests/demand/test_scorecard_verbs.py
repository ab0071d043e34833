"""Cards kept in the portal: a draft, one in force, and rounds that keep the card they began with."""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connections

from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from demand.models import Demand, Scorecard, Standing
from tests.demand.conftest import SCORES

RICE_MARKS = {"reach": 1000, "impact": 2, "confidence": Decimal("0.8"), "effort": 4,
              "rationale": "Counted in the call logs."}  # fmt: skip
CRITERION = {"code": "reuse", "label": "Reuse", "low": 1, "high": 5, "weight": 2}


@pytest.fixture
def rice(policies, manager) -> Scorecard:
    return Scorecard.begin(by=manager, method="rice", title="RICE for products")


@pytest.mark.django_db
def test_an_office_begins_with_wsjf_in_force_and_nothing_changes_it_by_itself(policies):
    from demand import defaults

    defaults.put()
    assert list(Scorecard.objects.values_list("title", "state")) == [("WSJF", "active")]


@pytest.mark.django_db
def test_a_round_keeps_the_card_it_began_with_and_new_rounds_take_the_one_in_force(
    rice, make_demand, analyst, manager
):
    running = make_demand("assessment")
    rice.activate(by=manager)
    running.score(by=analyst, **SCORES)
    assert (running.scorecard.title, running.wsjf) == ("WSJF", Decimal("6.00"))
    new = make_demand("assessment", title="Answer product questions by chat")
    new.score(by=analyst, **RICE_MARKS)
    assert new.scorecard == rice and new.wsjf is None
    assert (new.raw_score, new.means["reach"]) == (Decimal("400.0000"), 1000)
    assert Scorecard.objects.filter(state="active").get() == rice
    ranks = dict(Standing.objects.values_list("demand_id", "rank"))
    first = max((running, new), key=lambda demand: demand.score_index)
    assert ranks[first.pk] == 1


@pytest.mark.django_db
def test_a_score_keeps_its_card_while_another_round_runs_on_a_newer_one(
    rice, make_demand, analyst, manager
):
    demand = make_demand("assessment")
    demand.score(by=analyst, **SCORES)
    rice.activate(by=manager)
    demand.reopen_round(by=analyst, reason="Reach is known now.")
    assert demand.scorecard.title == "WSJF" and demand.round_card == rice
    assert demand.score_index == Decimal("65.0515")
    demand.score(by=analyst, **RICE_MARKS)
    assert demand.scorecard == rice
    assert list(demand.scores.values_list("round", "marks__value")) == [(1, 8.0), (2, None)]


@pytest.mark.django_db
def test_only_a_draft_changes_and_another_edition_begins_as_its_copy(rice, manager):
    rice.put_criterion(by=manager, **CRITERION)
    assert rice.criteria[-1]["code"] == "reuse"
    rice.put_criterion(by=manager, **CRITERION | {"weight": 3})
    assert [row["weight"] for row in rice.criteria if row["code"] == "reuse"] == [3.0]
    rice.activate(by=manager)
    for act in (lambda: rice.put_criterion(by=manager, **CRITERION),
                lambda: rice.remove_criterion(by=manager, code="reuse"),
                lambda: rice.revise(by=manager, title="Something else")):  # fmt: skip
        with pytest.raises(NotNow):
            act()
    copy = rice.renew(by=manager)
    assert (copy.state, copy.edition, copy.succeeds, copy.criteria) == (
        "draft", 2, rice, rice.criteria,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"code": "Über"},
        {"code": "rationale"},
        {"code": "at_version"},
        {"code": "self"},
        {"high": 1},
        {"weight": 0},
    ],
)
def test_a_broken_criterion_is_refused_in_words(rice, manager, broken):
    with pytest.raises(Invalid):
        rice.put_criterion(by=manager, **CRITERION | broken)


@pytest.mark.django_db
def test_a_card_that_gives_no_score_is_not_put_in_force(rice, manager):
    rice.remove_criterion(by=manager, code="effort")
    with pytest.raises(NotNow):
        rice.activate(by=manager)
    with pytest.raises(Invalid):
        rice.remove_criterion(by=manager, code="effort")


@pytest.mark.django_db
def test_a_wsjf_card_of_wide_scales_still_gives_its_score(policies, make_demand, manager, analyst):
    card = Scorecard.begin(by=manager, method="wsjf", title="Wide")
    card.put_criterion(by=manager, code="value", label="Value", low=1, high=1_000_000, weight=1)
    card.activate(by=manager)
    demand = make_demand("assessment")
    demand.score(by=analyst, **SCORES | {"value": 900_000})
    assert demand.raw_score > 9999 and demand.wsjf is None and demand.score_index is not None


@pytest.mark.django_db
def test_only_the_offices_managers_keep_cards(rice, analyst, administrator):
    for person in (analyst, administrator):
        with pytest.raises(NotAllowed):
            Scorecard.begin(by=person, method="wsjf", title="Mine")
        with pytest.raises(NotAllowed):
            rice.activate(by=person)


@pytest.mark.django_db
def test_a_score_on_the_card_in_force_is_given_by_page_and_api(
    rice, make_demand, manager, analyst, page, api
):
    rice.activate(by=manager)
    demand = make_demand("assessment")
    html = page(analyst).get(f"{demand.get_absolute_url()}/score").content.decode()
    assert "People or cases it touches" in html and "job_size" not in html
    plain = {name: str(value) for name, value in RICE_MARKS.items()}
    wrong = page(analyst).post(f"{demand.get_absolute_url()}/score", plain | {"impact": "9"})
    assert wrong.status_code == 422
    url = f"/api/v1/demands/{demand.reference}/scores/"
    assert api(analyst).post(url, SCORES, format="json").status_code == 400
    answer = api(analyst).post(url, plain, format="json")
    assert answer.status_code == 201
    assert answer.data["results"][0]["marks"]["reach"] == 1000
    assert answer.data["results"][0]["value"] is None
    assert (answer.data["scorecard"], answer.data["method"]) == (rice.reference, "rice")
    told = api(analyst).get(f"/api/v1/demands/{demand.reference}/").data
    assert (told["score"], told["wsjf"], told["rank_because"]) == ("400.00", None, "score")


@pytest.mark.django_db
def test_a_card_is_tried_on_a_made_up_and_on_an_existing_demand_before_it_counts(
    rice, make_demand, manager, stranger, page
):
    demand, url = make_demand("ready"), rice.get_absolute_url()
    answer = page(manager).get(url, {"reach": 1000, "impact": 2, "confidence": "0.8", "effort": 4})
    assert answer.context["result"]["raw"] == "400" and answer.context["result"]["of"] == 2
    wrong = page(manager).get(url, {"reach": "many", "impact": 2, "confidence": 1, "effort": 4})
    assert wrong.status_code == 200 and wrong.context["fields"][0]["error"]
    other = Scorecard.begin(by=manager, method="wsjf", title="WSJF again")
    tried = page(manager).get(other.get_absolute_url(), {"demand": demand.reference})
    assert tried.context["result"]["raw"] == "6"
    marks = {"value": 5, "time_criticality": 5, "risk_reduction": 5, "job_size": 5}
    assert page(manager).get(other.get_absolute_url(), marks).context["result"]["of"] == 2
    bare = page(stranger).get(other.get_absolute_url(), marks)
    assert bare.context["result"]["of"] == 0 and "at place" not in bare.content.decode()
    unseen = page(stranger).get(other.get_absolute_url(), {"demand": demand.reference})
    assert unseen.context["result"] == {} and unseen.context["tried"] is None
    assert demand.title not in unseen.content.decode()
    demand.refresh_from_db()
    assert demand.wsjf == Decimal("6.00")


@pytest.mark.django_db
def test_the_demand_says_what_assessors_differ_on_and_whom_a_weight_would_let_past(
    make_demand, analyst, manager, page
):
    make_demand("ready", title="Report incidents in four hours")
    demand = make_demand("screening")
    demand.assess(by=analyst, scores_wanted=2)
    demand.score(by=analyst, **SCORES | {"value": 10, "job_size": 3})
    assert "differ" not in page(manager).get(demand.get_absolute_url()).content.decode()
    demand.score(by=manager, **SCORES | {"value": 5, "risk_reduction": 6, "job_size": 3})
    answer = page(manager).get(demand.get_absolute_url())
    assert answer.context["assessment"]["differ"] == (
        "Assessors are far apart: they differ most on value, 5 to 10."
    )
    rank = answer.context["rank"]
    assert "= 6," in rank["sums"] and rank["holds"].startswith("The rank")
    assert [row["is_ahead"] for row in rank["beside"]] in ([True], [False])


@pytest.mark.django_db(transaction=True)
def test_two_cards_put_in_force_at_once_leave_one(manager):
    drafts = [
        Scorecard.begin(by=manager, method=name, title=f"Card {name}") for name in ("wsjf", "rice")
    ]
    drafts += [Scorecard.begin(by=manager, method="weighted", title=f"Card {n}") for n in range(6)]
    gate, refused = Barrier(len(drafts)), []

    def act(card):
        gate.wait()
        try:
            card.activate(by=manager)
        except (Invalid, NotNow) as error:
            refused.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=act, args=(card,)) for card in drafts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Scorecard.objects.filter(state="active").count() == 1
    states = Scorecard.objects.filter(pk__in=[card.pk for card in drafts]).values_list(
        "state", flat=True
    )
    assert set(states) <= {"draft", "active", "retired"}
    assert Demand.objects.count() == 0
