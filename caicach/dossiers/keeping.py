"""How long what tells of people is kept: `data/keeping.csv`, or what the installation says."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from caicach import data
from caicach.core import clock


def years() -> int:
    """0: never forgotten by itself."""
    return data.keeping_years() if settings.KEEP_YEARS is None else settings.KEEP_YEARS


def until(now: dt.datetime) -> dt.datetime | None:
    """What was over before this moment is forgotten; None where nothing ever is."""
    kept = years()
    if not kept:
        return None
    day = clock.local_day(now)
    try:
        first = day.replace(year=day.year - kept)
    except ValueError:  # the 29th of February
        first = day.replace(year=day.year - kept, day=28)
    return clock.midnight(first)
