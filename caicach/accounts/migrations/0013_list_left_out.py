from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_squashed_0012_ended_sessions")]
    operations = [migrations.AddField("peoplelist", "left_out", models.JSONField(default=list))]
