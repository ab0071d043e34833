from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from ideation import campaign_pages, drafts, engagement_pages, settings_pages, views
from ideation.models import Campaign, Idea

urlpatterns = work_urls(
    Idea,
    listed=views.IdeaBoard,
    one=views.IdeaPage,
    new=views.NewIdea,
    more=[
        path("ideas/policy", settings_pages.policy, name="idea_policy"),
        path("ideas/themes", settings_pages.themes, name="idea_themes"),
        path("ideas/themes/new", settings_pages.theme_edit, name="idea_theme_new"),
        path("ideas/themes/<int:pk>", settings_pages.theme_edit, name="idea_theme_edit"),
        path("ideas/draft", drafts.keep, name="idea_draft"),
        path("ideas/engagement", engagement_pages.engagement, name="idea_engagement"),
        path("ideas/tags", views.tags, name="idea_tags"),
        path("ideas/similar", views.similar, name="ideas_similar"),
        path("ideas/<str:reference>/vote", views.vote, name="idea_vote"),
        path("ideas/<str:reference>/unvote", views.unvote, name="idea_unvote"),
    ],
) + work_urls(
    Campaign,
    listed=campaign_pages.CampaignList,
    one=campaign_pages.CampaignPage,
    new=campaign_pages.NewCampaign,
)
