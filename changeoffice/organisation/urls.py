from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from changeoffice.organisation import team_pages as teams
from changeoffice.organisation import views
from changeoffice.organisation.models import BusinessKpi, ConfigurationItem, Objective, Service

urlpatterns = [
    *work_urls(Service, listed=views.ServiceList, one=views.ServicePage, new=views.NewService),
    *work_urls(ConfigurationItem, listed=views.ConfigurationItemList,
               one=views.ConfigurationItemPage, new=views.NewConfigurationItem),
    *work_urls(Objective, listed=views.ObjectiveList, one=views.ObjectivePage, new=views.NewObjective),
    *work_urls(BusinessKpi, listed=views.KpiList, one=views.KpiPage, new=views.NewKpi),
    path("admin/units/teams", teams.teams, name="admin_teams"),
    path("admin/units/teams/new", teams.team_edit, name="admin_team_new"),
    path("admin/units/teams/<int:pk>", teams.team_edit, name="admin_team_edit"),
    path("admin/units/skills", teams.skills, name="admin_skills"),
    path("admin/units/skills/new", teams.skill_edit, name="admin_skill_new"),
    path("admin/units/skills/<int:pk>", teams.skill_edit, name="admin_skill_edit"),
]  # fmt: skip
