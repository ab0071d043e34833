from django.urls import path

from changeoffice.core.administration import handing_pages, office_pages, pages, trail_pages

PERSON = "admin/people/<str:username>"

urlpatterns = [
    path("admin/people", pages.people, name="admin_people"),
    path("admin/people/new", pages.person_new, name="admin_person_new"),
    path(PERSON, pages.person, name="admin_person"),
    path(f"{PERSON}/edit", pages.person_edit, name="admin_person_edit"),
    path(f"{PERSON}/close", pages.account, {"act_name": "close"}, name="admin_person_close"),
    path(f"{PERSON}/open", pages.account, {"act_name": "open"}, name="admin_person_open"),
    path(f"{PERSON}/hand-over", handing_pages.hand_over, name="admin_person_hand_over"),
    path(f"{PERSON}/invite", pages.invite_again, name="admin_person_invite"),
    path(f"{PERSON}/roles", pages.roles, name="admin_person_roles"),
    path(f"{PERSON}/roles/<int:pk>/end", pages.role_end, name="admin_role_end"),
    path("admin/units", office_pages.units, name="admin_units"),
    path("admin/units/new", office_pages.unit_new, name="admin_unit_new"),
    path("admin/units/office", office_pages.office, name="admin_office"),
    path("admin/units/edit/<slug:code>", office_pages.unit_edit, name="admin_unit_edit"),
    path("admin/trail", trail_pages.trail, name="admin_trail"),
]
