"""What is confidential does not exist for others, through whichever door they look."""

import pytest

from changeoffice.core.record.models import NamedPerson, Record
from portfolio import selectors
from portfolio.models import (
    Action,
    Benefit,
    Dependency,
    Gate,
    Intervention,
    Issue,
    Milestone,
    Project,
    Risk,
)

pytestmark = pytest.mark.django_db
PARTS = (Gate, Milestone, Risk, Issue, Action, Benefit, Intervention, Dependency)


@pytest.fixture
def secret(make_person, make_project, make_milestone, agree, kpi, day, sponsor, colours):
    """A red confidential project with one of everything, that gives to an open project."""
    owner, other = make_person("Sven Secret"), make_person("Olga Open")
    hidden, seen = make_project("Merger", owner=owner), make_project("Open one", owner=other)
    giver, getter = make_milestone(hidden, late=30, title="Contract signed"), make_milestone(seen)
    Risk.note_down(by=owner, project=hidden, title="Word gets out", probability=5, impact=5)
    Issue.note_down(by=owner, project=hidden, title="Word is out", severity=1, target_on=day(0))
    Action.assign(by=owner, project=hidden, title="Keep quiet", due_on=day(0), owner=owner)
    Benefit.expect(by=owner, project=hidden, kpi=kpi, planned_change=1, by_on=day(0))
    agree(giver, getter)
    hidden.restrict(by=sponsor, people=[owner], reason="Talks are going on")
    colours(seen)
    return hidden


def test_its_parts_and_ties_are_as_confidential_as_the_project(secret, manager, leader, sponsor):
    for part in PARTS:
        mine = part.objects.filter(title__gt="")
        hidden = [row for row in mine if row.confidential]
        assert hidden or part is Gate
        for row in hidden:
            for person in (manager, leader):
                assert not row.is_visible_to(person)
                assert not part.objects.visible_to(person).filter(pk=row.pk).exists()
    assert Project.objects.visible_to(sponsor).filter(pk=secret.pk).exists()
    assert not Record.objects.visible_to(leader).filter(home=secret.pk).exists()


@pytest.mark.parametrize("area", ["projects", "milestones", "dependencies", "risks", "issues",
                                  "actions", "benefits", "interventions"])  # fmt: skip
def test_the_api_does_not_know_it(secret, api, leader, area):
    client = api(leader)
    for row in client.get(f"/api/v1/{area}/").json()["results"]:
        assert "Merger" not in str(row) and secret.reference not in str(row)
        assert "Contract signed" not in str(row)
    assert client.get(f"/api/v1/projects/{secret.reference}/rag/").status_code == 404


def test_an_open_project_does_not_name_what_it_waits_for(secret, api, leader):
    seen = Project.objects.get(title="Open one")
    mark = seen.milestones.get()
    answer = api(leader).get(f"/api/v1/milestones/{mark.reference}/").json()
    assert answer["expected_slip"] == 30 and answer["expected_because"] == "in progress"
    rag = api(leader).get(f"/api/v1/projects/{seen.reference}/rag/").json()
    text = str(rag)
    assert rag["overall"] == "red"
    assert "Merger" not in text and "Contract" not in text and "DEP-" not in text


def test_counts_leave_it_out(secret, leader, sponsor):
    assert sum(selectors.rag_counts(leader).values()) == 1
    assert sum(selectors.rag_counts(sponsor).values()) == 2
    assert selectors.roll_up(leader)[0].total == 1
    assert not selectors.breached_dependencies(leader).exists()


def test_a_loop_through_it_is_not_named(secret, make_milestone, leader, api):
    hidden = Milestone.objects.get(title="Contract signed")
    seen = Project.objects.get(title="Open one")
    from portfolio.propagation import name_loop

    words = name_loop([hidden.pk, seen.milestones.get().pk], leader)
    assert words.startswith("a confidential milestone → MS-")


def test_lifting_it_shows_all_again(secret, sponsor, stranger):
    secret.lift_restriction(by=sponsor, reason="It is in the papers")
    assert Project.objects.visible_to(stranger).count() == 2
    assert Dependency.objects.visible_to(stranger).count() == 1
    assert not Risk.objects.visible_to(stranger).exists()


def test_between_two_confidential_projects_only_people_of_both_see_the_tie(
    make_person, make_project, make_milestone, agree, sponsor
):
    one, two = make_person("One Owner"), make_person("Two Owner")
    giver = make_milestone(make_project("First", owner=one))
    getter = make_milestone(make_project("Second", owner=two))
    promise = agree(giver, getter)
    for project, owner in ((giver.project, one), (getter.project, two)):
        project.refresh_from_db()
        project.restrict(by=sponsor, people=[owner], reason="Talks are going on")
    promise = Dependency.objects.get(pk=promise.pk)
    assert promise.is_visible_to(sponsor)
    assert not promise.is_visible_to(one) and not promise.is_visible_to(two)
    assert not Dependency.objects.visible_to(one).exists()


def test_whoever_steered_it_before_no_longer_sees_it(secret, make_person, sponsor, manager):
    """A sponsor or project manager is named by that part, and only for as long as they have it."""
    NamedPerson.put(secret.pk, manager)
    owner, others = secret.owner, [make_person(name) for name in ("Nora Next", "Piet Project")]
    secret.revise(by=manager, sponsor=others[0])
    secret.revise(by=manager, owner=others[1])
    assert [secret.is_visible_to(who) for who in others] == [True, True]
    assert [secret.is_visible_to(who) for who in (owner, sponsor)] == [True, True], "named by hand"
    last = make_person("Lea Last")
    secret.revise(by=manager, sponsor=last)
    assert secret.is_visible_to(last) and not secret.is_visible_to(others[0])
