from django.urls import path

from changeoffice.core.approvals import views

urlpatterns = [
    path("approvals/<int:pk>", views.one, name="approval"),
    path("approvals/<int:pk>/approve", views.ApprovePage.as_view(), name="approval_approve"),
    path("approvals/<int:pk>/refuse", views.RefusePage.as_view(), name="approval_refuse"),
]
