"""At night whoever's keeping period is over becomes nobody."""

from __future__ import annotations

import datetime as dt

from caicach.core import clock
from caicach.counter import anonymising
from caicach.dossiers.keeping import until
from caicach.organisation.queries import wards
from caicach.worker.services import enqueue, job, regular

_NIGHT = 1


@regular
def queue_night(now: dt.datetime) -> None:
    """Once a night for each ward, where a period is said."""
    if now.hour == _NIGHT and until(clock.now()) is not None:
        for one in wards():
            enqueue(
                "counter.anonymise", ward=one.id, key=f"counter.anonymise:{one.id}:{now:%Y-%m-%d}", of=one.id
            )


@job("counter.anonymise")
def anonymise(of: int) -> None:
    """Killed in the middle it goes on from there when it runs again; run twice it changes nothing."""
    at = clock.now()
    if (day := until(at)) is not None:
        anonymising.anonymise(of, until=day, at=at)
