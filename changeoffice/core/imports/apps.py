from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "changeoffice.core.imports"
    label = "imports"
