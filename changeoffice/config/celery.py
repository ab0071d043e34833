"""The Celery application. `celery -A changeoffice.config worker|beat` finds it as `app`."""

import os

from celery import Celery

from changeoffice.config import queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "changeoffice.config.settings")

queue.use()
app = Celery("changeoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
