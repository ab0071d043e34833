"""What a practice keeps of a project is as confidential as the project."""

from changeoffice.core.record.models import Record
from portfolio.models import Project
from practices.finance.models import Budget


def test_a_budget_goes_into_hiding_with_its_project_and_comes_back(
    project_manager, manager, leader, finance, unit
):
    project = Project.start_up(
        by=project_manager, title="Quiet work", owner=project_manager, unit=unit
    )
    budget = Budget.open_for(by=project_manager, project=project)
    assert Budget.objects.visible_to(leader).filter(pk=budget.pk).exists()
    project.restrict(by=manager, people=[finance], reason="Talks are under way")
    assert not Budget.objects.visible_to(leader).filter(pk=budget.pk).exists()
    assert not Record.objects.visible_to(leader).filter(home_id=project.pk).exists()
    assert Budget.objects.visible_to(finance).filter(pk=budget.pk).exists()
    project.lift_restriction(by=manager, reason="Talks have ended")
    assert Budget.objects.visible_to(leader).filter(pk=budget.pk).exists()
