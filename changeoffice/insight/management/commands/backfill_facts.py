from datetime import date, timedelta
from time import monotonic

from django.core.management.base import BaseCommand, CommandError

from changeoffice.core.record import clock
from changeoffice.insight import rollup


class Command(BaseCommand):
    help = "Store the daily facts of a range of days; repeating it changes nothing."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--from", dest="first", help="YYYY-MM-DD; the first record's day if left out"
        )
        parser.add_argument("--to", dest="last", help="YYYY-MM-DD; today if left out")

    def handle(self, *args, first=None, last=None, **options) -> None:
        begin = self._day(first) or rollup.first_day() or clock.today()
        end = self._day(last) or clock.today()
        if end < begin:
            raise CommandError("--to is before --from.")
        started = monotonic()
        days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
        counts = rollup.compute(days)
        told = ", ".join(f"{n:,} {name}" for name, n in counts.items())
        self.stdout.write(f"{told} in {monotonic() - started:.1f} s")

    def _day(self, text: str | None) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise CommandError(f"{text} is not a day such as 2026-11-10.") from None
