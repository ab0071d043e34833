"""As little Django as `manage.py up` can run: these tests are about processes, not pages."""

import os

import environ

env = environ.Env()
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-these-tests")
DATABASES = {"default": env.db("DATABASE_URL")}
CELERY_BROKER_URL = env("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "changeoffice.runtime"]
ROOT_URLCONF = "tests.runtime.tiny_urls"
ALLOWED_HOSTS = ["127.0.0.1"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
DATABASE_APP_ROLE = env("DATABASE_APP_ROLE", default="")
