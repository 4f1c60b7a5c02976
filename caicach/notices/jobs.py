"""Behind the counter's events: what is to be told is written within a minute."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from caicach.core import clock
from caicach.notices import services
from caicach.worker.services import enqueue, job, regular


@job("notices.tell")
def tell() -> None:
    """Write the notices of what happened since. Run twice it writes them once."""
    services.tell(clock.machine())  # the position follows the machine's clock, whatever day is shown


@regular
def look(now: dt.datetime) -> None:
    """Each minute: is there news?"""
    if services.has_news(clock.machine()):
        enqueue("notices.tell", ward=None, key=f"notices.tell:{clock.machine():%Y-%m-%dT%H:%M}")


_NIGHT = 3


@regular
def forget_at_night(now: dt.datetime) -> None:
    """Once a night addresses and words of old letters go; those of messages the outbox forgets itself."""
    if now.hour == _NIGHT:
        enqueue("notices.forget", ward=None, key=f"notices.forget:{now:%Y-%m-%d}")


@job("notices.forget")
def forget() -> None:
    services.forget_letters_before(clock.now() - dt.timedelta(days=settings.MESSAGE_DAYS))
