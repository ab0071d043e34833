from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from changeoffice.core.imports import pages
from changeoffice.core.imports.models import Import

ONE = "imports/<str:reference>"

urlpatterns = work_urls(
    Import,
    listed=pages.ImportList,
    one=pages.ImportPage,
    edit=False,
    more=[
        path(f"{ONE}/columns", pages.ColumnsPage.as_view(), name="import_columns"),
        path(f"{ONE}/shape", pages.shape, name="import_shape"),
        path(f"{ONE}/dry-run", pages.DryRunPage.as_view(), name="import_dry_run"),
        path(f"{ONE}/choices", pages.decide, name="import_choices"),
        path(f"{ONE}/progress", pages.progress, name="import_progress"),
        path(f"{ONE}/refused.csv", pages.refused, name="import_refused"),
    ],
)
