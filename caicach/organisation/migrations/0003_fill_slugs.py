"""Each office gets its name in addresses."""

from django.db import migrations

from caicach.rules.vntext import slug


def fill(apps, schema_editor):
    Office = apps.get_model("organisation", "Office")
    taken = set()
    for office in Office.objects.using(schema_editor.connection.alias).order_by("id"):
        wanted = slug(office.name)[:70] or "don-vi"
        found, number = wanted, 2
        while (office.ward_id, found) in taken:
            found, number = f"{wanted}-{number}", number + 1
        taken.add((office.ward_id, found))
        office.slug = found
        office.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [("organisation", "0002_office_tree")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
