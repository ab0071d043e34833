import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A stopped project gives its demand back, so another may carry it out.

    The new rule is weaker than the one it replaces, so no row can refuse it and the release
    before keeps working; it comes first, so that there is always one.
    """

    dependencies = [('portfolio', '0005_backlog')]

    operations = [
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'stopped'), _negated=True), fields=('demand',), name='one_project_per_demand', violation_error_message='Its demand is carried out by something else now.'),
        ),
        migrations.AlterField(
            model_name='project',
            name='demand',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='demand.demand'),
        ),
    ]
