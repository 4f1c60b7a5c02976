from django.db import migrations, models

import caicach.accounts.models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_fill_handles")]
    operations = [
        migrations.AlterField(
            "person",
            "handle",
            models.CharField(default=caicach.accounts.models.new_handle, max_length=16, unique=True),
        ),
        migrations.RemoveField("post", "is_current"),
    ]
