from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("imports", "0003_runs_become_imports")]
    operations = [
        migrations.DeleteModel(name="RefusedRow"),
        migrations.DeleteModel(name="ImportRun"),
    ]
