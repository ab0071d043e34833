from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "changeoffice.core.people"
    label = "people"
