"""A policy that asks the owner of a service the demand touches."""

import pytest

from changeoffice.core.administration.delegates import set_delegate
from changeoffice.core.approvals.models import ApprovalPolicy
from changeoffice.core.approvals.passing import escalate, pass_on
from changeoffice.core.record import clock
from changeoffice.core.record.errors import NotNow
from changeoffice.organisation.models import Service

pytestmark = pytest.mark.django_db
WORDS = "No service of it has an owner who may decide, so a manager is asked."


@pytest.fixture
def owners_decide(policies):
    ApprovalPolicy.objects.update(is_active=False)
    ApprovalPolicy.objects.create(kind="demand", name="Owners of services",
                                  steps=[{"kinds": ["service_owner"], "parallel": True}])  # fmt: skip


@pytest.fixture
def demand(make_demand, owners_decide, service):
    return make_demand("ready", services=[service])


def test_the_owner_of_a_service_it_touches_is_asked_and_decides(
    demand, analyst, service_owner, page, api
):
    demand.request_approval(by=analyst)
    step = demand.record.approvals.get()
    assert (step.approver, step.get_kind_display()) == (service_owner, "Service owner")
    assert WORDS not in page(analyst).get(demand.get_absolute_url()).content.decode()
    assert api(service_owner).post(f"/api/v1/approvals/{step.pk}/approve/").status_code == 200
    demand.refresh_from_db()
    assert demand.state == "approved"


def test_without_an_owner_a_manager_is_asked_and_the_page_says_why(
    make_demand, owners_decide, analyst, manager, page, api
):
    demand = make_demand("ready")
    shown = page(manager).get(f"/admin/policies/approvals/try?reference={demand.reference}")
    assert WORDS in shown.content.decode()
    who = api(manager).get(f"/api/v1/approval-policies/who/?reference={demand.reference}").json()
    assert who["steps"][0][0]["instead"] == WORDS
    demand.request_approval(by=analyst)
    assert demand.record.approvals.get().approver == manager
    assert WORDS in page(analyst).get(demand.get_absolute_url()).content.decode()


def test_an_owner_who_wants_it_or_has_left_is_passed_over(
    make_demand, owners_decide, service, service_owner, analyst, author, colleague, manager
):
    own = Service.add(by=manager, title="Cards", owner=author)  # the requester's
    demand = make_demand("ready", services=[own, service])
    service_owner.is_active = False
    service_owner.save()
    demand.request_approval(by=analyst)
    assert demand.record.approvals.get().approver == manager


def test_a_late_step_goes_to_another_owner_before_it_goes_to_a_manager(
    make_demand, owners_decide, service, service_owner, analyst, colleague, manager
):
    second = Service.add(by=manager, title="Cards", owner=colleague)
    demand = make_demand("ready", services=[service, second])
    demand.request_approval(by=analyst)
    step = demand.record.approvals.get()
    assert step.approver == service_owner and escalate(step) == colleague
    demand.services.set([service])
    step.refresh_from_db()
    assert pass_on(step, by=None) == service_owner
    demand.services.clear()
    assert pass_on(step, by=None) == manager


def test_nobody_at_all_is_said_in_words(demand, analyst, service_owner, manager):
    for person in (service_owner, manager):
        type(person).objects.filter(pk=person.pk).update(is_active=False)
    with pytest.raises(NotNow, match="No service of it has an owner"):
        demand.request_approval(by=analyst)


def test_a_delegate_may_be_named_for_this_kind_alone(demand, analyst, service_owner, colleague):
    today = clock.today()
    set_delegate(by=service_owner, person=service_owner, delegate=colleague, from_on=today,
                 until_on=today, kinds=["service_owner"], reason="Leave")  # fmt: skip
    demand.request_approval(by=analyst)
    assert demand.record.approvals.get().may_decide(colleague)
