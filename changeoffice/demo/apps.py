from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "changeoffice.demo"
    label = "demo"
