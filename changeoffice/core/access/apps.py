from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "changeoffice.core.access"
    label = "access"
