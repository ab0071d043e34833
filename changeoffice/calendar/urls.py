from django.urls import path

from changeoffice.calendar import pages

urlpatterns = [
    path("admin/units/days-off", pages.days_off, name="admin_days_off"),
    path("admin/units/days-off/new", pages.day_off_new, name="admin_day_off_new"),
    path("admin/units/days-off/<int:pk>/remove", pages.day_off_remove, name="admin_day_off_remove"),
]
