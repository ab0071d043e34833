"""`manage.py make_demo`: a fictional bank over a year that ends today."""

import os
import secrets
import sys
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from changeoffice.core.people.models import Office, Person
from changeoffice.core.record import clock
from changeoffice.core.record.database import sequence, work_models
from changeoffice.demo import bank, cast

LOCK = 0x44454D4F


class Command(BaseCommand):
    help = "Make the demo organisation: a fictional bank over a year that ends today."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--if-empty", action="store_true",
                            help="Leave an office with people in it as it is.")  # fmt: skip
        parser.add_argument("--scale", type=float, default=1.0,
                            help="A smaller demo for tests: 0.2 makes about a fifth of it.")  # fmt: skip
        parser.add_argument("--seed", default="tarnbeck", help="Another seed, another year.")

    @staticmethod
    def sign_ins() -> list[tuple[str, str]]:
        return cast.sign_ins() if Office.current().is_demo else []

    def handle(self, *, if_empty: bool, scale: float, seed: str, **options) -> None:
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(12)
        # After leaving the demo nobody is in yet, and the office is no demo any more.
        if Person.objects.exists() or Office.objects.filter(is_demo=False).exists():
            self._leave(if_empty, password)
            return
        started = time.monotonic()
        self._say("Making the demo organisation, a year in the life of a bank")
        with transaction.atomic():
            _one_at_a_time()
            play = bank.play_year(clock.today(), seed, scale, password, self._say)
        self._say(f"{play.acts} acts in {time.monotonic() - started:.0f} s; adding up the days")
        bank.add_up(clock.today())
        self._say(f"The demo organisation was made in {time.monotonic() - started:.0f} s")
        if not os.environ.get("DEMO_PASSWORD"):
            self._say(f"The demo's password is {password}")

    def _leave(self, if_empty: bool, password: str) -> None:
        """Existing data stays; only a changed password reaches the people of a demo."""
        if Office.current().is_demo and os.environ.get("DEMO_PASSWORD"):
            cast.use_password(password)
        if not if_empty:
            raise CommandError("This office is in use already. The demo is made in an empty one.")

    def _say(self, words: str) -> None:
        print(f"  {words}", file=sys.stderr, flush=True)


def _numbers_used(model) -> list[int]:
    """Of what every office begins with, such as the first scorecard."""
    rows = model._base_manager.values_list("reference", flat=True)
    return [int(reference.rpartition("-")[2]) for reference in rows]


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError("The demo is being made already.")
        # A run that was stopped has used up numbers; only the tables' owner may give them back.
        for model in work_models():
            name, used = sequence(model.prefix), _numbers_used(model)
            cursor.execute(
                "SELECT CASE WHEN has_sequence_privilege(%s, 'UPDATE') THEN setval(%s, %s, %s) END",
                [name, name, max(used, default=1), bool(used)],
            )
    if Person.objects.exists():
        raise CommandError("Somebody else has just made the demo.")
