"""Appended events: what happened, to what, by whom, in which ward. Never changed, never deleted (triggers see to it)."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that happened. facts: what the sentence needs ({"from": …, "to": …}); word: the reason given."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    code = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=30)
    object_id = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    word = models.TextField(blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ward", "object_kind", "object_id"], name="history_of_object"),
            models.Index(fields=["ward", "id"], name="history_newest"),
        ]


class Lifting(models.Model):
    """That this very transaction takes a person's words out of guarded rows (`services.forgetting`). event: one that is not there, so
    that no transaction can end while the row is: nobody else ever sees it, and none is left behind."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
