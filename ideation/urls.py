from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from ideation import views
from ideation.models import Idea

urlpatterns = work_urls(
    Idea,
    listed=views.IdeaBoard,
    one=views.IdeaPage,
    new=views.NewIdea,
    more=[
        path("ideas/similar", views.similar, name="ideas_similar"),
        path("ideas/<str:reference>/vote", views.vote, name="idea_vote"),
        path("ideas/<str:reference>/unvote", views.unvote, name="idea_unvote"),
    ],
)
