import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# Whatever is written (by page, API, job, import or SQL) asks for fresh facts once per transaction,
# so a leader sees a change within seconds. Votes are counted nowhere in the facts. The wait gathers
# what follows; one run answers for all that asked by then.
ASK = """
CREATE FUNCTION insight_ask_for_facts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked text := 'facts:' || pg_current_xact_id()::text || ':' || extract(epoch FROM now())::bigint;
BEGIN
    IF TG_TABLE_NAME = 'record_event' THEN
        IF NOT EXISTS (
                SELECT FROM written WHERE verb NOT IN ('vote', 'withdraw_vote', 'comment')) THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO outbox_outbox (topic, key, payload, not_before, attempts, last_error)
    VALUES ('facts', asked, jsonb_build_object('key', asked), now() + interval '2 seconds', 0, '')
    ON CONFLICT (key) DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER ask_for_facts AFTER INSERT ON record_event
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION insight_ask_for_facts();
CREATE TRIGGER ask_for_facts_of_readings AFTER UPDATE ON portfolio_ragreading
    FOR EACH STATEMENT EXECUTE FUNCTION insight_ask_for_facts();
"""
STOP_ASKING = """
DROP TRIGGER ask_for_facts ON record_event;
DROP TRIGGER ask_for_facts_of_readings ON portfolio_ragreading;
DROP FUNCTION insight_ask_for_facts();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("outbox", "0001_initial"),
        ("record", "0001_initial"),
        ("ideation", "0001_initial"),
        ("demand", "0001_initial"),
        ("portfolio", "0001_initial"),
        ("finance", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("close", models.DateTimeField(help_text="Everything before this instant is in.")),
                (
                    "is_stale",
                    models.BooleanField(
                        default=False, help_text="Something was written into its past."
                    ),
                ),
                (
                    "knows_to",
                    models.BigIntegerField(help_text="The oldest transaction it may have missed."),
                ),
                (
                    "computed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DailyFact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("office", "Office"),
                            ("portfolio", "Portfolio"),
                            ("programme", "Programme"),
                            ("unit", "Business unit"),
                        ],
                        max_length=9,
                    ),
                ),
                ("scope_id", models.BigIntegerField(default=0)),
                ("measure", models.CharField(max_length=40)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("value", models.DecimalField(decimal_places=2, max_digits=20)),
                ("n", models.IntegerField(help_text="How many items are behind it.")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["measure", "scope", "scope_id", "day"], name="fact_series")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "scope", "scope_id", "measure", "currency"),
                        name="fact_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("office", "Office"),
                            ("portfolio", "Portfolio"),
                            ("programme", "Programme"),
                            ("unit", "Business unit"),
                        ],
                        max_length=9,
                    ),
                ),
                ("scope_id", models.BigIntegerField(default=0)),
                ("measure", models.CharField(max_length=40)),
                ("place", models.SmallIntegerField()),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="record.record",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=80)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "scope", "scope_id", "measure", "place"),
                        name="daily_item_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(ASK, STOP_ASKING),
    ]
