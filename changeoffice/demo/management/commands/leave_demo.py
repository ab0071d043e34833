"""`manage.py leave_demo`: empty the demo in one step and open a real office in its place."""

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from changeoffice.core.people.models import Office, Person
from changeoffice.core.record.database import sequence, work_models
from changeoffice.first_run import opening


class Command(BaseCommand):
    help = (
        "Take the demo organisation away, all of it, and print the link that opens a real office."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it without asking")

    def handle(self, *, yes: bool, **options) -> None:
        if not Office.current().is_demo:
            raise CommandError("This is no demo: nothing was taken away.")
        if not yes and self._answer() != "leave":
            raise CommandError("Nothing was taken away. Type leave, or call this with --yes.")
        with transaction.atomic():
            _count_from_one()  # before what every office begins with is put back
            call_command("flush", interactive=False, verbosity=0)
            Office.objects.update_or_create(pk=1, defaults={"is_demo": False})
        _forget_files()
        self.stdout.write(f"The demo is gone. Open your office at\n{opening.link()}")

    def _answer(self) -> str:
        try:
            return input(self._question()).strip().lower()
        except EOFError:  # nobody is there to ask
            return ""

    def _question(self) -> str:
        return (f"Everything of {Office.current().name} goes: {Person.objects.count()} people and all they "
                "did. It cannot be brought back.\nType leave to go on: ")  # fmt: skip


def _count_from_one() -> None:
    with connection.cursor() as cursor:
        for name in ["record_id", *(sequence(model.prefix) for model in work_models())]:
            cursor.execute("SELECT setval(%s, 1, false)", [name])


def _forget_files() -> None:
    """What the demo's people attached, and their letters."""
    for folder in (settings.MEDIA_ROOT, getattr(settings, "EMAIL_FILE_PATH", "")):
        for item in Path(folder).glob("*") if folder and Path(folder).is_dir() else ():
            shutil.rmtree(item) if item.is_dir() else item.unlink()
