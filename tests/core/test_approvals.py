"""Approvals: who is asked, who may answer, and that each step is answered once."""

import pytest
from django.db import IntegrityError, connection, transaction

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.approvals.models import Approval, ApprovalPolicy
from changeoffice.core.approvals.picking import Facts, applies, lanes
from changeoffice.core.outbox.models import Outbox
from changeoffice.core.record.errors import NotAllowed, NotNow
from demand.models import Demand
from tests.crowd import Crowd
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = pytest.mark.django_db
THREADS = 24
ROUNDS = 20


def test_conditions_all_have_to_hold():
    facts = Facts(amount=50_000, type="regulatory", flags=frozenset({"gdpr"}))
    assert applies({"cost_up_to": 50_000, "types": ["regulatory"]}, facts)
    assert not applies({"cost_above": 50_000}, facts)
    assert not applies({"flags": ["service_design"]}, facts)
    assert applies({}, facts)


def test_an_amount_nobody_can_compare_counts_as_above_every_limit():
    assert applies({"cost_above": 50_000}, Facts(amount=None))


def test_lanes_merge_policies_and_name_each_kind_once():
    both = [{"kinds": ["sponsor", "finance"]}]
    after = [{"kinds": ["manager"]}, {"kinds": ["finance", "compliance"], "parallel": False}]
    assert lanes([both, after]) == [["sponsor", "finance", "manager"], ["compliance"]]


@pytest.mark.parametrize(("profile", "days", "kinds"), [
    ({}, 20, {"manager"}),
    ({}, 200, {"sponsor", "finance"}),
    ({"type": "regulatory"}, 20, {"manager", "compliance"}),
    ({"security": "Keys stay in the vault."}, 200, {"sponsor", "finance", "design_authority"}),
])  # fmt: skip
def test_the_policy_picks_the_approvers(
    make_demand,
    manager,
    finance,
    approver,
    analyst,
    skill,
    profile,
    days,
    kinds,
):
    demand = make_demand("ready", **profile)
    demand.estimate(by=analyst, skill=skill, low_days=days, likely_days=days, high_days=days)
    demand.request_approval(by=analyst)
    assert {step.kind for step in demand.record.approvals.all()} == kinds
    assert {step.state for step in demand.record.approvals.all()} == {"asked"}


def test_a_missing_approver_is_named(make_demand, analyst):
    demand = make_demand("ready")
    RoleAssignment.objects.filter(role="manager").delete()
    with pytest.raises(NotNow, match="Manager approval"):
        demand.request_approval(by=analyst)
    assert Demand.objects.get().state == "assessment"


def test_nobody_is_asked_about_their_own_request(make_demand, make_person, unit, author, analyst):
    for person in (author, analyst):
        RoleAssignment.objects.create(person=person, role="manager")
    other = make_person("Rita Regional", "manager", scope=unit)
    demand = make_demand("approval")
    assert demand.record.approvals.get().approver == other


def test_only_the_person_asked_decides(make_demand, manager, make_person, author, analyst):
    step = make_demand("approval").record.approvals.get()
    for person in (author, analyst, make_person("Rita Other", "manager")):
        with pytest.raises(NotAllowed):
            step.approve(by=person)
    step.refresh_from_db()
    assert step.state == "asked"


