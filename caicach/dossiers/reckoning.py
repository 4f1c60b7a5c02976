"""Every open clock of a ward counted anew, after a change of days off or hours: what is not touched by it is not written.

Fast, for a ward's calendar may change on a day with a hundred thousand dossiers: plain rows, each day's arithmetic once, one
statement for what many rows have in common.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from caicach.dossiers import comparing
from caicach.dossiers.models import DossierClock
from caicach.organisation.queries import work_time


@transaction.atomic
def reckon(ward: int) -> int:
    """The clocks of every dossier that is not settled; how many show otherwise than before."""
    time, zone = work_time(ward), timezone.get_default_timezone()
    moved: list[DossierClock] = []
    names = ["warn_from", "urgent_from", "apology_by"]
    for clock in DossierClock.objects.select_related("dossier").filter(ward_id=ward, settled_on__isnull=True):
        before = [getattr(clock, name) for name in names]
        comparing.set_clock(clock, clock.dossier, time, zone)
        if before != [getattr(clock, name) for name in names]:
            moved.append(clock)
    DossierClock.objects.bulk_update(moved, names, batch_size=1_000)
    return len(moved)
