"""Embedded PostgreSQL and Valkey for a machine that has neither, and `manage.py up`.

For development, trials and continuous integration only: production brings its own servers
through DATABASE_URL and REDIS_URL, and then nothing in here runs.
"""
