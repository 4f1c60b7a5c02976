import caicach.core.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def begin(apps, schema_editor):
    """What has happened so far is no news."""
    newest = apps.get_model("dossiers", "Event").objects.order_by("-id").values_list("id", flat=True).first() or 0
    if newest:
        apps.get_model("notices", "Position").objects.create(pk=1, upto=newest, seen=newest, seen_at=timezone.now())


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('dossiers', '0013_received'),
        ('exchange', '0003_messages'),
        ('organisation', '0006_work_hours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upto', models.BigIntegerField()),
                ('seen', models.BigIntegerField()),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Manner',
            fields=[
                ('ward', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='organisation.ward')),
                ('is_plain', models.BooleanField(default=True)),
                ('said', models.JSONField(default=dict)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.BigIntegerField()),
                ('moment', models.CharField(max_length=20)),
                ('channel', models.CharField(blank=True, max_length=5)),
                ('why', models.CharField(blank=True, max_length=10)),
                ('at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='dossiers.dossier')),
                ('letter', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='exchange.letter')),
                ('message', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='exchange.message')),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.office')),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.ward')),
            ],
            options={
                'indexes': [models.Index(fields=['ward', '-at'], name='notices_newest'), models.Index(condition=models.Q(('moment', 'extended')), fields=['ward', 'at'], name='notices_apologies')],
                'constraints': [caicach.core.constraints.SameWard(field='dossier', name='notice_dossier_ward', to='dossiers.Dossier'), caicach.core.constraints.SameWard(field='office', name='notice_office_ward', to='organisation.Office'), caicach.core.constraints.SameWard(field='letter', name='notice_letter_ward', to='exchange.Letter'), caicach.core.constraints.SameWard(field='message', name='notice_message_ward', to='exchange.Message'), models.UniqueConstraint(fields=('event', 'channel'), name='notice_once'), models.CheckConstraint(condition=models.Q(('channel__in', ['', 'sms', 'zalo', 'email'])), name='notice_channel'), models.CheckConstraint(condition=models.Q(models.Q(('channel', ''), _negated=True), models.Q(('why', ''), _negated=True), _connector='OR'), name='notice_why')],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
