from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "changeoffice.core.jobs"
    label = "jobs"

    def ready(self) -> None:
        from changeoffice.core.jobs import digest, relay, schedule  # noqa: F401
