"""The triggers that refuse to change or delete an event, on both databases.

SQLite forgets a table's triggers whenever Django rebuilds the table, so they are put back after every migrate.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, connections

_tables = ["history_event"]


def guard(table: str) -> None:
    """A room's own table of events is only appended to as well; said once, when the room is ready."""
    if table not in _tables:
        _tables.append(table)


def _statements(table: str, vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'events are only appended'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f"""CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'events are only appended'; END $$""",
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    ]


def install(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """Put the triggers where their tables are; a receiver of post_migrate."""
    one = connections[using]
    there = set(one.introspection.table_names())
    with one.cursor() as cursor:
        for table in _tables:
            for statement in _statements(table, one.vendor) if table in there else ():
                cursor.execute(statement)


@contextmanager
def lifted() -> Iterator[None]:
    """For the tests' emptying of the database only."""
    with connection.cursor() as cursor:
        for table in _tables:
            if connection.vendor == "sqlite":
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
    try:
        yield
    finally:
        install()
