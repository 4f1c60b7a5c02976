"""The outbox: a row a letter or a short message, written in the transaction of what it tells, sent later."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from caicach.core.constraints import ward_pair


class Letter(models.Model):
    """An e-mail. key: what it is, so that it is written once ("daily:2026-11-24:17").

    waiting; sending: its text is on its way to the server; sent; failed: the server will not have it; unclear: the line
    broke, or we were killed, while the text was on its way. An unclear one is never sent again by itself: nothing goes
    out twice.

    secret: names what is put into the text only as it goes out ("accounts.link:17"): it lies in no table.
    """

    WAITING, SENDING, SENT, FAILED, UNCLEAR = "waiting", "sending", "sent", "failed", "unclear"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    to_address = models.EmailField()
    to_name = models.CharField(max_length=120, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    secret = models.CharField(max_length=60, blank=True)
    html = models.TextField(blank=True)
    picture = models.BinaryField(null=True)
    state = models.CharField(max_length=10, default=WAITING)
    made_at = models.DateTimeField()
    try_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["try_at"], condition=Q(state="waiting"), name="letter_waiting"),
            models.Index(fields=["sending_at"], condition=Q(state="sending"), name="letter_sending"),
        ]
        constraints = [
            ward_pair("exchange_letter"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "failed", "unclear"]),
                name="letter_state",
            ),
        ]


class Message(models.Model):
    """A short message to a phone. key, the states and secret as of `Letter`.

    phone: sealed (core/seal), bound to the key; it lies in no column in clear. facts: by name, what a gateway's template asks for
    besides the text. channel: whose gateway takes it.
    """

    WAITING, SENDING, SENT, FAILED, UNCLEAR = "waiting", "sending", "sent", "failed", "unclear"
    SMS, ZALO = "sms", "zalo"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=4)
    phone = models.TextField(blank=True)
    text = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    secret = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, default=WAITING)
    made_at = models.DateTimeField()
    try_at = models.DateTimeField()
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["channel", "try_at"], condition=Q(state="waiting"), name="message_waiting"),
            models.Index(fields=["sending_at"], condition=Q(state="sending"), name="message_sending"),
        ]
        constraints = [
            ward_pair("exchange_message"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "failed", "unclear"]),
                name="message_state",
            ),
            models.CheckConstraint(condition=Q(channel__in=["sms", "zalo"]), name="message_channel"),
        ]
