"""How the office is: cheap answers for machines, fuller ones for people who may see them."""

import time
from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from changeoffice.core.jobs.models import Heartbeat

SILENT_AFTER = timedelta(seconds=45)
_migrated = False


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def is_migrated() -> bool:
    """True once the schema is up to date; asked of the database only until then."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def database_facts() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int, pg_database_size(current_database()),"
            " split_part(current_setting('server_version'), ' ', 1) FROM pg_stat_activity"
        )
        used, most, size, version = cursor.fetchone()
    return {"connections": used, "most": most, "megabytes": size // 1_000_000, "version": version}


def valkey_facts() -> dict[str, Any] | None:
    """None when it does not answer; the page waits half a second at most for it."""
    try:
        client = redis.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5, retry=None
        )
        begun = time.perf_counter()
        client.ping()
        answered = (time.perf_counter() - begun) * 1000
        info = client.info("memory")
        client.close()
    except (redis.RedisError, OSError):
        return None
    return {
        "milliseconds": round(answered, 1),
        "megabytes": round(info["used_memory"] / 1_000_000, 1),
        "full": 0 < info.get("maxmemory", 0) <= info["used_memory"],
    }


def processes(kind: str) -> dict[str, Any]:
    """Processes of one kind that said something lately, and when the last one did."""
    rows = list(Heartbeat.objects.filter(kind=kind).order_by("-at"))
    alive = [row for row in rows if row.at >= timezone.now() - SILENT_AFTER]
    return {"alive": alive, "last": rows[0].at if rows else None}
