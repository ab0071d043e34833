from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Somebody may be named on a record for several parts in it. The wider rule is there before the
    narrower one goes, and what is written meanwhile keeps both."""

    dependencies = [
        ("record", "0004_confidential_few"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="namedperson",
            constraint=models.UniqueConstraint(
                fields=("record", "person", "part"), name="named_once_for_a_part"
            ),
        ),
        migrations.RemoveConstraint(model_name="namedperson", name="named_once"),
    ]
