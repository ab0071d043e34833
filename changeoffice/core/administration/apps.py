from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "changeoffice.core.administration"
    label = "administration"
