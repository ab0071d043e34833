import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

# As before, and without whoever raised it for somebody else.
LENT_STEPS = """
CREATE OR REPLACE FUNCTION lent_steps(who bigint) RETURNS TABLE (step_id bigint, record_id bigint)
LANGUAGE sql STABLE AS $$
    SELECT a.id, a.record_id
      FROM approvals_delegation d
      JOIN approvals_approval a ON a.approver_id = d.person_id AND a.state = 'asked'
     WHERE d.delegate_id = who AND d.ended_at IS NULL
       AND office_day() BETWEEN d.from_on AND d.until_on
       AND (d.kinds = '{}' OR a.kind = ANY (d.kinds))
       AND a.requested_by_id <> who AND a.requester_id IS DISTINCT FROM who%s
       AND NOT EXISTS (
           SELECT 1 FROM approvals_approval o
            WHERE o.round_id = a.round_id AND o.id <> a.id AND o.state <> 'withdrawn'
              AND (o.approver_id = who OR o.decided_by_id = who))
$$;
"""
NOR_THE_RAISER = "\n       AND a.raised_by_id IS DISTINCT FROM who"


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0003_delegations'),
        ('record', '0005_named_for_each_part'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='approval',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='approval',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='round',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='round',
            name='update_update',
        ),
        migrations.AddField(
            model_name='approval',
            name='raised_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='approvalhistory',
            name='raised_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='round',
            name='raised_by',
            field=models.ForeignKey(db_index=False, help_text='Who raised it, perhaps for somebody else.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='roundhistory',
            name='raised_by',
            field=models.ForeignKey(db_constraint=False, help_text='Who raised it, perhaps for somebody else.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='round',
            name='requester',
            field=models.ForeignKey(help_text='Who wants it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='roundhistory',
            name='requester',
            field=models.ForeignKey(db_constraint=False, help_text='Who wants it.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "approvals_approvalhistory" ("approver_id", "asked_at", "comment", "decided_at", "decided_by_id", "delegation_id", "due_on", "escalated_at", "escalated_from_id", "id", "kind", "on_behalf_of_id", "order", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_by_id", "record_id", "requested_by_id", "requester_id", "round_id", "state") VALUES (NEW."approver_id", NEW."asked_at", NEW."comment", NEW."decided_at", NEW."decided_by_id", NEW."delegation_id", NEW."due_on", NEW."escalated_at", NEW."escalated_from_id", NEW."id", NEW."kind", NEW."on_behalf_of_id", NEW."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, office_now(), \'insert\', NEW."id", NEW."raised_by_id", NEW."record_id", NEW."requested_by_id", NEW."requester_id", NEW."round_id", NEW."state"); RETURN NULL;', hash='2addd8b4ed81120da593f1f5167f18bcd962e4a4', operation='INSERT', pgid='pgtrigger_insert_insert_e6d0e', table='approvals_approval', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='approval',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "approvals_approvalhistory" ("approver_id", "asked_at", "comment", "decided_at", "decided_by_id", "delegation_id", "due_on", "escalated_at", "escalated_from_id", "id", "kind", "on_behalf_of_id", "order", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_by_id", "record_id", "requested_by_id", "requester_id", "round_id", "state") VALUES (NEW."approver_id", NEW."asked_at", NEW."comment", NEW."decided_at", NEW."decided_by_id", NEW."delegation_id", NEW."due_on", NEW."escalated_at", NEW."escalated_from_id", NEW."id", NEW."kind", NEW."on_behalf_of_id", NEW."order", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, office_now(), \'update\', NEW."id", NEW."raised_by_id", NEW."record_id", NEW."requested_by_id", NEW."requester_id", NEW."round_id", NEW."state"); RETURN NULL;', hash='76e15afbe2525ceb07ec1e426382e68ad6d8e6cf', operation='UPDATE', pgid='pgtrigger_update_update_58aec', table='approvals_approval', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "approvals_roundhistory" ("amount", "asked_at", "basis", "because", "ceiling", "currency", "due_on", "ended_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_by_id", "record_id", "requested_by_id", "requester_id", "state") VALUES (NEW."amount", NEW."asked_at", NEW."basis", NEW."because", NEW."ceiling", NEW."currency", NEW."due_on", NEW."ended_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, office_now(), \'insert\', NEW."id", NEW."raised_by_id", NEW."record_id", NEW."requested_by_id", NEW."requester_id", NEW."state"); RETURN NULL;', hash='a5c96186a92b4939e00ae0c2ae859a8249db3f87', operation='INSERT', pgid='pgtrigger_insert_insert_d619d', table='approvals_round', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "approvals_roundhistory" ("amount", "asked_at", "basis", "because", "ceiling", "currency", "due_on", "ended_at", "id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "raised_by_id", "record_id", "requested_by_id", "requester_id", "state") VALUES (NEW."amount", NEW."asked_at", NEW."basis", NEW."because", NEW."ceiling", NEW."currency", NEW."due_on", NEW."ended_at", NEW."id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, office_now(), \'update\', NEW."id", NEW."raised_by_id", NEW."record_id", NEW."requested_by_id", NEW."requester_id", NEW."state"); RETURN NULL;', hash='78ac5974df52b199e37d8becb660573111d9c186', operation='UPDATE', pgid='pgtrigger_update_update_d7760', table='approvals_round', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', None), ('raised_by', None), models.Q(('decided_by', models.F('raised_by')), _negated=True), _connector='OR'), name='four_eyes_of_the_raiser', violation_error_message='Whoever raised it for somebody else may not decide.'),
        ),
        migrations.RunSQL(LENT_STEPS % NOR_THE_RAISER, LENT_STEPS % ""),
    ]
