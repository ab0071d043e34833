"""The portal with places to stop at: a request that names one in `X-Halt` waits there to be killed.

Served by these tests instead of `changeoffice.config.wsgi`; the portal itself knows nothing of it.
"""

import os
import threading
import time
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

from changeoffice.config.wsgi import application as portal  # isort: skip
import changeoffice.config.urls  # noqa: F401  loaded once, before processes fork

_wanted = threading.local()
_commit = BaseDatabaseWrapper.commit


def halt(place: str) -> None:
    if getattr(_wanted, "place", "") == place:
        note = Path(os.environ["HALT_FILE"])
        note.with_suffix(".half").write_text(str(os.getpid()))
        note.with_suffix(".half").rename(note)
        time.sleep(60)


def commit(wrapper) -> None:
    halt("before commit")
    _commit(wrapper)
    halt("after commit")


BaseDatabaseWrapper.commit = commit


def application(environ, start_response):
    _wanted.place = environ.get("HTTP_X_HALT", "")
    answer = portal(environ, start_response)
    halt("before response")
    return answer
