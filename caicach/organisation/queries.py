"""The ward's offices, as other rooms need them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from caicach.organisation.models import Office, Ward


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """aliases: other spellings."""

    id: int
    name: str
    short: str
    is_group: bool
    aliases: tuple[str, ...] = ()


def offices(ward: int, *, on: dt.date | None = None) -> list[OfficeFacts]:
    """The ward's offices in their order, those that exist on a day where one is given. One query."""
    rows = Office.objects.filter(ward_id=ward)
    if on is not None:
        rows = rows.filter(
            Q(exists_from__isnull=True) | Q(exists_from__lte=on),
            Q(exists_until__isnull=True) | Q(exists_until__gte=on),
        )
    return [
        OfficeFacts(
            o.pk,
            o.name,
            o.short_name or o.name,
            o.is_group,
            tuple(o.aliases.split("\n")) if o.aliases else (),
        )
        for o in rows
    ]


@dataclass(frozen=True, slots=True)
class WardFacts:
    """A ward as its papers name it."""

    name: str
    province: str


def ward_facts(ward: int) -> WardFacts:
    """The ward's name and province. One query."""
    row = Ward.objects.get(pk=ward)
    return WardFacts(row.name, row.province)


def ward_ids() -> list[int]:
    """All wards of the installation. One query."""
    return list(Ward.objects.order_by("id").values_list("id", flat=True))


def ward_names() -> list[tuple[int, str]]:
    """(id, name) of all wards of the installation, by name. One query."""
    return list(Ward.objects.order_by("name", "id").values_list("id", "name"))
