"""What a demand really took: by entry, API and file, and what the office learns from it."""

from datetime import date
from decimal import Decimal

import pytest

from changeoffice.core.imports.filing import import_file
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from demand.accuracy import FEWEST
from demand.actuals.turned_out import alike
from demand.delivery import hand_over
from demand.models import Actual

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def deliver(make_demand, analyst):
    """deliver(title, complete=True): one demand in delivery or completed."""

    def make(title="Tell customers why a payment is held", *, complete=True, **profile):
        demand = make_demand("scheduled", title=title, **profile)
        hand_over(demand, by=analyst)
        demand.refresh_from_db()
        if complete:
            with acting.through("job", "test"):
                demand.complete(by=None)
        return demand

    return make


def test_days_of_a_month_are_put_and_corrected_and_the_accuracy_follows(deliver, analyst, skill):
    demand = deliver(complete=False)
    demand.record_actuals(by=analyst, month=date(2026, 10, 17), skill=skill, days=Decimal(30))
    demand.record_actuals(by=analyst, month=OCTOBER, skill=skill, days=Decimal(26))
    demand.record_actuals(by=analyst, month=OCTOBER, cost=Decimal(2000))
    demand.refresh_from_db()
    assert demand.actuals.count() == 2
    assert (demand.actual_days, demand.actual_cost) == (26, Decimal("17600.00"))
    assert (demand.effort_ratio, demand.cost_ratio) == (Decimal("1.300"), Decimal("1.467"))


@pytest.mark.parametrize(
    "wrong", [{"month": date(2190, 1, 1), "days": 1}, {"days": 3}, {"month": OCTOBER}]
)
def test_broken_actuals_are_refused_in_words(deliver, analyst, wrong):
    demand = deliver(complete=False)
    with pytest.raises(Invalid):
        demand.record_actuals(by=analyst, **{"month": OCTOBER} | wrong)


def test_actuals_belong_to_demands_in_delivery_and_to_those_who_keep_them(
    deliver, make_demand, analyst, stranger, skill
):
    with pytest.raises(NotNow):
        make_demand("approved").record_actuals(by=analyst, month=OCTOBER, skill=skill, days=1)
    with pytest.raises(NotAllowed):
        deliver().record_actuals(by=stranger, month=OCTOBER, skill=skill, days=1)


def test_actuals_go_in_and_out_by_api_and_page_and_only_roles_see_them(
    deliver, analyst, stranger, skill, api, page
):
    demand = deliver()
    url = f"/api/v1/demands/{demand.reference}/actuals/"
    given = {"month": "2026-10-05", "skill": skill.name, "days": "24"}
    answer = api(analyst).post(url, given, format="json")
    assert answer.status_code == 201, answer.content
    assert (answer.data["effort_ratio"], answer.data["results"][0]["cost"]) == ("1.200", "14400.00")
    assert api(analyst).post(url, given | {"days": "-1"}, format="json").status_code == 400
    assert api(stranger).get(url).status_code == 403
    html = page(analyst).get(demand.get_absolute_url()).content.decode()
    assert "What it took" in html and "20 % over the estimate" in html
    for text in (page(stranger).get(demand.get_absolute_url()).content.decode(),
                 api(stranger).get(f"/api/v1/demands/{demand.reference}/").content.decode()):  # fmt: skip
        assert "What it took" not in text and "14400" not in text and "effort_ratio" not in text


def rows(*lines: str, by):
    return import_file("actuals", "\n".join(lines).encode(), file_name="hours.csv",
                       mapping_name="plain", by=by).as_json()  # fmt: skip


