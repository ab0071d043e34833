import changeoffice.core.approvals.models.delegations
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('approvals', '0004_four_eyes_of_the_raiser'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='approval',
            name='kind',
            field=models.CharField(choices=[('manager', 'Manager'), ('sponsor', 'Sponsor'), ('finance', 'Finance'), ('compliance', 'Compliance'), ('design_authority', 'Design authority'), ('service_owner', 'Service owner')], max_length=20),
        ),
        migrations.AlterField(
            model_name='approvalhistory',
            name='kind',
            field=models.CharField(choices=[('manager', 'Manager'), ('sponsor', 'Sponsor'), ('finance', 'Finance'), ('compliance', 'Compliance'), ('design_authority', 'Design authority'), ('service_owner', 'Service owner')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('ended_at', None), models.Q(('kinds', []), ('kinds__contains', ['service_owner']), _connector='OR')), expressions=[('person', '='), (changeoffice.core.approvals.models.delegations.Days('from_on', 'until_on', django.contrib.postgres.fields.ranges.RangeBoundary(True, True)), '&&')], name='one_delegate_service_owner', violation_error_message='Somebody decides for them on some of these days already.'),
        ),
    ]
