from django.apps import AppConfig


class IdeationConfig(AppConfig):
    name = "ideation"
    label = "ideation"

    def ready(self) -> None:
        from changeoffice.core import ports
        from ideation import imports, tasks, waiting  # noqa: F401

        ports.waiting["ideas"] = waiting.for_person
        ports.import_kinds["ideas"] = imports.IdeaFile()
