"""What citizens were told, by which channel, and how a ward tells them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from caicach.core.constraints import SameWard


class Notice(models.Model):
    """That the owner of a dossier was told of one of its events by one channel, or why not.

    event: the number of the dossier's event (no foreign key: events are never deleted, and the index would be the largest table's).
    channel: "" where nobody was told, then why says it (`rules.notices.NOT_TOLD`). What became of it stands in its letter or
    message. at: of the event; office: in whose hands it was. opened_at: when the page was first opened by the link in it.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="notices")
    event = models.BigIntegerField()
    moment = models.CharField(max_length=20)
    channel = models.CharField(max_length=5, blank=True)
    why = models.CharField(max_length=10, blank=True)
    at = models.DateTimeField()
    made_at = models.DateTimeField()
    office = models.ForeignKey("organisation.Office", on_delete=models.PROTECT, null=True, related_name="+")
    letter = models.OneToOneField("exchange.Letter", on_delete=models.SET_NULL, null=True, related_name="+")
    message = models.OneToOneField("exchange.Message", on_delete=models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            SameWard(field="dossier", to="dossiers.Dossier", name="notice_dossier_ward"),
            SameWard(field="office", to="organisation.Office", name="notice_office_ward"),
            SameWard(field="letter", to="exchange.Letter", name="notice_letter_ward"),
            SameWard(field="message", to="exchange.Message", name="notice_message_ward"),
            models.UniqueConstraint(fields=["event", "channel"], name="notice_once"),
            models.CheckConstraint(condition=Q(channel__in=["", "sms", "zalo", "email"]), name="notice_channel"),
            models.CheckConstraint(condition=~Q(channel="") | ~Q(why=""), name="notice_why"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["ward", "-at"], name="notices_newest"),
            models.Index(fields=["ward", "at"], condition=Q(moment="extended"), name="notices_apologies"),
        ]


class Manner(models.Model):
    """How a ward tells. said: moment → {"on": whether, "text": in which words}, of those that it wants otherwise than
    `data/notices.csv`; is_plain: SMS without accents. revision: one more with each change."""

    ward = models.OneToOneField(
        "organisation.Ward", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    is_plain = models.BooleanField(default=True)
    said = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    at = models.DateTimeField(null=True)
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")


class Position(models.Model):
    """How far the events of dossiers have been told; one row. upto: all up to it are; seen: the newest at seen_at, by the
    machine's clock."""

    upto = models.BigIntegerField()
    seen = models.BigIntegerField()
    seen_at = models.DateTimeField()
