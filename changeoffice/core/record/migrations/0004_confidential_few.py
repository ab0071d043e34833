from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made beside running work, without locking it out

    dependencies = [("record", "0003_trail_order")]

    operations = [
        AddIndexConcurrently(
            model_name="record",
            index=models.Index(
                fields=["home"], name="record_confidential", condition=models.Q(confidential=True)
            ),
        ),
    ]
