from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An order of the list of projects that the database can walk from its beginning."""

    atomic = False
    dependencies = [("portfolio", "0003_group_aliases")]

    operations = [
        AddIndexConcurrently(
            model_name="ragreading",
            index=models.Index(fields=["overall", "project"], name="rag_worst"),
        ),
        RemoveIndexConcurrently(model_name="ragreading", name="rag_overall"),
    ]
