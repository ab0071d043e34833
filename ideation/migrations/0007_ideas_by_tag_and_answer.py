import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the indexes are made beside running work, without locking it out

    dependencies = [('ideation', '0006_tags_drafts_answers')]

    operations = [
        AddIndexConcurrently(
            model_name='idea',
            index=django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='idea_tags'),
        ),
        AddIndexConcurrently(
            model_name='idea',
            index=models.Index(condition=models.Q(('first_answer_at__isnull', False)), fields=['first_answer_at'], name='idea_answered'),
        ),
    ]
