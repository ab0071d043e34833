from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "changeoffice.core.outbox"
    label = "outbox"
