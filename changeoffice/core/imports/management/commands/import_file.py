"""manage.py import_file KIND FILE --mapping NAME [--with NAME=FILE] [--dry-run] [--json] [--by USERNAME]"""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from changeoffice.core.imports.filing import import_file
from changeoffice.core.people.models import Person
from changeoffice.core.record.errors import Refused

SHOWN = 50


class Command(BaseCommand):
    help = "Take a file of projects (or another kind) in, by a named mapping."

    def add_arguments(self, parser) -> None:
        parser.add_argument("kind", help="what the rows are, for example projects")
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True)
        parser.add_argument(
            "--with", action="append", default=[], dest="others", metavar="NAME=FILE",
            help="another file the mapping reads as well, for example relationships=relations.csv",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would happen, change nothing"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--by", default="", help="the user name in whose name this is done")

    def handle(
        self,
        *,
        kind: str,
        file: Path,
        mapping: str,
        dry_run: bool,
        as_json: bool,
        by: str,
        others: list[str],
        **options,
    ) -> None:
        person = Person.objects.filter(username__iexact=by).first() if by else None
        if by and person is None:
            raise CommandError(f"There is no person {by}.")
        try:
            outcome = import_file(kind, file.read_bytes(), file_name=file.name, mapping_name=mapping,
                                  by=person, dry_run=dry_run, others=_beside(others))  # fmt: skip
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except Refused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            json.dumps(outcome.as_json()) if as_json else self._words(outcome, dry_run)
        )

    def _words(self, outcome, dry_run: bool) -> str:
        begin = "Nothing was changed. It would be: " if dry_run else ""
        lines = [f"{begin}{outcome.created} created, {outcome.updated} updated, "
                 f"{outcome.unchanged} unchanged, {outcome.refused} refused."]  # fmt: skip
        for error in outcome.errors[:SHOWN]:
            where = f"row {error['row']}" + (f", {error['column']}" if error["column"] else "")
            lines.append(f"  {where}: {error['message']}")
        if len(outcome.errors) > SHOWN:
            lines.append(f"  and {len(outcome.errors) - SHOWN} more; --json lists all of them")
        return "\n".join(lines)


def _beside(named: list[str]) -> dict[str, bytes]:
    found = {}
    for word in named:
        name, is_given, path = word.partition("=")
        if not is_given:
            raise CommandError(f"Write --with {name}=FILE.")
        found[name] = Path(path).read_bytes()
    return found
