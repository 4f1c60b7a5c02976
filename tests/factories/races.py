"""Two at once on PostgreSQL, without a guess of seconds: the second is let on when it stands at the first one's lock."""

import datetime as dt

from django.db import connection


def until_somebody_waits() -> None:
    """Return when some process waits for a lock. Raises AssertionError where nobody does within ten seconds."""
    end = dt.datetime.now() + dt.timedelta(seconds=10)
    while dt.datetime.now() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waited for a lock")
