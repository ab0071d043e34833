from django.urls import path

from changeoffice.insight import views

urlpatterns = [
    path("", views.home, name="home"),
    path("portfolio", views.portfolio, name="portfolio_dashboard"),
    path("data-quality", views.data_quality, name="data_quality"),
    path("portfolio/items", views.items, name="portfolio_items"),
]
