from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "changeoffice.core.imports"
    label = "imports"

    def ready(self) -> None:
        from changeoffice.core.imports import tasks  # noqa: F401  (its handlers)
