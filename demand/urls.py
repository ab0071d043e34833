from django.urls import path

from changeoffice.core.doors.pages.work import work_urls
from demand import views
from demand.actuals.pages import EstimatePage
from demand.decide_page import DecidePage
from demand.hand_over_page import HandOverPage
from demand.letters import pages as letters
from demand.models import Demand, Scorecard
from demand.scorecards import pages as cards
from ideation.moderation_pages import comment_urls

urlpatterns = work_urls(
    Demand, listed=views.DemandBoard, one=views.DemandPage, new=views.NewDemand,
    more=[
        *views.DemandsTogether.urls(),
        *letters.urlpatterns,
        *comment_urls(Demand),
        path("demands/<str:reference>/alike", views.AlikePage.as_view(), name="demand_alike"),
        path("demands/<str:reference>/decide", DecidePage.as_view(), name="demand_decide"),
        path("demands/chart", views.DemandChart.as_view(), name="demands_chart"),
        path("demands/<str:reference>/hand-over", HandOverPage.as_view(), {"verb": "hand-over"},
             name="demand_hand_over"),
        path("demands/<str:reference>/move/<slug:verb>", views.MoveOnBoard.as_view(),
             name="demand_move"),
        path("demands/<str:reference>/estimate", EstimatePage.as_view(), {"verb": "estimate"},
             name="demand_estimate"),
    ],
) + work_urls(
    Scorecard, listed=cards.ScorecardList, one=cards.ScorecardPage, new=cards.NewScorecard,
)  # fmt: skip
