"""The plans that are there already: their tasks stand here since the day of the event that tells so."""

from django.db import migrations
from django.utils import timezone


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    days = {}
    told = apps.get_model("history", "Event").objects.using(alias).filter(code="task.taken-over")
    for task, at in told.values_list("object_id", "at").iterator():
        days.setdefault(timezone.localtime(at).date(), []).append(task)
    tasks = apps.get_model("tasks", "Task").objects.using(alias)
    for day, ids in days.items():
        for n in range(0, len(ids), 500):
            tasks.filter(pk__in=ids[n : n + 500], in_force_since__lt=day).update(here_since=day)


class Migration(migrations.Migration):
    dependencies = [("tasks", "0005_here_since"), ("history", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
