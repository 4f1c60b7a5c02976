"""The filters that somebody, or the ward, keeps of a plan's list."""

from __future__ import annotations

from django.db.models import Q

from caicach.accounts.queries import Actor
from caicach.core.http import Missing
from caicach.desk.models import SavedFilter
from caicach.rules.rights import allows


def filters_of(actor: Actor, year: int, kind: str) -> list[SavedFilter]:
    """The ward's and the person's own, by name. One query."""
    rows = SavedFilter.objects.filter(ward_id=actor.ward_id, year=year, kind=kind)
    return list(rows.filter(Q(person__isnull=True) | Q(person_id=actor.person_id)))


def may_drop(found: SavedFilter, actor: Actor) -> bool:
    """One's own; the ward's by whom may share."""
    return found.person_id == actor.person_id or (
        found.person_id is None and allows("filter.share", actor.role)
    )


def filter_for(actor: Actor, pk: int | None) -> SavedFilter:
    """The one door to a filter that the person may take out. Raises Missing."""
    found = SavedFilter.objects.filter(ward_id=actor.ward_id, pk=pk).first() if pk else None
    if found is None or not may_drop(found, actor):
        raise Missing
    return found
