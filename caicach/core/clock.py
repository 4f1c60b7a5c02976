"""Now and today: the only place that asks the machine's clock."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone


def now() -> dt.datetime:
    """The present moment, aware. With CAICACH_TODAY: the present hour on that day."""
    moment = timezone.now()
    if settings.TODAY:
        local = timezone.localtime(moment)
        return dt.datetime.combine(settings.TODAY, local.timetz())
    return moment


def machine() -> dt.datetime:
    """The machine's own moment, whatever day is shown: what the codes of a phone go by."""
    return timezone.now()


def today() -> dt.date:
    """The day in the ward's zone."""
    return timezone.localtime(now()).date()


def local(moment: dt.datetime) -> dt.datetime:
    """A moment as the ward's clocks show it."""
    return moment.astimezone(timezone.get_default_timezone())


def local_day(moment: dt.datetime) -> dt.date:
    """The day of a moment in the ward's zone."""
    return local(moment).date()


def midnight(day: dt.date) -> dt.datetime:
    """The moment in which a day begins, aware."""
    return dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())


def noon(day: dt.date) -> dt.datetime:
    """A moment in the middle of a day, aware: for facts of which only the day is known."""
    return dt.datetime.combine(day, dt.time(12), timezone.get_default_timezone())


def minute(moment: dt.datetime) -> dt.datetime:
    """The same moment as the ward's clocks count it: of its own time, to the minute, without a zone."""
    return local(moment).replace(second=0, microsecond=0, tzinfo=None)
