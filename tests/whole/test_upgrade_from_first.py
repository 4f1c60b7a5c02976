"""`caicach upgrade` from a database as it stood when plans could be read and reported on, and no more (tests/golden)."""

from __future__ import annotations

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests import prepared

DUMP = Path(__file__).resolve().parent.parent / "golden" / "demo-ward-0.1.sql.gz"
LOOK = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "caicach.conf.settings"
import django
django.setup()
from django.test import Client
from caicach.accounts.models import Person
found = {}
for user, address in (("hanh", "/ke-hoach/2026/cchc/"), ("hanh", "/viec/2026/cchc/VI-4/"), ("khang", "/viec-cua-toi/"),
                      ("tuan", "/ke-hoach/2026/cchc/toan-canh/"), ("quantri", "/nguoi/"), ("hanh", "/tim/?q=dao+tao")):
    client = Client(HTTP_HOST="localhost")
    client.force_login(Person.objects.get(user_name=user))
    answer = client.get(address)
    found[address] = [answer.status_code, answer.content.decode()]
print(json.dumps(found))
"""


def rows(path):
    with sqlite3.connect(path) as db:
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'dossiers_words%'"
            )
        ]  # fmt: skip; an index of words has no rows of its own
        answer = {}
        for table in tables:
            cursor = db.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            answer[table] = [dict(zip(names, row, strict=True)) for row in cursor]
        return answer


def shape(path):
    """Table → its columns, keys to other tables, indexes and named constraints, in no order; its triggers."""
    answer = {}
    with sqlite3.connect(path) as db:

        def asked(pragma, name, since=0):
            return sorted(tuple(map(str, row[since:])) for row in db.execute(f'PRAGMA {pragma}("{name}")'))

        for name, sql in db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall():  # fmt: skip
            indexes = sorted((*row[2:], tuple(asked("index_info", row[1], 2))) for row in db.execute(f'PRAGMA index_list("{name}")'))  # fmt: skip
            constraints = sorted(re.findall(r'CONSTRAINT "(\w+)" (\w+)', sql))
            triggers = sorted(db.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = 'trigger'", [name]))  # fmt: skip
            answer[name] = (
                asked("table_info", name, 1),
                asked("foreign_key_list", name, 2),
                indexes,
                constraints,
                triggers,
            )
    return answer


@pytest.mark.skipif("postgres" in os.environ.get("DATABASE_URL", ""), reason="bản lưu là của SQLite")
def test_migrated_or_made_at_once_a_new_database_is_the_same(tmp_path):
    """What migrations fill in, they fill into rows that are there: a new database has none."""
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    code = "from caicach.conf.manage import manage; manage(['migrate', '--verbosity', '0'])"
    subprocess.run(
        [sys.executable, "-c", code], env=env | {"CAICACH_DATA": str(tmp_path)}, check=True, timeout=200
    )
    prepared.copy("empty", tmp_path / "new")
    stepped, at_once = tmp_path / "caicach.sqlite3", tmp_path / "new" / "caicach.sqlite3"
    assert shape(stepped) == shape(at_once)
    filled = [{name for name, found in rows(path).items() if found} for path in (stepped, at_once)]
    assert filled[0] == filled[1] == {"django_migrations", "django_content_type", "auth_permission"}
    noted = [
        {(row["app"], row["name"]) for row in rows(path)["django_migrations"]} for path in (stepped, at_once)
    ]
    assert noted[0] <= noted[1]


@pytest.mark.skipif("postgres" in os.environ.get("DATABASE_URL", ""), reason="bản lưu là của SQLite")
def test_the_demo_ward_of_the_first_version_comes_up_whole(tmp_path):
    path = tmp_path / "caicach.sqlite3"
    with sqlite3.connect(path) as db:
        db.executescript(gzip.decompress(DUMP.read_bytes()).decode())
    before = rows(path)
    env = {
        **{
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CAICACH_TODAY")
        },
        "CAICACH_DATA": str(tmp_path),
        "CAICACH_BACKUPS": str(tmp_path / "backups"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "caicach", "upgrade"], env=env, capture_output=True, text=True, timeout=400, check=False
    )  # fmt: skip
    assert done.returncode == 0 and "Đã nâng cấp" in done.stdout, done.stdout + done.stderr
    prepared.copy("empty", tmp_path / "new")
    assert shape(path) == shape(tmp_path / "new" / "caicach.sqlite3"), (
        "step by step or at once, the same tables"
    )
    after = rows(path)
    for table, old in before.items():
        if table.startswith(("django_", "auth_")):
            continue
        new = {row.get("id", n): row for n, row in enumerate(after[table])}
        assert len(new) == len(old), table
        for n, row in enumerate(old):
            kept = new[row.get("id", n)]
            same = {name: kept[name] for name in row if name in kept}
            assert same == {name: row[name] for name in same}, table
    looked = subprocess.run([sys.executable, "-c", LOOK], env={**env, "CAICACH_TODAY": "2026-11-23"}, capture_output=True, text=True, timeout=400, check=False)  # fmt: skip
    assert looked.returncode == 0, looked.stderr
    pages = json.loads(looked.stdout.strip().splitlines()[-1])
    assert {address: status for address, (status, _) in pages.items()} == dict.fromkeys(pages, 200)
    assert (
        "Chưa có tin" in pages["/ke-hoach/2026/cchc/"][1]
        and "412/KH-UBND" in pages["/viec/2026/cchc/VI-4/"][1]
    )
