"""What people might do beyond their rights: under an approval, with a role, as somebody else."""

from datetime import date

import pytest
from django.test import Client

from changeoffice.core.access.models import RoleAssignment
from changeoffice.core.administration import people
from changeoffice.core.record import acting
from changeoffice.core.record.errors import Invalid, NotAllowed, NotNow
from demand.models import Demand
from portfolio.models import Project
from tests.core.attacks.conftest import NEED

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("field", ["need", "title"])
def test_what_was_asked_cannot_change_under_an_approval(demand, author, field):
    words = {"need": "Something else altogether, and dearer.", "title": "Something else altogether"}
    step = demand.record.approvals.filter(state="asked").first()
    demand.revise(by=author, **{field: words[field]})
    with pytest.raises(NotNow):
        step.approve(by=step.approver)
    asked = demand.record.approvals.filter(state="asked")
    assert demand.state == "approval" and asked and step not in asked


def test_a_promised_effect_cannot_change_under_an_approval(demand, author, kpi):
    with pytest.raises(Invalid):
        demand.add_kpi_effect(by=author, kpi=kpi, change=-1, by_on=date(2030, 1, 1))


def test_whoever_is_asked_still_sees_what_becomes_confidential(demand, author):
    step = demand.record.approvals.filter(state="asked").first()
    demand.restrict(by=author)
    assert Demand.objects.visible_to(step.approver).filter(pk=demand.pk).exists()
    step.approve(by=step.approver)


def test_a_project_manager_does_not_choose_who_steers_it(
    api, project, project_manager, colleague, manager
):
    client = api(project_manager)
    for given in ({"sponsor": colleague.username},
                  {"sponsor": project_manager.username, "owner": colleague.username}):  # fmt: skip
        answer = client.patch(f"/api/v1/projects/{project.reference}/", given)
        assert answer.status_code == 400, answer.content
    project.refresh_from_db()
    assert project.sponsor_id not in (colleague.pk, project_manager.pk)
    kept = client.patch(f"/api/v1/projects/{project.reference}/",
                        {"title": "Reasons held", "sponsor": project.sponsor.username})  # fmt: skip
    assert kept.status_code == 200
    project.refresh_from_db()
    project.revise(by=manager, sponsor=colleague)
    assert project.sponsor == colleague


def test_a_project_without_sponsor_gets_one_who_is_not_its_manager(
    project_manager, colleague, unit
):
    made = Project.start_up(by=project_manager, title="Alone", owner=project_manager, unit=unit)
    with pytest.raises(Invalid):
        made.revise(by=project_manager, sponsor=project_manager, owner=colleague)
    made.revise(by=project_manager, sponsor=colleague)
    assert made.sponsor == colleague


@pytest.mark.parametrize(
    "field", ["state", "owner", "reach", "confidential", "home", "version", "requester"]
)
def test_what_a_verb_decides_cannot_be_typed(api, author, demand, field):
    answer = api(author).patch(f"/api/v1/demands/{demand.reference}/", {field: "1"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_suppliers_person_raises_neither_ideas_nor_demands(api, page, outsider):
    client = api(outsider)
    idea = {"title": "Buy more from us", "problem": NEED}
    demand = {"title": "Buy more from us", "need": NEED}
    assert client.post("/api/v1/ideas/", idea).status_code == 403
    assert client.post("/api/v1/demands/", demand).status_code == 403
    assert page(outsider).post("/ideas/new", idea).status_code == 403
    assert page(outsider).post("/demands/new", demand).status_code == 403


def test_a_units_administrator_does_not_redirect_the_letters_of_a_mightier_one(
    make_person, administrator, unit
):
    local = make_person("Lars Local", "administrator", scope=unit)
    with pytest.raises(NotAllowed):
        people.edit_person(administrator, by=local, email="lars@evil.example")
    clerk = make_person("Carla Clerk")
    people.edit_person(clerk, by=local, email="carla@bank.example")
    assert (
        people.edit_person(clerk, by=administrator, email="c@bank.example").email
        == "c@bank.example"
    )


def test_a_program_does_not_sign_in_on_the_pages(make_person):
    program = make_person("Ingo Integration", "integration", username="ingo", is_integration=True)
    program.set_password("four quiet horses")
    program.save()
    client = Client()
    answer = client.post("/sign-in", {"login": "ingo", "password": "four quiet horses"})
    assert client.get("/settings").status_code == 302
    assert answer.status_code in (200, 302, 403)


def test_a_program_keeps_the_projects_it_brought(api, make_person):
    program = make_person("Ingo Integration", "integration", is_integration=True)
    client, address = api(program), "/api/v1/projects/by-external-id/ppm/7/"
    assert client.put(address, {"title": "From elsewhere"}).status_code == 201
    assert client.put(address, {"title": "From over there"}).status_code == 200


def test_nobody_gives_themselves_a_role(administrator):
    with pytest.raises(NotAllowed):
        people.give_role(administrator, by=administrator, role="manager")
    assert not RoleAssignment.objects.filter(person=administrator, role="manager").exists()


def test_the_portal_acts_for_nobody_without_a_door(demand):
    with pytest.raises(NotAllowed):
        demand.complete(by=None)
    with acting.through("page"), pytest.raises(NotAllowed):
        demand.mirror(by=None, progress=100)
