"""Somebody leaves: what they answer for goes to somebody else, and the policy names approvers."""

from datetime import timedelta

import pytest

from changeoffice.core.administration.handing import held_by
from changeoffice.core.administration.models import AdminEvent
from changeoffice.core.notify.models import Notification
from changeoffice.core.record import clock
from changeoffice.core.record.models import Event
from demand.models import Demand
from portfolio.models import Project, Risk
from tests.demand.conftest import make_demand, policies  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(project_manager, sponsor, unit):
    made = Project.start_up(by=project_manager, title="Replace the payments gateway", unit=unit,
                            planned_start=clock.today(), planned_finish=clock.today() + timedelta(days=90))  # fmt: skip
    Project.objects.filter(pk=made.pk).update(sponsor=sponsor)
    return made


def post(page, by, someone, to, **more):
    return page(by).post(f"/admin/people/{someone.username}/hand-over",
                         {"to": to.username, "reason": "leaves the bank"} | more)  # fmt: skip


def test_everything_open_goes_to_the_successor_with_history_and_one_notice(
    project, project_manager, administrator, colleague, page
):
    risk = Risk.note_down(
        by=project_manager, project=project, title="The supplier is late", probability=3, impact=3
    )
    shown = (
        page(administrator)
        .get(f"/admin/people/{project_manager.username}/hand-over")
        .content.decode()
    )
    assert project.title in shown and risk.title not in shown
    assert post(page, administrator, project_manager, colleague).status_code == 302
    assert Project.objects.get().owner == colleague == Risk.objects.get().owner
    assert held_by(project_manager, administrator) == []
    event = Event.objects.filter(record_id=project.pk, verb="pass_on").get()
    assert event.actor == administrator and event.reason == ""
    assert "leaves the bank" in AdminEvent.objects.get(verb="hand_over").reason
    assert Notification.objects.filter(person=colleague).count() == 1


def test_a_sponsors_part_is_passed_on_and_the_owners_stays(
    project, sponsor, administrator, colleague, page
):
    post(page, administrator, sponsor, colleague)
    kept = Project.objects.get()
    assert kept.sponsor == colleague and kept.owner == project.owner


def test_open_approvals_go_to_whom_the_policy_names_and_not_to_the_successor(
    make_demand,
    manager,
    make_person,
    administrator,
    colleague,
    page,
):
    demand = make_demand("approval")
    deputy = make_person("Dora Deputy", "manager")
    assert demand.record.approvals.get().approver == manager
    post(page, administrator, manager, colleague)
    step = Demand.objects.get().record.approvals.get()
    assert step.approver == deputy and step.state == "asked"
    step.approve(by=deputy)
    assert Demand.objects.get().state == "approved"


def test_an_approval_nobody_else_may_give_stays_and_is_named(
    make_demand,
    manager,
    administrator,
    colleague,
    page,
):
    demand = make_demand("approval")
    answer = post(page, administrator, manager, colleague)
    assert answer["Location"].endswith("/hand-over")
    shown = page(administrator).get("/admin/people").content.decode()
    assert demand.record.approvals.get().approver == manager
    assert AdminEvent.objects.filter(verb="hand_over").exists() and shown


def test_confidential_items_are_neither_told_nor_passed_on(
    project, project_manager, administrator, colleague, page
):
    Project.objects.filter(pk=project.pk).update(confidential=True)
    for part in project.milestones.all():
        type(part).objects.filter(pk=part.pk).update(confidential=True)
    shown = (
        page(administrator)
        .get(f"/admin/people/{project_manager.username}/hand-over")
        .content.decode()
    )
    assert project.title not in shown
    post(page, administrator, project_manager, colleague)
    assert Project.objects.get().owner == project_manager


def test_wrong_people_and_wrong_successors_are_refused(
    project,
    project_manager,
    administrator,
    manager,
    outsider,
    colleague,
    make_person,
    other_unit,
    page,
):
    assert post(page, manager, project_manager, colleague).status_code == 403
    assert post(page, administrator, project_manager, administrator).status_code == 422
    assert post(page, administrator, project_manager, outsider).status_code == 422
    assert post(page, administrator, project_manager, colleague, reason="").status_code == 422
    elsewhere = make_person("Ella Elsewhere", "administrator", scope=other_unit)
    assert post(page, elsewhere, project_manager, colleague).status_code == 403
    assert Project.objects.get().owner == project_manager
