import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('desk', '0001_feed'), ('desk', '0002_saved_filter')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=43, unique=True)),
                ('made_at', models.DateTimeField()),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('kind', models.SlugField(max_length=20)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(max_length=400)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('person__isnull', False)), fields=('person', 'year', 'kind', 'name'), name='saved_filter_of_person'), models.UniqueConstraint(condition=models.Q(('person__isnull', True)), fields=('ward', 'year', 'kind', 'name'), name='saved_filter_of_ward')],
            },
        ),
    ]
