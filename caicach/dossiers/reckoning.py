"""Every open clock of a ward counted anew, after a change of days off or hours; what shows as before is not written.

A ward's calendar may change on a day with a hundred thousand open dossiers, so nothing here is made for a row but what is kept of
it: rows come as text, as the database holds them, working time is laid out once (`rules/work_table`), and what changed is written
in one statement on PostgreSQL, in one run of a prepared one on SQLite.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

from django.db import connection, transaction
from django.utils import timezone

from caicach import data
from caicach.core import clock
from caicach.dossiers.apart import recount
from caicach.organisation.queries import work_time
from caicach.rules.dossier_clock import share_used_at
from caicach.rules.work_table import WorkTable

YEARS = 3
"""laid out on each side of today; what lies beyond is counted one by one"""
_READ = (
    "SELECT c.dossier_id, {on}, {at}, {due}, {due_at}, {warn}, {urgent}, {apology}, {again}, {again_at} FROM dossiers_dossierclock c "
    "JOIN dossiers_dossier d ON d.id = c.dossier_id WHERE c.ward_id = %s AND c.settled_on IS NULL AND (d.due_on IS NOT NULL OR c.again_on IS NOT NULL)"
)
_COLUMNS = {
    "on": "d.received_on", "at": "d.received_time", "due": "d.due_on", "due_at": "d.due_time", "warn": "c.warn_from",
    "urgent": "c.urgent_from", "apology": "c.apology_by", "again": "c.again_on", "again_at": "c.again_time",
}  # fmt: skip
_SQLITE = (
    "UPDATE dossiers_dossierclock SET warn_from = ?, urgent_from = ?, apology_by = ? WHERE dossier_id = ?"
)
_POSTGRES = (
    "UPDATE dossiers_dossierclock c SET warn_from = n.warn AT TIME ZONE 'UTC', urgent_from = n.urgent AT TIME ZONE 'UTC', "
    "apology_by = n.apology FROM unnest(%s::timestamp[], %s::timestamp[], %s::date[], %s::bigint[]) "
    "AS n(warn, urgent, apology, id) WHERE c.dossier_id = n.id"
)
_Row = tuple[str | None, str | None, str | None, int]


@transaction.atomic
def reckon(ward: int) -> int:
    """The clocks of every promised dossier that is not settled; how many show otherwise than before."""
    time, today, limits = work_time(ward), clock.today(), data.limits()
    shares = (limits.warn_percent, limits.urgent_percent)
    span = dt.timedelta(days=366 * YEARS)
    table = WorkTable(time, today - span, today + span)
    zone = timezone.get_default_timezone()
    first = dt.datetime.combine(today - span, dt.time(), zone).astimezone(dt.UTC).replace(tzinfo=None)
    shift = first.hour * 60 + first.minute
    days = [f"{first.date() + dt.timedelta(days=n)} " for n in range(2 * span.days + 2)]
    times = [f"{n // 60:02}:{n % 60:02}:00" for n in range(1440)]

    @cache
    def place(day: str) -> int | None:
        return table.place_of(dt.date.fromisoformat(day))

    @cache
    def minute(at: str | None, without: int) -> int:
        return int(at[:2]) * 60 + int(at[3:5]) if at else without

    @cache
    def apology(day: str) -> str:
        return table.apology_day(dt.date.fromisoformat(day)).isoformat()

    def apart(on: str, at: int, day: str, due_at: int) -> list[str]:
        since, due = (_moment(*one) for one in ((on, at), (day, due_at)))
        both = (share_used_at(time, since, due, one).replace(tzinfo=zone) for one in shares)
        return [str(one.astimezone(dt.UTC).replace(tzinfo=None)) for one in both]

    moved: list[_Row] = []
    for pk, on, at, day, due_at, was_warn, was_urgent, was_apology, again, again_at in _rows(ward):
        warn = urgent = None
        if again is not None and (again, minute(again_at, 1439)) > (day or "", minute(due_at, 1439)):
            day, due_at = again, again_at  # what an apology promised
        if on is not None:
            begin, end = minute(at, 0), minute(due_at, 1439)
            if (on, begin) < (day, end):
                since, until = place(on), place(day)
                if since is None or until is None:
                    warn, urgent = apart(on, begin, day, end)
                else:
                    early, late = table.shares((since, begin), (until, end), *shares)
                    n, rest = divmod(early + shift, 1440)
                    warn = days[n] + times[rest]
                    n, rest = divmod(late + shift, 1440)
                    urgent = days[n] + times[rest]
        last: str | None = apology(day)
        if on is not None and last is not None and last < on:
            last = None
        if warn != was_warn or urgent != was_urgent or last != was_apology:
            moved.append((warn, urgent, last, pk))
    _write(moved)
    recount(ward, only_open=True)
    return len(moved)


def _moment(day: str, minute: int) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(minute // 60, minute % 60))


def _rows(ward: int):  # type: ignore[no-untyped-def]
    """Plain text, moments in UTC: an expression has no declared type, and nothing makes objects of it."""
    if connection.vendor == "postgresql":
        as_text = {key: f"{column}::text" for key, column in _COLUMNS.items()}
        for key in ("warn", "urgent"):
            as_text[key] = f"({_COLUMNS[key]} AT TIME ZONE 'UTC')::text"
    else:
        as_text = {key: f"{column} || ''" for key, column in _COLUMNS.items()}
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(**as_text), [ward])
        return cursor.fetchall()


def _write(moved: list[_Row]) -> None:
    if not moved:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES, [list(column) for column in zip(*moved, strict=True)])
        else:
            cursor.cursor.connection.executemany(_SQLITE, moved)
