"""What the worker does by the clock, for the whole installation."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from caicach.core import backup, clock
from caicach.worker.services import enqueue, job, regular


@regular
def queue_backup(now: dt.datetime) -> None:
    """Once a day, from the hour that the settings name."""
    path = backup.path_of(now)
    if path is not None and now.hour >= settings.BACKUP_HOUR and not path.exists():
        enqueue("desk.backup", ward=None, key=f"desk.backup:{now:%Y-%m-%d}")


@job("desk.backup")
def nightly_backup() -> None:
    """The day's backup, if it isn't there yet, and no more old ones than wanted."""
    backup.nightly(at=clock.local(clock.now()), keep=settings.BACKUP_KEEP)
