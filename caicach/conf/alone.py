"""One at a time: what changes the tables or puts others in their place (prepare, upgrade, migrate, restore)."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caicach.rules.refusal import Refusal


@contextmanager
def alone() -> Iterator[None]:
    """Held by one process: in this data folder, and on PostgreSQL in this database too, where another machine may have
    another folder. Who comes second says so and waits. A fault ends the process, and both locks with it.

    Raises Refusal data.unwritable where the data folder takes no file.
    """
    from django.conf import settings
    from django.db import connection

    path = Path(settings.DATA) / ".prepare"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = path.open("w")
    except OSError as error:
        raise Refusal("data.unwritable", folder=str(path.parent)) from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say(_WAITS)
            fcntl.flock(held, fcntl.LOCK_EX)
        if connection.vendor != "postgresql":
            yield
            return
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")  # a migration waits for whoever reads its table
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                _say(_WAITS)
                cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


_WAITS = "Một lần khởi động hoặc nâng cấp khác đang chuẩn bị; chờ …"
_LOCK = 0x_CA1_CAC
"""a number that no other lock of the database has"""


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
