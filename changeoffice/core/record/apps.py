from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordConfig(AppConfig):
    name = "changeoffice.core.record"
    label = "record"

    def ready(self) -> None:
        from changeoffice.core.record.database import after_migrate

        post_migrate.connect(after_migrate, sender=self)
