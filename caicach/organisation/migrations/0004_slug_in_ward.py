from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organisation", "0003_fill_slugs")]
    operations = [
        migrations.AlterField("office", "slug", models.CharField(max_length=80)),
        migrations.AddConstraint(
            "office", models.UniqueConstraint(fields=["ward", "slug"], name="office_slug_in_ward")
        ),
    ]
