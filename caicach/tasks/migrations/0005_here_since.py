from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_squashed_0004_coordinators_and_step_people")]
    operations = [migrations.AddField("task", "here_since", models.DateField(null=True))]
