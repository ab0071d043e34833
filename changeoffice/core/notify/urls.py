from django.urls import path

from changeoffice.core.notify import views

urlpatterns = [
    path("inbox", views.inbox, name="inbox"),
    path("inbox/read", views.mark_read, name="inbox_read"),
    path("inbox/<int:pk>", views.opened, name="notice"),
    path("inbox/<int:pk>/answer", views.answer, name="notice_answer"),
]
