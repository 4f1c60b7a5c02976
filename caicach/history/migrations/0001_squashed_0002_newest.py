import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('history', '0001_initial'), ('history', '0002_newest')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('code', models.CharField(max_length=60)),
                ('object_kind', models.CharField(max_length=30)),
                ('object_id', models.BigIntegerField()),
                ('facts', models.JSONField(default=dict)),
                ('word', models.TextField(blank=True)),
                ('address', models.GenericIPAddressField(null=True)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ward', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.ward')),
            ],
            options={
                'indexes': [models.Index(fields=['ward', 'object_kind', 'object_id'], name='history_of_object'), models.Index(fields=['ward', 'id'], name='history_newest')],
            },
        ),
    ]
