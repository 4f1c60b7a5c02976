"""What each person wants to be reminded of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Choice(models.Model):
    """What a person chose; without a row: both letters, at the installation's hour. hour: from when on, 5 to 20."""

    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, related_name="+")
    daily = models.BooleanField(default=True)
    weekly = models.BooleanField(default=True)
    hour = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hour__gte=5, hour__lte=20), name="choice_hour"),
        ]
