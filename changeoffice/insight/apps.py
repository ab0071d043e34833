from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "changeoffice.insight"
    label = "insight"

    def ready(self) -> None:
        from changeoffice.insight import tasks  # noqa: F401  (its jobs and handlers)
