from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "changeoffice.organisation"
    label = "organisation"

    def ready(self) -> None:
        from changeoffice.core import ports
        from changeoffice.core.administration.tabs import add_tab
        from changeoffice.organisation import imports

        add_tab("Teams", "/admin/units/teams")
        add_tab("Skills", "/admin/units/skills")
        ports.import_kinds |= {kind.name: kind for kind in imports.KINDS}
