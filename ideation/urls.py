from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from ideation import (
    alike_pages,
    campaign_pages,
    drafts,
    duplicates_pages,
    engagement_pages,
    moderation_pages,
    outcome_pages,
    settings_pages,
    views,
)
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
        path("ideas/similar", alike_pages.similar, name="ideas_similar"),
        path("ideas/mine", outcome_pages.my_ideas, name="idea_mine"),
        path("ideas/delivered", outcome_pages.delivered_ideas, name="idea_delivered"),
        path("ideas/<str:reference>/thank", outcome_pages.ThankPage.as_view(), name="idea_thank"),
        path("ideas/<str:reference>/alike", alike_pages.alike, name="idea_alike"),
        path("ideas/<str:reference>/more-like-it", alike_pages.more_like_it, name="idea_more"),
        path("ideas/<str:reference>/share", outcome_pages.share, name="idea_share"),
        path("ideas/duplicates", duplicates_pages.listed, name="idea_duplicates"),
        path(
            "ideas/duplicates/<int:pk>/merge", duplicates_pages.merge, name="idea_duplicates_merge"
        ),
        path(
            "ideas/duplicates/<int:pk>/dismiss",
            duplicates_pages.dismiss,
            name="idea_duplicates_dismiss",
        ),
        path("ideas/reports", moderation_pages.reports, name="idea_reports"),
        path(
            "ideas/<str:reference>/report",
            moderation_pages.ReportPage.as_view(),
            name="idea_report",
        ),
        path(
            "ideas/<str:reference>/leave", moderation_pages.LeavePage.as_view(), name="idea_leave"
        ),
        *moderation_pages.comment_urls(Idea),
        path("ideas/<str:reference>/vote", views.vote, name="idea_vote"),
        path("ideas/<str:reference>/unvote", views.unvote, name="idea_unvote"),
    ],
) + work_urls(
    Campaign,
    listed=campaign_pages.CampaignList,
    one=campaign_pages.CampaignPage,
    new=campaign_pages.NewCampaign,
)