def test_the_database_itself_keeps_four_eyes(make_demand, manager, author, analyst):
    step = make_demand("approval").record.approvals.get()
    for person in (author, analyst):
        with (
            pytest.raises(IntegrityError, match="four_eyes"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE approvals_approval SET state = 'approved', decided_by_id = %s, "
                "approver_id = %s, decided_at = now() WHERE id = %s",
                [person.pk, person.pk, step.pk],
            )


def test_steps_in_order_ask_one_after_the_other(
    make_demand, manager, finance, sponsor, analyst, skill
):
    ApprovalPolicy.objects.all().delete()
    ApprovalPolicy.objects.create(
        kind="demand",
        name="One by one",
        steps=[{"kinds": ["sponsor", "finance"], "parallel": False}],
    )
    demand = make_demand("approval")
    first, second = demand.record.approvals.order_by("order")
    assert (first.state, second.state) == ("asked", "waiting")
    with pytest.raises(NotNow):
        second.approve(by=finance)
    first.approve(by=sponsor)
    second.refresh_from_db()
    assert second.state == "asked"
    second.approve(by=finance)
    demand.refresh_from_db()
    assert demand.state == "approved"


def test_whoever_is_asked_sees_the_figures(make_demand, make_person, finance, analyst, skill, api):
    plain = make_person("Paula Plain")
    demand = make_demand("ready", sponsor=plain)
    demand.estimate(by=analyst, skill=skill, low_days=100, likely_days=200, high_days=300)
    assert "cost_likely" not in api(plain).get(f"/api/v1/demands/{demand.reference}/").json()
    demand.request_approval(by=analyst)
    assert (
        api(plain).get(f"/api/v1/demands/{demand.reference}/").json()["cost_likely"] == "120000.00"
    )


def test_approvals_are_listed_and_narrowed(make_demand, manager, analyst, api):
    demand = make_demand("approval")
    make_demand("approved", title="Another demand of ours")
    mine = api(manager).get("/api/v1/approvals/", {"mine": "true", "count": "true"}).json()
    assert mine["count"] == 1 and mine["results"][0]["record"]["id"] == demand.reference
    assert api(analyst).get("/api/v1/approvals/", {"mine": "true"}).json()["results"] == []
    assert api(analyst).get("/api/v1/approvals/", {"colour": "red"}).status_code == 400
    done = api(analyst).get("/api/v1/approvals/", {"state": "approved"}).json()["results"]
    assert [row["decided_by"]["username"] for row in done] == [manager.username]


def test_the_decider_comes_from_the_token_never_from_the_body(make_demand, manager, analyst, api):
    step = make_demand("approval").record.approvals.get()
    url = f"/api/v1/approvals/{step.pk}"
    assert (
        api(analyst)
        .post(f"{url}/approve/", {"decided_by": manager.username}, format="json")
        .status_code
        == 400
    )
    assert api(analyst).post(f"{url}/approve/", {}, format="json").status_code == 403
    assert (
        api(manager, "demands:write").post(f"{url}/approve/", {}, format="json").status_code == 403
    )
    assert api(manager).post(f"{url}/refuse/", {}, format="json").status_code == 400
    assert (
        api(manager).post(f"{url}/refuse/", {"comment": "Too dear."}, format="json").status_code
        == 200
    )
    assert api(manager).post(f"{url}/approve/", {}, format="json").status_code == 409


def test_an_outsider_finds_no_approvals(make_demand, manager, outsider, api, page):
    step = make_demand("approval").record.approvals.get()
    assert api(outsider).get("/api/v1/approvals/").json()["results"] == []
    assert api(outsider).get(f"/api/v1/approvals/{step.pk}/").status_code == 404
    assert page(outsider).get(f"/approvals/{step.pk}/approve").status_code == 404


def test_a_decision_is_made_on_the_page(make_demand, manager, author, page):
    demand = make_demand("approval")
    step = demand.record.approvals.get()
    assert "Your decision" in page(manager).get(demand.get_absolute_url()).content.decode()
    assert "Your decision" not in page(author).get(demand.get_absolute_url()).content.decode()
    assert page(author).post(f"/approvals/{step.pk}/approve").status_code == 403
    assert page(manager).post(f"/approvals/{step.pk}/refuse", {"comment": ""}).status_code == 422
    assert (
        page(manager).post(f"/approvals/{step.pk}/approve", {"comment": "Good."}).status_code == 302
    )
    demand.refresh_from_db()
    assert demand.state == "approved"


ANSWERS = {
    "approve": lambda step: Approval.objects.get(pk=step.pk).approve(by=step.approver),
    "refuse": lambda step: Approval.objects.get(pk=step.pk).refuse(by=step.approver, comment="No."),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["approve", "refuse", "withdraw"])
def test_of_twenty_four_threads_exactly_one_decides(make_demand, manager, author, other):
    def withdraw(step) -> Demand:
        return Demand.objects.get(pk=step.record_id).withdraw(by=author, reason="Not needed.")

    acts = [ANSWERS["approve"], ANSWERS.get(other, withdraw)]
    with Crowd(THREADS) as crowd:
        for _ in range(ROUNDS):
            demand = make_demand("approval")
            step = demand.record.approvals.get()
            told = demand.record.events.count()
            Outbox.objects.all().delete()
            answers = crowd.at_once([lambda n=n, s=step: acts[n % 2](s) for n in range(THREADS)])
            late = [a for a in answers if isinstance(a, Exception)]
            assert len(late) == THREADS - 1 and all(isinstance(a, NotNow) for a in late), late
            step.refresh_from_db()
            demand.refresh_from_db()
            assert (demand.state, step.state, step.round.state) in OUTCOMES
            new = demand.record.events.count() - told
            assert new == (1 if demand.state == "withdrawn" else 2)  # the answer and its outcome
            assert Outbox.objects.filter(topic="event").count() == 1


OUTCOMES = {
    ("approved", "approved", "approved"),
    ("assessment", "refused", "refused"),
    ("withdrawn", "withdrawn", "withdrawn"),
}
