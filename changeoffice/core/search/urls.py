from django.urls import path

from changeoffice.core.search import views

urlpatterns = [
    path("search", views.search, name="search"),
    path("search/palette", views.palette, name="palette"),
    path("people/mention", views.people, name="people_mention"),
]
