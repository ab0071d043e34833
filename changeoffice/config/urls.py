"""Every address of the portal; the only place that knows every app."""

from django.urls import include, path

from changeoffice.config.api import urls as api_urls
from changeoffice.core.talk.files import download

urlpatterns = [
    path("", include("changeoffice.core.accounts.urls")),
    path("", include("changeoffice.first_run.urls")),
    path("", include("changeoffice.core.administration.urls")),
    path("", include("changeoffice.core.jobs.urls")),
    path("", include("changeoffice.core.notify.urls")),
    path("api/v1/", include(api_urls)),
    path("", include("changeoffice.core.doors.pages.undoing")),
    path("attachments/<int:pk>", download, name="attachment"),
    path("", include("changeoffice.core.imports.urls")),
    path("", include("changeoffice.core.search.urls")),
    path("", include("ideation.urls")),
    path("", include("changeoffice.core.approvals.urls")),
    path("", include("demand.urls")),
    path("", include("practices.finance.urls")),
    path("", include("practices.improvement.urls")),
    path("", include("practices.change.urls")),
    path("", include("portfolio.urls")),
    path("", include("changeoffice.organisation.urls")),
    path("", include("changeoffice.insight.urls")),
    path("", include("changeoffice.calendar.urls")),
]

handler400 = "changeoffice.core.doors.pages.errors.bad_request"
handler403 = "changeoffice.core.doors.pages.errors.forbidden"
handler404 = "changeoffice.core.doors.pages.errors.not_found"
handler500 = "changeoffice.core.doors.pages.errors.broken"
