from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made beside running work, without locking it out

    dependencies = [
        ('administration', '0002_person_alias'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='adminevent',
            index=models.Index(fields=['-at'], name='admin_event_at'),
        ),
    ]
