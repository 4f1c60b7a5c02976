"""The worker says that it lives by touching a file; the health address and `caicach check` read its age."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

STALE_SECONDS = 60


def _file() -> Path:
    return Path(settings.DATA) / "worker.beat"


def beat() -> None:
    """Called by the worker's loop every few seconds."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().touch()


def is_fresh() -> bool:
    """Whether the worker is running now: it beats every few seconds."""
    age = age_seconds()
    return age is not None and age < STALE_SECONDS / 4


def age_seconds() -> int | None:
    """Seconds since the last sign of life; None if there never was one."""
    try:
        return max(0, round(time.time() - _file().stat().st_mtime))
    except OSError:
        return None
