"""Sending what waits in the outbox."""

from __future__ import annotations

import datetime as dt

from caicach.core import clock
from caicach.exchange import services
from caicach.exchange.models import Letter
from caicach.worker.services import enqueue, job, regular


@job("exchange.send")
def send() -> None:
    """Send what waits. A server that is not there fails the job, which is tried again later; the letters wait."""
    if services.is_on():
        services.send_waiting(clock.now)


@regular
def look_again(now: dt.datetime) -> None:
    """Letters that were put back for later, and those whose job gave up while the server was away for long."""
    if services.is_on() and Letter.objects.filter(state=Letter.WAITING, try_at__lte=clock.now()).exists():
        enqueue("exchange.send", ward=None, key=f"exchange.send:{now:%Y-%m-%dT%H:%M}")
