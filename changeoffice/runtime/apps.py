from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "changeoffice.runtime"
    label = "runtime"
