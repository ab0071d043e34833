"""`make bench`: each figure beside its floor, taken in the same run, as a ratio. SIZE=small|full.

Makes its own database beside the portal's, lets it grow, measures on the way, prints a table and
writes bench/last.json. Doors are measured in CPU time of this process and of the database's process
for it, the least of several rounds with floor and value in turn; engines in wall time, which needs a
machine with nothing else to do. Small grows to 10,000 projects, full to 100,000.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changeoffice.config.settings")
os.environ.setdefault("DEVELOPMENT", "1")
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" * 4)
SIZES = {"small": [10, 1_000, 10_000], "full": [10, 1_000, 10_000, 100_000]}
LISTS_AT = 10_000  # and beyond
IDEAS, DEMANDS = 10_000, 5_000
# Milestones with dependencies, and how many dependencies among them.
NETWORK = {"small": (10_000, 30_000), "full": (100_000, 300_000)}


def main() -> None:
    size = os.environ.get("SIZE", "small")
    if size not in SIZES:
        sys.exit(f"SIZE is one of {', '.join(SIZES)}.")
    from changeoffice.runtime import embedded, launch

    embedded.attach(launch.say)
    launch.become_owner()

    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False, keepdb=False)
    try:
        found = measured(size, launch.say)
        show(found)
        Path(__file__).with_name("last.json").write_text(json.dumps(found, indent=1))
    finally:
        teardown_databases(made, verbosity=0)


def measured(size: str, say: Callable[[str], None]) -> list[dict]:
    from django.db import connection

    from bench import data, doors, engines, intake, memory

    connection.settings_dict["CONN_MAX_AGE"] = None  # one process of the database to look at
    connection.close()
    with connection.cursor() as cursor:  # a sweep over everything takes as long as it takes
        cursor.execute("SET statement_timeout = 0")
    people, found, first = data.begin(), [], None
    for projects in SIZES[size]:
        started = time.perf_counter()
        _grow(data, projects)
        say(f"{projects:,} projects and ideas after {time.perf_counter() - started:.0f} s more")
        board = doors.dashboard(people, projects, first)
        first, found = first or board["value"], [*found, board]
        if projects >= LISTS_AT:
            found += _told(say, doors.lists(people, projects))
            found += _told(say, engines.rag(people, projects))
            found += _told(say, engines.kpis(people, projects))
            found += _told(say, engines.likeness(people, projects))
        if projects == IDEAS:
            data.request(DEMANDS)
            intake.prepare(people)
            found += _told(say, intake.pages(people, IDEAS, DEMANDS))
            found += _told(say, intake.engines(people, DEMANDS))
    milestones, links = NETWORK[size]
    data.promise(links, milestones=milestones)
    data.enrich()
    data.analyse()
    found += _told(say, engines.slip(people, milestones))
    found += _told(say, doors.details(people, SIZES[size][-1]))
    found += _told(say, doors.writes(people, SIZES[size][-1]))
    found += _told(say, memory.rows(people, SIZES[size][-1]))
    return found + _growth(found)


def _grow(data, projects: int) -> None:
    """More projects and ideas, read and rolled up as the scheduled jobs would have left them."""
    from django.db import transaction

    from changeoffice.core.record import clock
    from changeoffice.insight import rollup
    from portfolio import readings

    data.grow(projects)
    data.suggest(projects)
    data.analyse()
    with transaction.atomic():
        readings.read(readings.take(None))
    rollup.compute([clock.today()])


def _told(say: Callable[[str], None], rows: Iterable[dict]) -> list[dict]:
    found = []
    for row in rows:
        say(f"{row['name']}: {row['value']} {row['unit']}, ratio {row['ratio']}")
        found.append(row)
    return found


def _growth(rows: list[dict]) -> list[dict]:
    """What a list costs at 100,000 rows against what it costs at 10,000."""
    from bench.measure import row

    at = {(one["name"], one["size"]): one["value"] for one in rows}
    return [
        row(f"{name}, against 10,000", size, value, "≤1.1", floor=at[name, LISTS_AT])
        for (name, size), value in at.items()
        if size > LISTS_AT and name.startswith(("API list", "page with the list"))
    ]


def show(rows: list[dict]) -> None:
    head = (
        f"{'work':<52}{'size':>8}{'value':>13}{'floor':>10}{'ratio':>8}{'aim':>7}  {'queries':>7}"
    )
    print(head, "─" * len(head), sep="\n")
    for row in rows:
        floor = f"{row['floor']:.1f}" if row["floor"] is not None else "–"
        ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else "–"
        mark = "" if row["met"] else "  over"
        print(f"{row['name']:<52}{row['size']:>8,}{row['value']:>10.1f} {row['unit']:<2}{floor:>10}"
              f"{ratio:>8}{row['aim']:>7}  {row['queries'] or '–':>7}{mark}")  # fmt: skip


if __name__ == "__main__":
    main()
