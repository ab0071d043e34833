from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "changeoffice.core.notify"
    label = "notify"

    def ready(self) -> None:
        from changeoffice.core.notify import chat_delivery, delivery, fan_out  # noqa: F401
