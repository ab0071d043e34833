from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "changeoffice.organisation"
    label = "organisation"
