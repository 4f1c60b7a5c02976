"""Stored files, by what is in them."""

from __future__ import annotations

from django.db import models

from caicach.core.constraints import ward_pair


class StoredFile(models.Model):
    """A file of a ward under its content's hash: the same content is kept once. The room that owns it serves it."""

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    name = models.CharField("tên tệp", max_length=200)
    kind = models.CharField("loại", max_length=100)
    size = models.BigIntegerField("số byte")
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [ward_pair("documents_storedfile")]
        indexes = [models.Index(fields=["sha256"], name="file_by_content")]
