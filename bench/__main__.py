"""`make bench`: each figure beside its floor, taken in the same run, as a ratio. SIZE=small|full.

Makes its own database beside the portal's, fills it, measures, prints a table and writes
bench/last.json. Times are CPU of this process unless the row says otherwise: the best of several
rounds, floor and value in turn, so that other load on the machine touches both alike.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changeoffice.config.settings")
os.environ.setdefault("DEVELOPMENT", "1")
os.environ.setdefault("SECRET_KEY", "only-for-measuring-" * 4)
SIZES = {"small": (1_000, 2_000), "full": (10_000, 10_000)}


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
        from bench import data, rows

        started = time.perf_counter()
        projects, ideas = SIZES[size]
        people = data.fill(projects=projects, ideas=ideas)
        launch.say(
            f"{projects:,} projects and {ideas:,} ideas made in {time.perf_counter() - started:.0f} s"
        )
        found = [row for measure in rows.ALL for row in measure(people, projects, ideas)]
        show(found)
        Path(__file__).with_name("last.json").write_text(json.dumps(found, indent=1))
    finally:
        teardown_databases(made, verbosity=0)


def show(rows: list[dict]) -> None:
    head = (
        f"{'work':<44}{'size':>8}{'value':>10}{'floor':>10}{'ratio':>8}{'aim':>8}  {'queries':>7}"
    )
    print(head, "─" * len(head), sep="\n")
    for row in rows:
        floor = f"{row['floor']:.1f}" if row["floor"] is not None else "–"
        ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else "–"
        mark = "" if row["met"] else "  over"
        print(f"{row['name']:<44}{row['size']:>8,}{row['value']:>7.1f} {row['unit']:<2}{floor:>10}"
              f"{ratio:>8}{row['aim']:>8}  {row['queries'] or '–':>7}{mark}")  # fmt: skip


if __name__ == "__main__":
    main()
