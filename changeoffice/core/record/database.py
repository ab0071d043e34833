"""What migrations cannot say: a number sequence per prefix, and the application role's rights."""

from django.apps import apps
from django.conf import settings
from django.db import connection


def after_migrate(sender, **kwargs) -> None:
    with connection.cursor() as cursor:
        for model in work_models():
            cursor.execute(f"CREATE SEQUENCE IF NOT EXISTS {sequence(model.prefix)}")
        _keep_feed_ahead(cursor)
        if settings.DATABASE_APP_ROLE:
            _grant(cursor, connection.ops.quote_name(settings.DATABASE_APP_ROLE))


def _keep_feed_ahead(cursor) -> None:
    """A dump brought to another server meets transaction numbers that begin anew there; the feed
    goes on above the highest position it ever gave."""
    cursor.execute("SELECT to_regclass('feed_offset'), to_regclass('record_event')")
    if None in cursor.fetchone():
        return
    cursor.execute("""
        SELECT setval('feed_offset', top - next + 1)
          FROM (SELECT (SELECT max(transaction) FROM record_event) AS top,
                       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next) AS at
         WHERE top >= next + (SELECT last_value FROM feed_offset)""")


def work_models() -> list:
    from changeoffice.core.record.models import Work

    return [model for model in apps.get_models() if issubclass(model, Work)]


def sequence(prefix: str) -> str:
    return f"reference_{prefix.lower()}"


def append_only_tables() -> list[str]:
    """History, and what calls itself append-only: events and the administrators' trail."""
    from pghistory.models import Event as PghistoryEvent

    found = [
        model for model in apps.get_models()
        if issubclass(model, PghistoryEvent) or getattr(model, "append_only", False)
    ]  # fmt: skip
    return [model._meta.db_table for model in found if model._meta.managed]


def _grant(cursor, role: str) -> None:
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    for table in append_only_tables():
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
