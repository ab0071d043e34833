"""The code knows the old tables no more; the release before still reads them, so they stay until
the next one drops them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("imports", "0003_runs_become_imports")]
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="RefusedRow"),
                migrations.DeleteModel(name="ImportRun"),
            ]
        )
    ]
