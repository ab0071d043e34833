from django.urls import path

from changeoffice.core.administration import (
    delegate_pages,
    handing_pages,
    office_pages,
    pages,
    policy_pages,
    trail_pages,
)

PERSON = "admin/people/<str:username>"

urlpatterns = [
    path("admin/people", pages.people, name="admin_people"),
    path("admin/people/new", pages.person_new, name="admin_person_new"),
    path(PERSON, pages.person, name="admin_person"),
    path(f"{PERSON}/edit", pages.person_edit, name="admin_person_edit"),
    path(f"{PERSON}/close", pages.account, {"act_name": "close"}, name="admin_person_close"),
    path(f"{PERSON}/open", pages.account, {"act_name": "open"}, name="admin_person_open"),
    path(f"{PERSON}/hand-over", handing_pages.hand_over, name="admin_person_hand_over"),
    path(f"{PERSON}/delegates", delegate_pages.of_person, name="admin_person_delegates"),
    path("settings/delegates", delegate_pages.own, name="settings_delegates"),
    path("settings/delegates/<int:pk>/end", delegate_pages.end, name="settings_delegate_end"),
    path(f"{PERSON}/invite", pages.invite_again, name="admin_person_invite"),
    path(f"{PERSON}/roles", pages.roles, name="admin_person_roles"),
    path(f"{PERSON}/roles/<int:pk>/end", pages.role_end, name="admin_role_end"),
    path("admin/units", office_pages.units, name="admin_units"),
    path("admin/units/new", office_pages.unit_new, name="admin_unit_new"),
    path("admin/units/office", office_pages.office, name="admin_office"),
    path("admin/units/edit/<slug:code>", office_pages.unit_edit, name="admin_unit_edit"),
    path("admin/policies/approvals", policy_pages.policies, name="policies"),
    path("admin/policies/approvals/new", policy_pages.policy_new, name="policy_new"),
    path("admin/policies/approvals/try", policy_pages.policy_try, name="policy_try"),
    path("admin/policies/approvals/patience", policy_pages.patience, name="policy_patience"),
    path("admin/policies/approvals/<int:pk>", policy_pages.policy, name="policy"),
    path(
        "admin/policies/approvals/<int:pk>/switch", policy_pages.policy_switch, name="policy_switch"
    ),
    path("admin/policies/approvals/<int:pk>/move", policy_pages.policy_move, name="policy_move"),
    path("admin/trail", trail_pages.trail, name="admin_trail"),
]
