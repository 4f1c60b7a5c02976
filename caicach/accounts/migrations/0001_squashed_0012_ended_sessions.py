import caicach.accounts.models
import caicach.core.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_wrong_tries'), ('accounts', '0003_more_roles'), ('accounts', '0004_people_and_posts'), ('accounts', '0005_fill_handles'), ('accounts', '0006_posts_by_dates'), ('accounts', '0007_failed_sign_ins'), ('accounts', '0008_second_factor'), ('accounts', '0009_passkeys'), ('accounts', '0010_tied_accounts'), ('accounts', '0011_links_and_lists'), ('accounts', '0012_ended_sessions')]

    initial = True

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('user_name', models.CharField(max_length=60, unique=True, verbose_name='tên đăng nhập')),
                ('full_name', models.CharField(max_length=120, verbose_name='họ và tên')),
                ('handle', models.CharField(default=caicach.accounts.models.new_handle, max_length=16, unique=True)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='thư điện tử')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='điện thoại')),
                ('is_active', models.BooleanField(default=True)),
                ('first_password_at', models.DateTimeField(null=True)),
                ('ended', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='WrongTries',
            fields=[
                ('name_hash', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveSmallIntegerField(default=0)),
                ('last_at', models.DateTimeField(db_index=True)),
                ('rests_until', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('sealed', models.CharField(max_length=200)),
                ('since', models.DateTimeField()),
                ('last_step', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='FirstStart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='first_start_once')],
            },
        ),
        migrations.CreateModel(
            name='OpenSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40, unique=True)),
                ('began_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('address', models.GenericIPAddressField(null=True)),
                ('browser', models.CharField(blank=True, max_length=60)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('host', models.CharField(max_length=253)),
                ('credential_id', models.CharField(max_length=1400, unique=True)),
                ('public_key', models.TextField()),
                ('sign_count', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='PeopleList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=32, unique=True)),
                ('file_name', models.CharField(max_length=200)),
                ('rows', models.JSONField()),
                ('made_at', models.DateTimeField(db_index=True)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('word', models.CharField(blank=True, max_length=300)),
                ('deputy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stands_in', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('ward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisation.ward')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='absence_dates_in_order'), models.CheckConstraint(condition=models.Q(('person', models.F('deputy')), _negated=True), name='absence_deputy_is_another')],
            },
        ),
        migrations.CreateModel(
            name='FailedSignIn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('way', models.CharField(max_length=20)),
                ('address', models.GenericIPAddressField(null=True)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['person', 'at'], name='failed_of_person')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('nonce', models.CharField(max_length=32)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('before', models.CharField(max_length=64)),
                ('asked', models.CharField(blank=True, max_length=32)),
                ('made_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['invitation', 'forgotten'])), name='link_kind'), models.UniqueConstraint(condition=models.Q(('used_at__isnull', True)), fields=('person',), name='link_newest_only')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('coordinator', 'Điều phối'), ('head', 'Trưởng đơn vị'), ('officer', 'Chuyên viên'), ('leader', 'Lãnh đạo'), ('viewer', 'Người xem'), ('administrator', 'Quản trị'), ('system', 'Quản trị máy chủ'), ('province', 'Người xem của tỉnh')], max_length=20)),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='chức danh')),
                ('since', models.DateField(null=True)),
                ('until', models.DateField(null=True)),
                ('office', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='organisation.office')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to=settings.AUTH_USER_MODEL)),
                ('ward', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='organisation.ward')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['coordinator', 'head', 'officer', 'leader', 'viewer', 'administrator', 'system', 'province'])), name='post_role'), models.CheckConstraint(condition=models.Q(models.Q(('office__isnull', True), ('role__in', ['system', 'province']), ('ward__isnull', True)), models.Q(('role__in', ['coordinator', 'head', 'officer', 'leader', 'viewer', 'administrator']), ('ward__isnull', False)), _connector='OR'), name='post_ward_of_role'), models.CheckConstraint(condition=models.Q(('since__isnull', True), ('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='post_dates_in_order'), caicach.core.constraints.SameWard(field='office', name='post_office_ward', to='organisation.Office')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'code_hash'), name='recovery_code_once')],
            },
        ),
        migrations.CreateModel(
            name='TiedAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=255)),
                ('subject', models.CharField(max_length=255)),
                ('label', models.CharField(blank=True, max_length=254)),
                ('tied_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('issuer', 'subject'), name='tied_account_to_one_person'), models.UniqueConstraint(fields=('person', 'issuer'), name='tied_account_one_of_issuer')],
            },
        ),
    ]