def test_a_file_brings_days_and_cost_again_without_doubling_and_refuses_what_it_cannot_place(
    deliver, analyst, skill
):
    demand, draft = deliver(), "DMD-9999"
    lines = ("id,demand,month,skill,days,cost",
             f"1,{demand.reference},2026-09-01,{skill.name},12,",
             f"2,{demand.reference},2026-10-01,{skill.name},14.5,9000",
             f"3,{draft},2026-10-01,{skill.name},3,", f"4,{demand.reference},2026-10-01,Alchemy,3,",
             f"5,{demand.reference},2026-08-01,{skill.name},-3,")  # fmt: skip
    first = rows(*lines, by=analyst)
    assert (first["created"], first["refused"]) == (2, 3), first
    again = rows(*lines, by=analyst)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2), again
    demand.refresh_from_db()
    assert (demand.actual_days, demand.actual_cost) == (Decimal("26.5"), Decimal("16200.00"))
    plain = (lines[0].removeprefix("id,"), lines[2].removeprefix("2,"))
    assert rows(*plain, by=analyst)["unchanged"] == 1
    changed = rows(lines[0], lines[1].replace(",12,", ",10,"), by=analyst)
    assert changed["updated"] == 1
    assert Actual.objects.get(month=date(2026, 9, 1)).cost == Decimal("6000.00")


def test_a_month_corrected_by_hand_since_is_a_conflict_and_stays(deliver, analyst, skill):
    demand = deliver()
    head, row = "id,demand,month,skill,days", f"1,{demand.reference},2026-09-01,{skill.name},12"
    rows(head, row, by=analyst)
    demand.refresh_from_db()
    demand.record_actuals(by=analyst, month=date(2026, 9, 1), skill=skill, days=Decimal(15))
    told = import_file("actuals", f"{head}\n{row.replace(',12', ',13')}".encode(),
                       file_name="hours.csv", mapping_name="plain", by=analyst)  # fmt: skip
    assert [line.outcome for line in told.lines] == ["conflict"]
    assert Actual.objects.get().days == 15


def test_whoever_estimates_sees_how_alike_ones_turned_out_and_their_own_bias(
    deliver, make_demand, analyst, stranger, skill, page
):
    done = [deliver("Show reasons for payment holds in the app"), deliver("Move payroll to the cloud"),
            deliver("Show fees of payments in the app")]  # fmt: skip
    for demand, days in zip(done, (26, 20, 30), strict=True):
        demand.record_actuals(by=analyst, month=OCTOBER, skill=skill, days=Decimal(days))
    new = make_demand("screening", title="Show reasons for refused payments")
    answer = page(analyst).get(f"{new.get_absolute_url()}/estimate")
    assert answer.status_code == 200
    assert answer.context["alike"] == [done[2], done[0]]  # payroll has nothing in common
    assert answer.context["bias"].count == FEWEST and "30 % more" in answer.context["bias"].words
    assert done[0].reference in answer.content.decode()
    refused = page(analyst).post(f"{new.get_absolute_url()}/estimate", {"skill": skill.name})
    assert refused.status_code == 422 and done[0].reference in refused.content.decode()
    assert "bias" not in page(stranger).get(f"{new.get_absolute_url()}/estimate").context


def test_what_nobody_may_see_is_not_told_as_alike(deliver, make_demand, analyst, manager, skill):
    hidden = deliver("Show reasons for payment holds", complete=False)
    hidden.record_actuals(by=analyst, month=OCTOBER, skill=skill, days=Decimal(9))
    hidden.restrict(by=manager)
    with acting.through("job", "test"):
        hidden.complete(by=None)
    new = make_demand("screening", title="Show reasons for refused payments")
    named = {person: alike(new, person) for person in (manager, analyst)}
    assert [hidden.is_visible_to(person) for person in named] == [bool(named[p]) for p in named]


def test_what_waiting_costs_is_told_to_those_who_see_figures(make_demand, analyst, stranger, page):
    demand = make_demand("screening")
    with pytest.raises(Invalid):
        demand.say_waiting_cost(by=analyst, waiting_cost=Decimal(1000), waiting_profile="peak")
    demand.say_waiting_cost(by=analyst, waiting_cost=Decimal(12000), waiting_profile="linear")
    html = page(analyst).get(demand.get_absolute_url()).content.decode()
    assert "costs about" in html and "£12k a month" in html
    assert "Cost of waiting" not in page(stranger).get(demand.get_absolute_url()).content.decode()
    demand.drop_waiting_cost(by=analyst)
    assert demand.waiting_cost is None
