"""Reading a list of dossiers and taking it over, or letting it go, in the background; at night our promises are counted anew."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from caicach.core import clock
from caicach.documents import services as documents
from caicach.dossiers import apart, pace, services, watched
from caicach.dossiers.models import Forecast
from caicach.organisation.queries import wards, wards_at_work
from caicach.rules.refusal import Refusal
from caicach.worker.services import enqueue, job, regular


def _give_up(row: int) -> None:
    services.give_up_reading(row, at=clock.now())


@job("dossiers.read_list", given_up=_give_up)
def read_list(row: int) -> None:
    """Read the file and take over what it tells. Killed in the middle it goes on from there when it runs again."""
    from caicach.reading import sandbox  # late: only a worker with work loads it

    begun = services.begin_reading(row)
    if begun is None:
        return
    found, columns = begun
    if services.take_as_before(found, at=clock.now()):
        return
    path, name = documents.path_of(found.file), found.file.name
    try:
        reading = sandbox.read_dossiers(path, name=name, columns=columns)
        known = columns or services.known_columns(found.ward_id, reading.headings)
        if known and known != reading.columns:  # a person has said otherwise of such a list before
            reading = sandbox.read_dossiers(path, name=name, columns=known)
    except Refusal as refusal:
        services.refuse_reading(found, refusal, at=clock.now())
        return
    services.finish_reading(found, reading, said=known, at=clock.now())


@job("dossiers.drop_list", given_up=services.give_up_dropping)
def drop_list(row: int) -> None:
    """What a dropped list told is as if it had not."""
    services.finish_dropping(row, at=clock.now())


_NIGHT = 2
"""the hour, when nobody waits for the database"""


@regular
def queue_night(now: dt.datetime) -> None:
    """Once a night: the catalogue may have changed what we would have promised."""
    if now.hour == _NIGHT:
        for one in wards():
            enqueue(
                "dossiers.compare", ward=one.id, key=f"dossiers.compare:{one.id}:{now:%Y-%m-%d}", of=one.id
            )


@job("dossiers.compare")
def compare(of: int) -> None:
    """A ward's promises beside the province's, in pieces. Run again it writes nothing."""
    apart.recount(of)


_MORNING = 5
"""the hour from which a day's forecast is made, before anybody comes"""


@regular
def queue_forecasts(now: dt.datetime) -> None:
    """Once a working day for each ward: what will be late by the end of the week."""
    if now.hour < _MORNING:
        return
    day = now.date()
    there = set(Forecast.objects.filter(day=day).values_list("ward_id", flat=True))
    for ward in wards_at_work(day):
        if ward not in there:
            enqueue("dossiers.forecast", ward=ward, key=f"dossiers.forecast:{ward}:{day}", of=ward)


@job("dossiers.forecast")
def forecast(of: int) -> None:
    """Run twice it is made once."""
    pace.make(of, at=clock.now())


@regular
def look_into_folder(now: dt.datetime) -> None:
    """Each minute: is there a list in the watched folder that nobody writes any more?"""
    if settings.WATCHED is not None and watched.has_news(watched.machine_now()):
        enqueue("dossiers.watched", ward=None, key=f"dossiers.watched:{clock.machine():%Y-%m-%dT%H:%M}")


@job("dossiers.watched")
def bring_watched() -> None:
    """Run twice it brings each list once."""
    if settings.WATCHED is not None:
        watched.bring(watched.machine_now())
