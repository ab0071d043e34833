from django.urls import path

from changeoffice.core.jobs import routes, views

urlpatterns = [
    path("admin/jobs", views.operations, name="operations"),
    path("admin/jobs/outbox/<int:pk>/again", views.send_once_more, name="outbox_again"),
    path("admin/jobs/<slug:name>", views.job_page, name="job"),
    path("admin/jobs/<slug:name>/run", views.run_now, name="job_run"),
    path("livez", routes.livez, name="livez"),
    path("readyz", routes.readyz, name="readyz"),
    path("status", routes.status, name="status"),
    path("metrics", routes.metrics, name="metrics"),
]
