"""The addresses of enhancements and changes."""

from changeoffice.core.doors.pages.work import work_urls
from practices.change import views
from practices.change.models import Change

urlpatterns = work_urls(
    Change, listed=views.ChangeListPage, one=views.ChangePage, new=views.NewChangePage
)
