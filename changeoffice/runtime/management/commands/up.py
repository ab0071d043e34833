"""`manage.py up`: everything on one machine, from an empty folder to a page that answers.

By the time this runs, `launch.prepare_up` has claimed the data folder, seen that the port is
free, built the browser files and started the servers.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections
from psycopg2.errors import DiskFull

from changeoffice.runtime import launch
from changeoffice.runtime.place import Place, Trouble, prepare
from changeoffice.runtime.supervisor import Child, Supervisor

# Celery says so in six lines on a trial machine where everything belongs to root anyway.
AS_ROOT = "You're running the worker with superuser privileges"


class Command(BaseCommand):
    help = "Start everything: servers where none are set, migrations, demo, web, worker and beat."

    def handle(self, *args: object, **options: object) -> None:
        place = prepare()
        try:
            self.set_up(place)
        except Trouble as trouble:
            sys.exit(str(trouble))
        except OperationalError as error:
            sys.exit(in_words(error))
        except KeyboardInterrupt:
            sys.exit("\nStopped before everything was ready; the next start goes on from here.")
        connections.close_all()
        launch.say("Starting web, worker and beat")
        os.environ["DATABASE_URL"] = os.environ.pop("CHANGEOFFICE_APP_URL")
        Supervisor(children(place), web_answers).run(when_ready=self.greet)
        launch.say("Stopped. Everything is kept for the next start")

    def set_up(self, place: Place) -> None:
        launch.say("Bringing the database up to date")
        call_command("migrate", interactive=False, verbosity=0)
        if demo_command():
            os.environ.setdefault("DEMO_PASSWORD", place.secret("demo_password"))
            if wants_demo():
                call_command("make_demo", if_empty=True)

    def greet(self) -> None:
        rule = "─" * 72
        lines = ["", rule, f"The change office answers at {launch.address()}", ""]
        if people := sign_ins():
            lines += [f"Sign in with the password  {os.environ['DEMO_PASSWORD']}  as", ""]
            width = max(len(name) for name, _ in people)
            lines += [f"  {name:<{width}}  {who}" for name, who in people]
            lines.append("")
        if link := first_link():
            lines += [
                "Nobody is in it yet. Open it, as its first administrator, at",
                "",
                f"  {link}",
                "",
            ]
        lines += ["Stop with Ctrl-C. The data stays for the next start.", rule, ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


def in_words(error: OperationalError) -> str:
    if isinstance(error.__cause__, DiskFull):
        return ("The disk became full while the database was being filled. Free some space or set "
                "CHANGEOFFICE_DATA to a folder on another disk, then start again; "
                "what is there so far is kept.")  # fmt: skip
    return f"The database cannot be used as it is. It said: {error}"


def demo_command() -> BaseCommand | None:
    """The command that makes the demo organisation, when the demo is wanted."""
    app = get_commands().get("make_demo")
    if app is None or os.environ.get("DEMO", "").lower() not in launch.TRUE:
        return None
    return app if isinstance(app, BaseCommand) else load_command_class(app, "make_demo")


def wants_demo() -> bool:
    """ORGANISATION=empty begins with an office of one's own instead of the demo."""
    chosen = os.environ.get("ORGANISATION", "demo")
    if chosen not in ("demo", "empty"):
        raise Trouble(f"ORGANISATION is {chosen!r}; it is either demo or empty.")
    return chosen == "demo"


def first_link() -> str:
    """Where the first administrator opens an empty office; nothing once somebody is in."""
    app = get_commands().get("first_run")
    command = load_command_class(app, "first_run") if isinstance(app, str) else app
    tell = getattr(command, "link", None)
    return str(tell()) if tell else ""


def sign_ins() -> list[tuple[str, str]]:
    """Name and description of the people one may sign in as, as the demo itself tells them."""
    tell = getattr(demo_command(), "sign_ins", None)
    return list(tell()) if tell else []


def children(place: Place) -> list[Child]:
    python = [sys.executable, "-W", f"ignore:{AS_ROOT}", "-m"]
    bind = launch.address().removeprefix("http://").rstrip("/")
    beat = beat_folder(place) / "schedule"
    celery = [*python, "celery", "-A", "changeoffice.config", "--quiet"]
    gunicorn = [
        *python, "gunicorn", "changeoffice.config.wsgi:application", "--bind", bind,
        "--worker-class", "gthread", "--workers", os.environ.get("WEB_WORKERS", "2"),
        "--threads", "4", "--graceful-timeout", "15", "--no-control-socket",
        "--log-level", "warning",
    ]  # fmt: skip
    return [
        Child("web", gunicorn),
        Child("worker", [*celery, "worker", "--concurrency", "2", "--prefetch-multiplier", "1",
                         "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]),
        Child("beat", [*celery, "beat", "--schedule", str(beat), "--pidfile=",
                       "--loglevel", "WARNING"]),
    ]  # fmt: skip


def beat_folder(place: Place) -> Path:
    folder = place.root / "beat"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def web_answers() -> bool:
    try:
        with urllib.request.urlopen(launch.address() + "livez", timeout=5) as answer:  # noqa: S310
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
