from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "changeoffice.core.search"
    label = "search"
