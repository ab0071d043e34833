from django.urls import path

from changeoffice.first_run import pages

urlpatterns = [
    path("setup", pages.organisation, name="setup"),
    path("setup/working-days", pages.working_days, name="setup_working_days"),
    path("setup/working-days/month", pages.month, name="setup_month"),
    path("setup/people", pages.people, name="setup_people"),
    path("setup/ready", pages.ready, name="setup_ready"),
]
