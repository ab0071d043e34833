"""The addresses of projects and of what hangs on them."""

from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from portfolio.models import (
    Action,
    Dependency,
    Epic,
    Intervention,
    Issue,
    Milestone,
    Portfolio,
    Product,
    Programme,
    Project,
    Risk,
)
from portfolio.views import (
    backlog,
    dependencies,
    gates,
    milestones,
    plans,
    project_pages,
    registers,
    update,
)
from portfolio.views.project_list import ProjectListPage

urlpatterns = [
    *work_urls(
        Project, listed=ProjectListPage, one=project_pages.ProjectPage,
        new=project_pages.NewProjectPage,
        more=[
            path("projects/<str:reference>/confirm", update.UpdatePage.as_view(),
                 name="project_update"),
            path("projects/<str:reference>/milestones", project_pages.milestones_page,
                 name="project_milestones"),
            path("projects/<str:reference>/raid", project_pages.raid_page, name="project_raid"),
            path("projects/<str:reference>/gates", gates.first_gate, name="project_gates"),
            path("projects/<str:reference>/gates/<str:code>", gates.gate_room, name="gate_room"),
        ],
    ),
    path("gates/<str:reference>", gates.gate_by_reference, name="gate"),
    path("gates/<str:reference>/<slug:verb>", gates.GateVerbPage.as_view(), name="gate_verb"),
    *work_urls(
        Milestone, listed=registers.MilestoneListPage, one=milestones.MilestonePage,
        new=milestones.NewMilestonePage,
        more=[
            path("milestones/<str:reference>/re-forecast", milestones.MovePage.as_view(),
                 name="milestone_move"),
            path("milestones/<str:reference>/what-if", milestones.what_if_page,
                 name="milestone_what_if"),
        ],
    ),
    *work_urls(
        Dependency, listed=dependencies.DependencyListPage, one=dependencies.DependencyPage,
        new=dependencies.NewDependencyPage,
    ),
    *work_urls(Risk, listed=registers.RiskListPage, one=registers.RiskPage,
               new=registers.NewRiskPage),
    *work_urls(Issue, listed=registers.IssueListPage, one=registers.IssuePage,
               new=registers.NewIssuePage),
    *work_urls(Action, listed=registers.ActionListPage, one=registers.ActionPage,
               new=registers.NewActionPage),
    *work_urls(Intervention, listed=registers.InterventionListPage,
               one=registers.InterventionPage, edit=False),
    *work_urls(Product, listed=backlog.ProductListPage, one=backlog.ProductPage,
               new=backlog.NewProductPage),
    *work_urls(Epic, listed=backlog.EpicListPage, one=backlog.EpicPage, new=backlog.NewEpicPage),
    *work_urls(Programme, one=plans.ProgrammePage, new=plans.NewProgrammePage),
    *work_urls(Portfolio, one=plans.PortfolioPage, new=plans.NewPortfolioPage),
]  # fmt: skip
