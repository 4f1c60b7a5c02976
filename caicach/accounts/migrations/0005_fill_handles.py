"""Everybody gets what stands for the name in addresses; a post that was not current ends on the day before."""

import datetime as dt
import secrets

from django.db import migrations
from django.utils import timezone


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    for person in apps.get_model("accounts", "Person").objects.using(alias).filter(handle=None):
        person.handle = secrets.token_hex(5)
        person.save(update_fields=["handle"])
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    apps.get_model("accounts", "Post").objects.using(alias).filter(is_current=False).update(until=yesterday)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_people_and_posts")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
