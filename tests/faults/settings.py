"""The office as it is, with the probe beside it and a queue that repeats what a dead worker held
after seconds instead of minutes."""

import os

from changeoffice.config.settings import *  # noqa: F403
from changeoffice.config.settings import CELERY_BROKER_TRANSPORT_OPTIONS, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.probe"]
CELERY_BROKER_TRANSPORT_OPTIONS = CELERY_BROKER_TRANSPORT_OPTIONS | {
    "visibility_timeout": int(os.environ.get("VISIBILITY_TIMEOUT", "1200")),
    "unacked_restore_interval": 2,
}
