"""The codes of portfolios and programmes belong to the source that uses them."""

from django.db import migrations


def name_the_source(apps, schema_editor):
    aliases = apps.get_model("record", "Alias").objects
    for kind in ("portfolio", "programme"):
        aliases.filter(source=f"import:{kind}").update(source=f"us_it_dashboard:{kind}")


class Migration(migrations.Migration):
    dependencies = [
        ("portfolio", "0002_delivery_confidence"),
        ("record", "0001_initial"),
    ]
    operations = [migrations.RunPython(name_the_source, migrations.RunPython.noop, elidable=True)]
