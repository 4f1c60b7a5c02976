"""What a person keeps of the pages across rooms."""

from __future__ import annotations

from django.db import models


class Feed(models.Model):
    """The secret address of a person's calendar. token: who knows it reads the calendar, without signing in."""

    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField()
