"""What a person keeps of the pages across rooms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Feed(models.Model):
    """The secret address of a person's calendar. token: who knows it reads the calendar, without signing in."""

    person = models.OneToOneField("accounts.Person", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField()


class SavedFilter(models.Model):
    """A list of a plan as somebody filtered it, by a name. person: whose it is; None: everybody's in the ward.

    query: the address's part after "?", as `plans.queries.RibbonFilter` writes it.
    """

    ward = models.ForeignKey("organisation.Ward", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, null=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.SlugField(max_length=20)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=400)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "year", "kind", "name"],
                condition=Q(person__isnull=False),
                name="saved_filter_of_person",
            ),
            models.UniqueConstraint(
                fields=["ward", "year", "kind", "name"],
                condition=Q(person__isnull=True),
                name="saved_filter_of_ward",
            ),
        ]
