"""When letters are written: from the hour that each person wants, on working days."""

from __future__ import annotations

import datetime as dt

from caicach.core import clock
from caicach.exchange import services as exchange
from caicach.organisation.queries import wards_at_work
from caicach.reminders import queries, services
from caicach.worker.services import enqueue, job, regular


@regular
def queue_hour(now: dt.datetime) -> None:
    """Once an hour, from five to eight in the evening, of a day on which some ward works."""
    if queries.FIRST_HOUR <= now.hour <= queries.LAST_HOUR and wards_at_work(now.date()):
        enqueue("reminders.hour", ward=None, key=f"reminders.hour:{now:%Y-%m-%d:%H}", hour=now.hour)


@job("reminders.hour")
def hour(hour: int) -> None:
    """A job for each ward that works today, so that a fault in one holds up no other."""
    today = clock.today()
    day = today.isoformat()
    for ward in wards_at_work(today):
        enqueue(
            "reminders.ward", ward=ward, key=f"reminders:{ward}:{day}:{hour}", of=ward, day=day, hour=hour
        )


@job("reminders.ward")
def ward(of: int, day: str, hour: int) -> None:
    """The ward's letters by this hour. Run again it writes none twice."""
    today = dt.date.fromisoformat(day)
    services.tell_leaders(of, today=today, at=clock.now())
    if exchange.is_on():
        services.write_letters(of, today=today, hour=hour, at=clock.now())
