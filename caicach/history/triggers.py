"""The triggers that refuse to change or delete an event, on both databases.

SQLite forgets a table's triggers whenever Django rebuilds the table, so they are put back after every migrate.

One thing passes: while a row of `Lifting` is there, which no transaction can commit, the named columns of a guarded table may be
written (`services.forgetting`, decision 0043); never another column, never a deletion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connection, connections

_tables: dict[str, tuple[str, ...]] = {"history_event": ()}
_LIFTED = "EXISTS (SELECT 1 FROM history_lifting)"


def guard(table: str, *, may_lose: tuple[str, ...] = ()) -> None:
    """A room's own table of events is only appended to as well; said once, when the room is ready. may_lose: the columns that may hold
    a person's words, and lose them once nobody may be known any more."""
    _tables[table] = may_lose


def _statements(table: str, vendor: str, columns: Iterable[str]) -> list[str]:
    may_lose = _tables[table]
    if vendor == "sqlite":
        same = " AND ".join(f"OLD.{one} IS NEW.{one}" for one in sorted(columns) if one not in may_lose)
        when = {"UPDATE": f"WHEN NOT ({_LIFTED} AND {same}) " if may_lose else "", "DELETE": ""}
        made = [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when[verb]}"
            f"BEGIN SELECT RAISE(ABORT, 'events are only appended'); END"
            for verb in ("UPDATE", "DELETE")
        ]
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for verb in ("update", "delete")] + made
    lost = "ARRAY[" + ", ".join(f"'{one}'" for one in may_lose) + "]::text[]"
    passes = (
        f"IF TG_OP = 'UPDATE' THEN IF {_LIFTED} AND to_jsonb(OLD) - {lost} = to_jsonb(NEW) - {lost} THEN RETURN NEW; END IF; END IF;"
        if may_lose
        else ""
    )
    return [
        f"""CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {passes} RAISE EXCEPTION 'events are only appended'; END $$""",
        f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
    ]


def install(using: str = DEFAULT_DB_ALIAS, **_: object) -> None:
    """Put the triggers where their tables are; a receiver of post_migrate."""
    one = connections[using]
    there = set(one.introspection.table_names())
    with one.cursor() as cursor:
        for table in _tables:
            if table not in there:
                continue
            columns = [column.name for column in one.introspection.get_table_description(cursor, table)]
            for statement in _statements(table, one.vendor, columns):
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
