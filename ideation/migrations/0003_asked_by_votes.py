from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """The few ideas that ask for review, and the latest that became demands, without the rest."""

    atomic = False
    dependencies = [("ideation", "0002_imported_ideas")]

    operations = [
        AddIndexConcurrently(
            model_name="idea",
            index=models.Index(
                fields=["theme", "vote_count"], name="idea_open_votes", condition=Q(state="open")
            ),
        ),
        AddIndexConcurrently(
            model_name="idea",
            index=models.Index(
                fields=["-state_since"], name="idea_delivered", condition=Q(state="promoted")
            ),
        ),
    ]
