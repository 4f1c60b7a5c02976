"""Of dossiers that are there: who brought them is who told of them so far; who told last is the newest list that changed something."""

from django.db import migrations
from django.db.models import F


def fill(apps, schema_editor):
    Dossier, Event = apps.get_model("dossiers", "Dossier"), apps.get_model("dossiers", "Event")
    Dossier.objects.filter(first_in=None).update(first_in=F("told_in"))
    for row in apps.get_model("dossiers", "DossierList").objects.filter(state="taken").order_by("pk"):
        told = Event.objects.filter(ward_id=row.ward_id, facts__list=row.token)
        Dossier.objects.filter(pk__in=told.values("dossier")).update(told_in=row.pk)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_lists_in_pieces")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
