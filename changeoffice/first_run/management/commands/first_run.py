"""`manage.py first_run`: the link at which the first administrator opens an empty office."""

from django.core.management.base import BaseCommand, CommandError

from changeoffice.first_run import opening


class Command(BaseCommand):
    help = "Print the link at which the first administrator opens an office nobody is in yet."

    @staticmethod
    def link() -> str:
        """For `manage.py up` to print; nothing once somebody is in."""
        return "" if opening.is_open() else opening.link()

    def handle(self, **options) -> None:
        if opening.is_open():
            raise CommandError("There are people in this office already. Sign in instead.")
        hours = int(opening.LINK_LASTS.total_seconds() // 3600)
        self.stdout.write(f"Open the office within {hours} hours at\n{opening.link()}")
