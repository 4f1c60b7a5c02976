"""Finding dossiers by the words of code, owner and procedure, a million of them or ten: by the database's own index of words.

SQLite: a table of FTS5 that holds the index alone, kept by triggers. PostgreSQL: a column that it makes itself, with a GIN index.
Both also hold the ward, so that a hundred wards do not read through each other's. A word counts from its beginning; the newest come
first, and no more is read than is shown (decision 0040).
"""

from __future__ import annotations

import re
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet

from caicach.dossiers.models import Dossier
from caicach.rules.vntext import fold

_INDEX = "dossiers_words"
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 12
_SHORT = 3
"""letters: so many are a beginning rather than a word"""
# the ward's word begins as no Vietnamese one does
_TEXT = "'zqw' || {0}ward_id || ' ' || {0}words"
_VECTOR = "to_tsvector('simple', 'zqw' || ward_id::text || ' ' || translate(words, '.-/', '   '))"
_FEW = 2_000
"""so many are sorted when they are known; among more the newest are met soon"""


def by_words(ward: int, asked: str) -> QuerySet[Dossier]:
    """The ward's dossiers that have all these words, the newest first; where none has them whole, those in which the last and the
    short ones go on. One query to see which."""
    words = _WORD.findall(fold(asked))[:_MOST_WORDS]
    if not words:
        return Dossier.objects.none()
    if len(words[-1]) > 1 and (rows := _having(ward, words, set())).exists():
        return rows
    return _having(ward, words, {n for n, word in enumerate(words) if len(word) <= _SHORT} | {len(words) - 1})


def _having(ward: int, words: list[str], open_: set[int]) -> QuerySet[Dossier]:
    """open_: places of the words that may go on."""
    rows = Dossier.objects.filter(ward_id=ward, set_aside=False)
    if connection.vendor == "postgresql":
        terms = [f"'{word}'" + ":*" * (n in open_) for n, word in enumerate(words)]
        asked = " & ".join([f"'zqw{ward}'", *terms])
        rows = rows.order_by("-id")
        if open_ and all(len(words[n]) >= _SHORT for n in open_) and len(ids := _probed(asked)) < _FEW:
            return rows.filter(pk__in=ids)
        return rows.extra(where=[f"{_INDEX} @@ to_tsquery('simple', %s)"], params=[asked])
    terms = [f'"{word}"' + "*" * (n in open_) for n, word in enumerate(words)]
    asked = " AND ".join([f"zqw{ward}", *terms])
    return rows.extra(
        tables=[_INDEX],
        where=[f"{_INDEX}.rowid = dossiers_dossier.id", f"{_INDEX} MATCH %s"],
        params=[asked],
        order_by=[f"-{_INDEX}.rowid"],  # by the index's own order: the rows need not be sorted
    )


def _probed(asked: str) -> list[int]:
    """Some of the rows that have the words, by the index. PostgreSQL takes a beginning for something frequent and would read the whole
    table for a word that is nowhere."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; "
            f"SELECT id FROM dossiers_dossier WHERE {_INDEX} @@ to_tsquery('simple', %s) LIMIT %s; "
            "SET LOCAL enable_seqscan = on",
            [asked, _FEW],
        )
        cursor.nextset()
        return [pk for (pk,) in cursor.fetchall()]


def install(using: str = DEFAULT_DB_ALIAS, plan: Any = (), **_: object) -> None:
    """Put the index where it is missing, and anew after migrations: SQLite forgets a table's triggers when Django rebuilds it.
    A receiver of post_migrate."""
    one = connections[using]
    with one.cursor() as cursor:
        if Dossier._meta.db_table not in one.introspection.table_names(cursor):
            return
        if one.vendor == "postgresql":
            cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = %s", [_INDEX])
            for statement in () if cursor.fetchone() else _POSTGRES:
                cursor.execute(statement)
            return
        cursor.execute("SELECT sql FROM sqlite_master WHERE name LIKE %s", [f"{_INDEX}%"])
        if set(_MADE) <= {text for (text,) in cursor.fetchall()} and not plan:
            return
        for statement in _SQLITE:
            cursor.execute(statement)


_POSTGRES = (
    f"ALTER TABLE dossiers_dossier ADD COLUMN IF NOT EXISTS {_INDEX} tsvector GENERATED ALWAYS AS ({_VECTOR}) STORED",
    f"CREATE INDEX IF NOT EXISTS {_INDEX} ON dossiers_dossier USING gin ({_INDEX})",
)
_FORGET = f"INSERT INTO {_INDEX}({_INDEX}, rowid, words) VALUES ('delete', old.id, {_TEXT.format('old.')});"
_LEARN = f"INSERT INTO {_INDEX}(rowid, words) VALUES (new.id, {_TEXT.format('new.')});"
_TRIGGERS = {
    "insert": f"AFTER INSERT ON dossiers_dossier BEGIN {_LEARN} END",
    "delete": f"AFTER DELETE ON dossiers_dossier BEGIN {_FORGET} END",
    "update": "AFTER UPDATE OF words, ward_id ON dossiers_dossier WHEN old.words <> new.words OR old.ward_id <> new.ward_id "
    f"BEGIN {_FORGET} {_LEARN} END",
}
_MADE = (
    f"CREATE VIRTUAL TABLE {_INDEX} USING fts5(words, content='', detail=none, columnsize=0, prefix='1 2 3 4')",
    *(f"CREATE TRIGGER {_INDEX}_on_{name} {what}" for name, what in _TRIGGERS.items()),
)
_SQLITE = (
    *(f"DROP TRIGGER IF EXISTS {_INDEX}_on_{name}" for name in _TRIGGERS),
    f"DROP TABLE IF EXISTS {_INDEX}",
    *_MADE,
    f"INSERT INTO {_INDEX}(rowid, words) SELECT id, {_TEXT.format('')} FROM dossiers_dossier",
)
