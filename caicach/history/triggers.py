"""The triggers that refuse to change or delete an event, on both databases.

SQLite forgets a table's triggers whenever Django rebuilds the table, so they are put back after every migrate.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_TABLE = "history_event"
_SQLITE = {
    f"{_TABLE}_no_{verb.lower()}": (
        f"CREATE TRIGGER IF NOT EXISTS {_TABLE}_no_{verb.lower()} BEFORE {verb} ON {_TABLE} "
        f"BEGIN SELECT RAISE(ABORT, 'events are only appended'); END"
    )
    for verb in ("UPDATE", "DELETE")
}
_POSTGRES = (
    f"""CREATE OR REPLACE FUNCTION {_TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'events are only appended'; END $$""",
    f"DROP TRIGGER IF EXISTS {_TABLE}_no_change ON {_TABLE}",
    f"CREATE TRIGGER {_TABLE}_no_change BEFORE UPDATE OR DELETE ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {_TABLE}_refuse()",
)


def install(**_: object) -> None:
    """Put the triggers there if the table is there; a receiver of post_migrate."""
    if _TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _SQLITE.values() if connection.vendor == "sqlite" else _POSTGRES:
            cursor.execute(statement)


@contextmanager
def lifted() -> Iterator[None]:
    """For the tests' emptying of the database only."""
    names = list(_SQLITE) if connection.vendor == "sqlite" else [f"{_TABLE}_no_change"]
    tail = "" if connection.vendor == "sqlite" else f" ON {_TABLE}"
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{tail}")
    try:
        yield
    finally:
        install()
