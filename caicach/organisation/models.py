"""Wards and their offices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from caicach.core.constraints import ward_pair


class Ward(models.Model):
    """A phường or xã; everything else carries one."""

    name = models.CharField("tên", max_length=120)
    province = models.CharField("tỉnh, thành phố", max_length=120)

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """An office, or a group of them ("Các phòng, ban, ngành"). aliases: other spellings, one a line."""

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="offices")
    name = models.CharField("tên", max_length=200)
    short_name = models.CharField("tên ngắn", max_length=60, blank=True)
    aliases = models.TextField("cách viết khác", blank=True)
    is_group = models.BooleanField("là nhóm", default=False)
    exists_from = models.DateField(null=True)
    exists_until = models.DateField(null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            ward_pair("organisation_office"),
            models.UniqueConstraint(fields=["ward", "name"], name="office_name_in_ward"),
            models.CheckConstraint(
                condition=Q(exists_until__isnull=True)
                | Q(exists_from__isnull=True)
                | Q(exists_until__gte=F("exists_from")),
                name="office_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name or self.name
