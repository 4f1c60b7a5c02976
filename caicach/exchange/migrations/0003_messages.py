import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchange', '0001_squashed_0002_letter_secret'),
        ('organisation', '0006_work_hours'),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('channel', models.CharField(max_length=4)),
                ('phone', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('facts', models.JSONField(default=dict)),
                ('secret', models.CharField(blank=True, max_length=60)),
                ('state', models.CharField(default='waiting', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('try_at', models.DateTimeField()),
                ('sending_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('fault', models.CharField(blank=True, max_length=300)),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['channel', 'try_at'], name='message_waiting'), models.Index(condition=models.Q(('state', 'sending')), fields=['sending_at'], name='message_sending')],
                'constraints': [models.UniqueConstraint(fields=('ward', 'id'), name='exchange_message_ward_pair'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'sending', 'sent', 'failed', 'unclear'])), name='message_state'), models.CheckConstraint(condition=models.Q(('channel__in', ['sms', 'zalo'])), name='message_channel')],
            },
        ),
        migrations.AddConstraint(
            model_name='letter',
            constraint=models.UniqueConstraint(fields=('ward', 'id'), name='exchange_letter_ward_pair'),
        ),
    ]
