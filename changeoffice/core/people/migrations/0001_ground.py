"""The database's own ground: extensions, the office clock, search words, the feed's position."""

from django.contrib.postgres.operations import (
    BtreeGinExtension,
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

OFFICE_NOW = """
CREATE FUNCTION office_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('office.now', true), '')::timestamptz, now())
$$;
"""
FEED_POSITION = """
CREATE FUNCTION feed_position() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT pg_current_xact_id()::text::bigint
$$;
"""
SEARCH_WORDS = """
CREATE TEXT SEARCH CONFIGURATION office (COPY = english);
ALTER TEXT SEARCH CONFIGURATION office
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGistExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(OFFICE_NOW, "DROP FUNCTION office_now()"),
        migrations.RunSQL(FEED_POSITION, "DROP FUNCTION feed_position()"),
        migrations.RunSQL(SEARCH_WORDS, "DROP TEXT SEARCH CONFIGURATION office"),
        migrations.RunSQL("CREATE SEQUENCE record_id", "DROP SEQUENCE record_id"),
    ]
