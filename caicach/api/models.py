"""Tokens: what a program shows in place of a person."""

from __future__ import annotations

from django.db import models


class Token(models.Model):
    """secret_hash: SHA-256 of the secret, which is shown once and kept nowhere; it is long and random, so a fast hash does.

    post: at which post of the person it acts; ended with the post, the person, or by hand.
    """

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey("accounts.Post", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
