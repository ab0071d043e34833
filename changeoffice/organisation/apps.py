from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "changeoffice.organisation"
    label = "organisation"

    def ready(self) -> None:
        from changeoffice.core.administration.tabs import add_tab

        add_tab("Teams", "/admin/units/teams")
        add_tab("Skills", "/admin/units/skills")
