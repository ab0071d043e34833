"""What is added to transaction numbers, so that the feed's positions never go back."""

from django.db import migrations

FORWARDS = """
CREATE SEQUENCE feed_offset MINVALUE 0 START 0;
GRANT SELECT ON SEQUENCE feed_offset TO PUBLIC;
CREATE OR REPLACE FUNCTION feed_position() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT pg_current_xact_id()::text::bigint + (SELECT last_value FROM feed_offset)
$$;
"""
BACKWARDS = """
CREATE OR REPLACE FUNCTION feed_position() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT pg_current_xact_id()::text::bigint
$$;
DROP SEQUENCE feed_offset;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
