"""Who comes to the counter: people and organisations as a ward knows them, and who of the ward looked at them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from caicach.core.constraints import SameWard, ward_pair


class Citizen(models.Model):
    """A person or an organisation that had to do with the ward.

    handle: how addresses and seals name the row. number: of the citizen card, the passport, or an organisation's tax code, by
    number_kind. number and phone are sealed (core/seal); …_key is by what they are found: no other column says them. words: the
    name without accents. anonymised_at: since then nobody is behind it.
    """

    PERSON, ORGANISATION = "person", "organisation"
    CARD, PASSPORT, TAX_CODE = "card", "passport", "tax-code"

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    handle = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12, default=PERSON)
    name = models.CharField(max_length=200)
    words = models.CharField(max_length=220)
    number_kind = models.CharField(max_length=8, default=CARD)
    number = models.TextField(blank=True)
    number_key = models.CharField(max_length=64, blank=True)
    phone = models.TextField(blank=True)
    phone_key = models.CharField(max_length=64, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=300, blank=True)
    born = models.DateField(null=True)
    sex = models.CharField(max_length=6, blank=True)
    made_at = models.DateTimeField()
    anonymised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ward_pair("citizens_citizen"),
            models.UniqueConstraint(
                fields=["ward", "number_key"], condition=~Q(number_key=""), name="citizen_number_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=["person", "organisation"]), name="citizen_kind"),
            models.CheckConstraint(
                condition=Q(number_kind__in=["card", "passport", "tax-code"]), name="citizen_number_kind"
            ),
            models.CheckConstraint(condition=Q(sex__in=["", "male", "female"]), name="citizen_sex"),
            models.CheckConstraint(
                condition=Q(number="", number_key="") | (~Q(number="") & ~Q(number_key="")),
                name="citizen_number_found",
            ),
            models.CheckConstraint(
                condition=Q(phone="", phone_key="") | (~Q(phone="") & ~Q(phone_key="")),
                name="citizen_phone_found",
            ),
        ]
        indexes = [
            models.Index(fields=["ward", "phone_key"], name="citizens_by_phone"),
            models.Index(fields=["ward", "words"], name="citizens_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Trace(models.Model):
    """That somebody of the ward did something with what is known of a citizen; only appended to (history/triggers).

    what: "known" (first time), "changed" (fields: which), "seen" (on a page, once a day each), "opened" (a sealed field in full,
    with its reason), "anonymised". about: the dossier it was for. No value is ever in it.
    """

    KINDS = ("known", "changed", "seen", "opened", "anonymised")

    ward = models.ForeignKey("organisation.Ward", on_delete=models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="traces")
    at = models.DateTimeField()
    day = models.DateField()
    by = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=10)
    fields = models.CharField(max_length=120, blank=True)
    about = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        constraints = [
            SameWard(field="citizen", to="citizens.Citizen", name="citizen_trace_ward"),
            models.CheckConstraint(
                condition=Q(what__in=["known", "changed", "seen", "opened", "anonymised"]),
                name="citizen_trace_what",
            ),
            models.UniqueConstraint(
                fields=["citizen", "by", "day", "about"],
                condition=Q(what="seen"),
                name="citizen_seen_once_a_day",
            ),
        ]
