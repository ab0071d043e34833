from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    name = "practices.improvement"
    label = "improvement"
