from django.urls import path

from changeoffice.insight import views
from changeoffice.insight.kpis import pages

urlpatterns = [
    path("", views.home, name="home"),
    path("portfolio", views.portfolio, name="portfolio_dashboard"),
    path("data-quality", views.data_quality, name="data_quality"),
    path("kpis", pages.kpis, name="kpis"),
    path("kpis/<slug:slug>", pages.kpi, name="kpi"),
    path("kpis/<slug:slug>/target", pages.TargetPage.as_view(), name="kpi_target"),
    path("portfolio/items", views.items, name="portfolio_items"),
]
