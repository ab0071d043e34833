from django.apps import AppConfig


class FirstRunConfig(AppConfig):
    name = "changeoffice.first_run"
    label = "first_run"
