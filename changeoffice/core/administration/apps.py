from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "changeoffice.core.administration"
    label = "administration"

    def ready(self) -> None:
        from changeoffice.core import ports
        from changeoffice.core.administration.imports import PersonFile

        ports.import_kinds["people"] = PersonFile()
