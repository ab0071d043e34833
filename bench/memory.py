"""Resident memory of a process that has served a load: ours, and a bare Django with DRF.

Run as a process of its own: `python -m bench.memory ours|bare USERNAME DATABASE`.
"""

import json
import subprocess
import sys
from pathlib import Path

from bench.measure import row

URLS = ("/projects", "/ideas", "/portfolio", "/", "/api/v1/projects/", "/api/v1/ideas/", "/demands")
ROUNDS = 40


def rows(people: dict, size: int) -> list[dict]:
    ours, bare = _ask("ours", people["manager"]), _ask("bare", people["manager"])
    growth = (ours["after"] - ours["warm"]) / ours["warm"] * 100
    return [
        row("memory of a worker after a load", size, ours["after"], "≤1.8", floor=bare["after"], unit="MB"),
        row("its growth during the load", size, growth, "≤5", unit="%"),
    ]  # fmt: skip


def _ask(which: str, person) -> dict[str, float]:
    from django.db import connection

    found = subprocess.run(
        [sys.executable, "-m", "bench.memory", which, person.username,
         connection.settings_dict["NAME"]], check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(found.stdout)


def _resident() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _serve(which: str, username: str, database: str) -> dict[str, float]:
    import django

    if which == "bare":
        return _serve_bare(database)
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler
    from django.db import connection

    from bench.measure import Door
    from changeoffice.core.people.models import Person

    connection.settings_dict["NAME"] = database
    door = Door(WSGIHandler(), Person.objects.get(username=username))
    found = {}
    for name in ("warm", "after"):
        for _ in range(ROUNDS if name == "after" else 5):
            for url in URLS:
                door.get(url)
        found[name] = _resident()
    return found


def _serve_bare(database: str) -> dict[str, float]:
    import django
    import environ
    from django.conf import settings

    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
        DATABASES={"default": environ.Env().db("DATABASE_URL") | {"NAME": database}}, ROOT_URLCONF="bench.bare",
        SECRET_KEY="only-for-measuring", ALLOWED_HOSTS=["*"], MIDDLEWARE=[], USE_TZ=True,
    )  # fmt: skip
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    from bench.measure import Door

    door = Door(WSGIHandler())
    for _ in range(ROUNDS * len(URLS)):
        door.get("/rows")
    return {"after": _resident()}


if __name__ == "__main__":
    print(json.dumps(_serve(*sys.argv[1:4])))
