from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "changeoffice.demo"
    label = "demo"

    def ready(self) -> None:
        from changeoffice.demo import tasks  # noqa: F401
