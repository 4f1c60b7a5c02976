import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('exchange', '0001_initial'), ('exchange', '0002_letter_secret')]

    initial = True

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('to_address', models.EmailField(max_length=254)),
                ('to_name', models.CharField(blank=True, max_length=120)),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('secret', models.CharField(blank=True, max_length=60)),
                ('html', models.TextField(blank=True)),
                ('picture', models.BinaryField(null=True)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('try_at', models.DateTimeField()),
                ('sending_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('fault', models.CharField(blank=True, max_length=300)),
                ('ward', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['try_at'], name='letter_waiting'), models.Index(condition=models.Q(('state', 'sending')), fields=['sending_at'], name='letter_sending')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'failed', 'unclear'])), name='letter_state')],
            },
        ),
    ]
