"""The index is made beside running work, so outside a transaction."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("notify", "0002_kinds_and_chat")]

    operations = [
        AddIndexConcurrently(
            model_name="letter",
            index=models.Index(
                fields=["person", "id"],
                condition=models.Q(by_chat=True, sent_at=None),
                name="letters_waiting_for_chat",
            ),
        ),
    ]
