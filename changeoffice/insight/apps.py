from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "changeoffice.insight"
    label = "insight"
