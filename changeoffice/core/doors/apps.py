from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "changeoffice.core.doors"
    label = "doors"
