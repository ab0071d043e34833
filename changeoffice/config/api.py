"""The API's router: one line per collection."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from changeoffice.core.administration.delegates_api import DelegateApi
from changeoffice.core.administration.policies_api import ApprovalPolicyApi
from changeoffice.core.approvals.api import ApprovalApi
from changeoffice.core.imports.api import ImportApi
from changeoffice.core.notify.feed import EventApi
from changeoffice.insight import api as insight
from changeoffice.organisation import api as organisation
from demand.api import DemandApi
from demand.scorecards.api import ScorecardApi
from ideation import api as ideation
from ideation.duplicates_api import DuplicatesApi
from ideation.moderation_api import ReportApi
from portfolio import api as portfolio
from practices.change.api import ChangeApi
from practices.finance.api import BudgetApi
from practices.improvement.api import ImprovementApi

router = SimpleRouter()
for viewset in (
    ideation.IdeaApi,
    ideation.CampaignApi,
    DemandApi,
    ScorecardApi,
    *portfolio.APIS,
    BudgetApi,
    ImprovementApi,
    ChangeApi,
    *organisation.APIS,
    ImportApi,
):
    router.register(viewset.area, viewset, basename=viewset.area)
for name, other in {
    "approvals": ApprovalApi,
    "approval-policies": ApprovalPolicyApi,
    "delegates": DelegateApi,
    "scores": ideation.ScoreApi,
    "themes": ideation.ThemeApi,
    "idea-policy": ideation.PolicyApi,
    "idea-reports": ReportApi,
    "idea-duplicates": DuplicatesApi,
}.items():
    router.register(name, other, basename=name)
router.register("events", EventApi, basename="events")
for name, other in insight.APIS.items():
    router.register(name, other, basename=name)

urls = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="doors/api_docs.html"),
        name="docs",
    ),
    *router.urls,
]
