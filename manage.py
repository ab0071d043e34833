#!/usr/bin/env python
"""Run a command of the office, starting the servers it needs where none are set."""

import os
import signal
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Commands that read or write only files.
WITHOUT_SERVERS = {"collectstatic", "compilemessages", "help", "makemessages", "version"}


def needs_servers(arguments: list[str]) -> bool:
    if not arguments or {"-h", "--help", "--version"} & set(arguments):
        return False
    if arguments[0] == "check":
        return "--database" in arguments
    return arguments[0] not in WITHOUT_SERVERS


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changeoffice.config.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line

        from changeoffice.runtime import launch
    except ImportError as error:
        sys.exit(
            f"{error}. This Python has not everything the office needs. "
            f"Run `make install` once and use {HERE / '.venv/bin/python'} manage.py …"
        )
    arguments = sys.argv[1:]
    # A polite end, so that servers started for this command stop with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        if arguments[:1] == ["up"] and needs_servers(arguments):
            launch.prepare_up()
        elif needs_servers(arguments):
            launch.prepare_command(arguments[0])
        else:
            launch.prepare_without_servers()
    except launch.Trouble as trouble:
        sys.exit(str(trouble))
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        if "--traceback" in arguments:
            raise
        sys.exit(f"The office cannot start with these settings. {error}")


if __name__ == "__main__":
    main()
