"""Policies of approval, kept on pages: who may, what is refused, what history and preview say."""

import pytest

from changeoffice.core.administration import policies as keeping
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.approvals.models import ApprovalPolicy
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = pytest.mark.django_db
HOME = "/admin/policies/approvals"
FILLED = {"name": "High risk", "risks": ["high"], "step_compliance": "2", "step_finance": "1",
          "step_manager": "1", "reason": "The board asked for it.", "go": "save"}  # fmt: skip


@pytest.fixture
def policy(policies) -> ApprovalPolicy:
    return ApprovalPolicy.objects.get(name="Up to 50,000")


def test_a_manager_adds_a_policy_without_json(policies, page, manager):
    assert page(manager).post(f"{HOME}/new", FILLED).status_code == 302
    made = ApprovalPolicy.objects.get(name="High risk")
    assert made.conditions == {"risks": ["high"]}
    assert [step["kinds"] for step in made.steps] == [["manager", "finance"], ["compliance"]]
    html = page(manager).get(HOME).content.decode()
    assert "Risk High" in html and "Manager and Finance, then Compliance" in html
    assert "The board asked for it." in html and manager.name in html


@pytest.mark.parametrize(("wrong", "words"), [
    ({"cost_above": "5000", "cost_up_to": "5000"}, "must be more than the other limit"),
    ({"cost_above": "-1"}, "greater than or equal to 0"),
    ({"cost_up_to": "many"}, "whole number"),
    ({"risks": ["purple"]}, "purple"),
    ({"step_compliance": "", "step_finance": "", "step_manager": ""}, "Say who is asked"),
    ({"step_finance": "9"}, "9"),
    ({"name": ""}, "required"),
    ({"name": "Up to 50,000"}, "Another policy has this name"),
    ({"name": "a\x00b"}, "Null characters"),
    ({"reason": ""}, "Say why"),
])  # fmt: skip
def test_what_cannot_be_a_policy_is_said_beside_its_field(policies, page, manager, wrong, words):
    before = ApprovalPolicy.objects.count()
    answer = page(manager).post(f"{HOME}/new", FILLED | wrong)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert ApprovalPolicy.objects.count() == before


def test_only_managers_of_the_whole_office_write_and_staff_do_not_read(
    policy, page, manager, auditor, administrator, analyst, stranger, make_person, unit
):
    here = make_person("Ulla Here", "manager", scope=unit)
    for reader in (auditor, administrator, here):
        assert page(reader).get(HOME).status_code == 200
        html = page(reader).get(policy.get_absolute_url()).content.decode()
        assert 'name="reason"' not in html and "Manager" in html
        for door in ("", "/switch", "/move"):
            assert (
                page(reader).post(f"{policy.get_absolute_url()}{door}", FILLED).status_code == 403
            )
    for other in (analyst, stranger):
        assert page(other).get(HOME).status_code == 403
        assert page(other).get(f"{HOME}/try").status_code == 403
    with pytest.raises(NotAllowed):
        keeping.switch(policy, by=administrator, on=False, reason="Because I can.")


def test_a_change_keeps_who_why_and_both_wordings(policy, manager, page):
    keeping.edit(policy, by=manager, name="Small", conditions={"cost_up_to": 20_000},
                  steps=policy.steps, reason="Small means less now.")  # fmt: skip
    event = AdminEvent.objects.get(verb="edit_policy")
    assert event.actor == manager and event.reason == "Small means less now."
    assert {
        "label": "Applies",
        "old": "Cost up to £50,000",
        "new": "Cost up to £20,000",
    } in event.changes
    html = page(manager).get(policy.get_absolute_url()).content.decode()
    assert "Cost up to £50,000" in html and "Small means less now." in html
    with pytest.raises(Invalid, match="Nothing was changed"):
        keeping.edit(policy, by=manager, name="Small", conditions={"cost_up_to": 20_000},
                      steps=policy.steps, reason="The same again.")  # fmt: skip


def test_the_second_of_two_writers_is_told(policy, manager, make_person, page):
    opened = keeping.latest(policy)
    keeping.switch(policy, by=make_person("Mo Other", "manager"), on=False, reason="Not now.")
    with pytest.raises(NotNow, match="since you opened it"):
        keeping.edit(policy, by=manager, name="Mine", conditions={}, steps=policy.steps,
                      reason="It is mine.", seen=opened)  # fmt: skip
    sent = FILLED | {"seen": opened}
    answer = page(manager).post(policy.get_absolute_url(), sent)
    assert answer.status_code == 422 and "since you opened it" in answer.content.decode()


