"""Print one new API token for a person or an integration, and nothing else."""

from django.core.management.base import BaseCommand, CommandError

from changeoffice.core.access.tokens import MOST_DAYS, WrongScope, everything, issue
from changeoffice.core.administration.models import note
from changeoffice.core.people.models import Person
from changeoffice.core.record import acting


class Command(BaseCommand):
    help = "Issue an API token for USERNAME and print it; it cannot be shown again."

    def add_arguments(self, parser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True, help="What the token is for.")
        parser.add_argument(
            "--scope", action="append", default=[],
            help="For example ideas:write, projects:read or admin; may be repeated. "
                 "Without it, the token may do whatever its person may.",
        )  # fmt: skip
        parser.add_argument("--days", type=int, default=MOST_DAYS, help="Days until it ends.")

    def handle(self, *args, username, name, scope, days, **options) -> None:
        person = Person.objects.filter(username__iexact=username, is_active=True).first()
        if person is None:
            raise CommandError(f"There is no active person with the user name {username}.")
        try:
            made, secret = issue(person, name=name, scopes=scope or everything(), days=days)
        except WrongScope as error:
            raise CommandError(str(error)) from None
        with acting.through("shell"):
            note(by=None, verb="issue_token", subject=person,
                 words=f"issued the token {made.name} for {person.name}")  # fmt: skip
        self.stdout.write(secret)
