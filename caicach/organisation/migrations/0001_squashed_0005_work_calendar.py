import caicach.core.constraints
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('organisation', '0001_initial'), ('organisation', '0002_office_tree'), ('organisation', '0003_fill_slugs'), ('organisation', '0004_slug_in_ward'), ('organisation', '0005_work_calendar')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Ward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='tên')),
                ('province', models.CharField(max_length=120, verbose_name='tỉnh, thành phố')),
                ('kind', models.CharField(default='phuong', max_length=10)),
                ('calendar_version', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['phuong', 'xa', 'dac-khu'])), name='ward_kind')],
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=80)),
                ('kind', models.CharField(default='office', max_length=20)),
                ('name', models.CharField(max_length=200, verbose_name='tên')),
                ('short_name', models.CharField(blank=True, max_length=60, verbose_name='tên ngắn')),
                ('aliases', models.TextField(blank=True, verbose_name='cách viết khác')),
                ('is_group', models.BooleanField(default=False, verbose_name='là nhóm')),
                ('exists_from', models.DateField(null=True)),
                ('exists_until', models.DateField(null=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('merged_into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='organisation.office')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisation.office')),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offices', to='organisation.ward')),
            ],
            options={
                'ordering': ['position', 'name'],
                'constraints': [models.UniqueConstraint(fields=('ward', 'id'), name='organisation_office_ward_pair'), models.UniqueConstraint(fields=('ward', 'name'), name='office_name_in_ward'), models.UniqueConstraint(fields=('ward', 'slug'), name='office_slug_in_ward'), models.CheckConstraint(condition=models.Q(('kind__in', ['office', 'neighbourhood'])), name='office_kind'), models.CheckConstraint(condition=models.Q(('pk', models.F('parent')), _negated=True), name='office_not_its_own_parent'), models.CheckConstraint(condition=models.Q(('pk', models.F('merged_into')), _negated=True), name='office_not_merged_into_itself'), caicach.core.constraints.SameWard(field='parent', name='office_parent_ward', to='organisation.Office'), caicach.core.constraints.SameWard(field='merged_into', name='office_merged_ward', to='organisation.Office'), models.CheckConstraint(condition=models.Q(('exists_until__isnull', True), ('exists_from__isnull', True), ('exists_until__gte', models.F('exists_from')), _connector='OR'), name='office_dates_in_order')],
            },
        ),
        migrations.CreateModel(
            name='FormerName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('short_name', models.CharField(blank=True, max_length=60)),
                ('until', models.DateField()),
                ('office', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_names', to='organisation.office')),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'ordering': ['until', 'id'],
                'constraints': [caicach.core.constraints.SameWard(field='office', name='former_name_office_ward', to='organisation.Office')],
            },
        ),
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('confirmed_at', models.DateTimeField()),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ward', 'year'), name='calendar_year_once_in_ward')],
            },
        ),
        migrations.CreateModel(
            name='WorkDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('kind', models.CharField(max_length=10)),
                ('name', models.CharField(max_length=120)),
                ('source', models.CharField(max_length=200)),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'ordering': ['day'],
                'constraints': [models.UniqueConstraint(fields=('ward', 'day'), name='work_day_once_in_ward'), models.CheckConstraint(condition=models.Q(('kind__in', ['off', 'working'])), name='work_day_kind')],
            },
        ),
    ]