def test_policies_move_and_are_switched_off(policy, manager, page, make_demand, finance):
    def names():
        return list(ApprovalPolicy.objects.values_list("name", flat=True))

    first = names()
    page(manager).post(f"{policy.get_absolute_url()}/move", {"to": "down"})
    assert names() == [first[1], first[0], *first[2:]]
    page(manager).post(f"{policy.get_absolute_url()}/move", {"to": "up"})
    assert names() == first
    with pytest.raises(NotNow, match="first already"):
        keeping.move(policy, by=manager, down=False)
    page(manager).post(f"{policy.get_absolute_url()}/switch", {"reason": "We try without."})
    demand = make_demand("ready")
    with pytest.raises(NotNow, match="No approval policy applies"):
        demand.request_approval(by=demand.owner)


def test_the_effect_on_open_demands_is_shown_and_nothing_is_saved(
    policy,
    manager,
    make_demand,
    make_person,
    page,
):
    changed, other = make_demand("ready"), make_demand("submitted", risk="high")
    hidden = make_demand("ready", title="Close the office in Leeds")
    hidden.restrict(by=hidden.owner)
    sent = {"name": policy.name, "cost_up_to": "50000", "step_finance": "1", "go": "effect"}
    html = page(manager).post(policy.get_absolute_url(), sent).content.decode()
    assert "1 open demand would be asked differently" in html
    assert changed.reference in html and other.reference not in html
    assert hidden.reference not in html and hidden.title not in html
    policy.refresh_from_db()
    assert policy.steps[0]["kinds"] == ["manager"] and not AdminEvent.objects.exists()


@pytest.mark.parametrize(("asked", "words"), [
    ("cost=20000", ["Up to 50,000", "Marek Manager"]),
    ("cost=90000", ["Above 50,000", "Name a sponsor", "Owen Finance", "could not be asked"]),
    ("cost=90000&sponsor={sponsor}", ["Helen Sponsor", "Nothing is missing"]),
    ("cost=20000&type=regulatory", ["Aisha Approver", "Regulatory"]),
    ("cost=20000&requester={manager}", ["Nobody else is manager", "Left out"]),
    ("cost=&type=", ["Above 50,000"]),
])  # fmt: skip
def test_an_example_says_who_would_be_asked_or_what_is_missing(
    policy, page, manager, sponsor, finance, approver, auditor, asked, words
):
    query = asked.format(sponsor=sponsor.username, manager=manager.username)
    html = page(auditor).get(f"{HOME}/try?{query}").content.decode()
    for word in words:
        assert word in html, word


def test_a_real_demand_is_tried_as_its_request_would_go(
    make_demand, page, manager, approver, administrator
):
    demand = make_demand("ready", type="regulatory")
    html = page(manager).get(f"{HOME}/try?reference={demand.reference.lower()}").content.decode()
    assert "Aisha Approver" in html and "Nothing is missing" in html
    demand.request_approval(by=demand.owner)
    for step in demand.record.approvals.all():
        assert step.approver.name in html
    hidden = make_demand("ready", title="Close the office in Leeds")
    hidden.restrict(by=hidden.owner)
    answer = page(manager).get(f"{HOME}/try?reference={hidden.reference}")
    assert answer.status_code == 422 and hidden.title not in answer.content.decode()
    # An administrator sees the demand, but not its figures, and the policies would tell them.
    assert page(administrator).get(f"{HOME}/try?reference={demand.reference}").status_code == 422


def test_amounts_name_the_organisations_currency(page, manager, make_demand, office):
    for url in ("/admin/policies/approvals/try", "/admin/policies/approvals/new"):
        assert "in GBP" in page(manager).get(url).content.decode(), url
    office.currency = "EUR"
    office.save()
    assert "€50,000" in page(manager).get("/admin/policies/approvals").content.decode()


def test_what_is_in_another_currency_is_said_to_stand_above_every_limit(
    page, manager, analyst, make_demand, finance
):
    demand = make_demand("ready")
    at = f"/admin/policies/approvals/try?reference={demand.reference}"
    assert "counts as above every limit" not in page(manager).get(at).content.decode()
    type(demand).objects.filter(pk=demand.pk).update(currency="EUR")
    told = page(manager).get(at).content.decode()
    assert f"{demand.reference} is in EUR" in told and "counts as above every limit" in told
    demand.refresh_from_db()
    demand.request_approval(by=analyst)
    asked = page(analyst).get(demand.get_absolute_url()).content.decode()
    assert "It is in EUR and the limits of the policies are in GBP" in asked
