from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "changeoffice.core.notify"
    label = "notify"

    def ready(self) -> None:
        from changeoffice.core.notify import delivery, fan_out  # noqa: F401
