"""The apologies that are there already: the day of each dossier's last one, where its time did not begin anew since."""

from django.db import migrations
from django.utils import timezone


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    days = {}
    told = apps.get_model("dossiers", "Event").objects.using(alias).filter(code__in=["extend", "reopen"])
    for dossier, code, at in told.order_by("id").values_list("dossier_id", "code", "at").iterator():
        days[dossier] = timezone.localtime(at).date() if code == "extend" else None
    by_day = {}
    for dossier, day in days.items():
        if day:
            by_day.setdefault(day, []).append(dossier)
    clocks = apps.get_model("dossiers", "DossierClock").objects.using(alias)
    for day, ids in by_day.items():
        for n in range(0, len(ids), 500):
            clocks.filter(pk__in=ids[n : n + 500]).update(apologised_on=day)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0009_apologies")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
