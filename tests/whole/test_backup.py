"""Backup and restore of a whole installation, on the database that DATABASE_URL names, by the command line."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sqlite3
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest

from tests import prepared
from tests.prepared import ON_POSTGRES


class Installation:
    """A folder and a database of its own, used through the command as its owner would."""

    def __init__(self, folder: Path, *, like: str | Installation | None = None) -> None:
        """like: a kind of tests/prepared.py, or another one; None: no table is there yet."""
        self.data = folder
        self.env = {
            k: v for k, v in os.environ.items() if not k.startswith(("CAICACH_", "DATABASE_", "DJANGO_"))
        }
        self.env["CAICACH_DATA"] = str(folder)
        if isinstance(like, Installation):
            self.url = prepared.twin(like.data, like.url, folder)
        else:
            self.url = prepared.copy(like, folder) if like else prepared.new_database()
        if self.url:
            self.env["DATABASE_URL"] = self.url

    def run(self, *arguments: object, **more) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "caicach", *map(str, arguments)],
            env=self.env | more.pop("env", {}), capture_output=True, text=True, timeout=120, check=False, **more,
        )  # fmt: skip

    def done(self, *arguments: object) -> str:
        found = self.run(*arguments)
        assert found.returncode == 0, found.stderr
        return found.stdout

    def rows(self) -> dict[str, list[tuple]]:
        """Every row of every table."""
        if ON_POSTGRES:
            import psycopg

            with psycopg.connect(self.url) as read:
                names = read.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
                return {
                    n: sorted(read.execute(f'SELECT * FROM "{n}"').fetchall(), key=repr) for (n,) in names
                }
        with contextlib.closing(sqlite3.connect(self.data / "caicach.sqlite3")) as read:
            names = read.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'dossiers_words%'"
            ).fetchall()
            return {n: sorted(read.execute(f'SELECT * FROM "{n}"').fetchall(), key=repr) for (n,) in names}

    def files(self) -> dict[str, bytes]:
        root = self.data / "files"
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    def execute(self, statement: str) -> None:
        if ON_POSTGRES:
            import psycopg

            with psycopg.connect(self.url) as write:
                write.execute(statement)
        else:
            with contextlib.closing(sqlite3.connect(self.data / "caicach.sqlite3")) as write, write:
                write.execute(statement)


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Installation:
    """The demo ward, and one stored file."""
    made = Installation(tmp_path_factory.mktemp("goc"), like="demo")
    place = made.data / "files" / "b9"
    place.mkdir(parents=True)
    (place / "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9").write_bytes(b"hello world")
    return made


@pytest.fixture(scope="module")
def archive(original, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("sao") / "sao-luu.tar"
    assert "Đã sao lưu" in original.done("backup", path)
    return path


@pytest.fixture
def empty(tmp_path) -> Installation:
    return Installation(tmp_path / "moi")


def test_every_row_and_every_file_comes_back(original, archive, empty):
    assert "Bản sao lưu lành" in original.done("backup", "--verify", archive)
    assert "Đã khôi phục" in empty.done("restore", archive)
    before, after = original.rows(), empty.rows()
    assert before.keys() == after.keys() and sum(map(len, before.values())) > 500
    for table, rows in before.items():
        assert after[table] == rows, table
    assert empty.files() == original.files() != {}
    assert "thiếu" not in empty.run("check").stdout


def test_what_was_said_stays_unchangeable_after_a_restore(archive, empty):
    empty.done("restore", archive)
    with pytest.raises(Exception, match="only appended"):
        empty.execute("UPDATE history_event SET word = 'khác'")


def test_new_rows_get_new_numbers_after_a_restore(original, archive, empty):
    empty.done("restore", archive)
    code = "from caicach.conf.manage import setup; setup(); from caicach.organisation import services as s; s.found_ward(name='Phường Mới', province='An Giang')"
    subprocess.run([sys.executable, "-c", code], env=empty.env, check=True, timeout=60)
    numbers = [row[0] for row in empty.rows()["organisation_ward"]]
    assert len(numbers) == len(original.rows()["organisation_ward"]) + 1 == len(set(numbers))


def test_a_backup_is_one_moment_while_others_write(original, tmp_path, empty):
    """Two rows of one transaction are both in it, or neither."""
    stop, written = threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            word = f"cap{len(written)}"
            values = ", ".join(f"('{word}-{side}', 0, '2026-11-23 00:00:00')" for side in ("trai", "phai"))
            original.execute(f"INSERT INTO accounts_wrongtries (name_hash, count, last_at) VALUES {values}")
            written.append(word)
            time.sleep(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 5:
            time.sleep(0.01)
        original.done("backup", tmp_path / "song.tar")
    finally:
        stop.set()
        writer.join()
    empty.done("restore", tmp_path / "song.tar")
    found = {row[0] for row in empty.rows()["accounts_wrongtries"] if str(row[0]).startswith("cap")}
    assert found and all(
        f"{name.split('-')[0]}-{side}" in found for name in found for side in ("trai", "phai")
    )


def spoilt(archive: Path, how: str, path: Path) -> Path:
    data = bytearray(archive.read_bytes())
    match how:
        case "one bit":
            data[len(data) // 2] ^= 1
        case "cut":
            del data[len(data) // 2 :]
        case "no end":
            del data[-20_000:]
        case "text":
            data = bytearray("Đây không phải bản sao lưu.".encode())
        case "empty":
            data = bytearray()
        case "another tar" | "outside":
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode="w") as made:
                member = tarfile.TarInfo("../ngoai" if how == "outside" else "anh.png")
                member.size = 3
                made.addfile(member, io.BytesIO(b"abc"))
            data = bytearray(out.getvalue())
    path.write_bytes(data)
    return path


@pytest.mark.one_database
@pytest.mark.parametrize("how", ["one bit", "cut", "no end", "text", "empty", "another tar", "outside"])
def test_a_spoilt_archive_changes_nothing(archive, tmp_path, how):
    new = Installation(tmp_path / "moi", like="empty")
    before = new.rows()
    done = new.run("restore", spoilt(archive, how, tmp_path / "hong.tar"), "--replace")
    assert done.returncode == 2 and "hong.tar" in done.stderr and "Traceback" not in done.stderr
    assert new.rows() == before and new.files() == {}
    assert not (tmp_path / "ngoai").exists()


def test_what_is_there_is_replaced_only_when_asked_and_kept(original, archive, empty):
    empty.done("restore", archive)
    empty.execute("UPDATE organisation_ward SET name = 'Phường khác' WHERE id = 1")
    refused = empty.run("restore", archive)
    assert refused.returncode == 2 and "--replace" in refused.stderr
    assert any("Phường khác" in map(str, row) for row in empty.rows()["organisation_ward"])
    empty.done("restore", archive, "--replace")
    assert empty.rows()["organisation_ward"] == original.rows()["organisation_ward"]
    if not ON_POSTGRES:
        (kept,) = empty.data.glob("caicach.sqlite3.truoc-*")
        with contextlib.closing(sqlite3.connect(kept)) as read:
            assert read.execute("SELECT name FROM organisation_ward WHERE id = 1").fetchone() == (
                "Phường khác",
            )
        assert re.fullmatch(r"caicach\.sqlite3\.truoc-\d{4}-\d\d-\d\d-\d\dh\d\d", kept.name)
        before = kept.read_bytes()
        empty.done("restore", archive, "--replace")
        assert len(list(empty.data.glob("caicach.sqlite3.truoc-*"))) == 2 and kept.read_bytes() == before


def test_why_nothing_could_be_written_is_said_in_vietnamese(original, tmp_path):
    refused = original.run("backup", tmp_path / "khong-co" / "x.tar")
    assert refused.returncode == 2 and "(không có thư mục này)" in refused.stderr, refused.stderr
    import caicach

    sources = Path(caicach.__file__).parent.rglob("*.py")
    assert not [one for one in sources if "strerror" in one.read_text(encoding="utf-8")]


def test_nothing_is_restored_under_a_running_server(archive, empty):
    empty.data.mkdir(parents=True, exist_ok=True)
    (empty.data / "worker.beat").touch()
    done = empty.run("restore", archive)
    assert done.returncode == 2 and "đang chạy" in done.stderr


def test_no_backup_overwrites_a_file_or_leaves_half_of_one(original, archive, tmp_path):
    before = archive.read_bytes()
    done = original.run("backup", archive)
    assert done.returncode == 2 and "Đã có" in done.stderr and archive.read_bytes() == before
    limited = f"ulimit -f 64; exec {sys.executable} -m caicach backup {tmp_path / 'day.tar'}"
    full = subprocess.run(
        ["bash", "-c", limited], env=original.env, capture_output=True, text=True, timeout=60, check=False
    )
    assert full.returncode == 2 and "Traceback" not in full.stderr, full.stderr
    assert list(tmp_path.iterdir()) == [], "nothing half-written is left"
    missing = original.run("backup", tmp_path / "khong-co" / "a.tar")
    assert missing.returncode == 2 and "Traceback" not in missing.stderr


def test_a_stored_file_that_rotted_is_said(original, tmp_path):
    own = Installation(tmp_path / "ban-sao", like=original)
    (stored,) = (own.data / "files").rglob("b94d*")
    stored.write_bytes(b"hello w0rld")
    done = own.run("backup", tmp_path / "a.tar")
    assert done.returncode == 2 and "b94d27b9934d" in done.stderr and not (tmp_path / "a.tar").exists()


def test_one_a_night_and_no_more_than_wanted(original, tmp_path):
    place = tmp_path / "dem"
    code = """
from caicach.conf.manage import setup; setup()
import datetime as dt
from caicach.core import backup, clock
from caicach.desk.jobs import queue_backup
from caicach.worker.models import Job
start = clock.local(clock.now()).replace(hour=3)
for day in range(4):
    for _ in range(2):
        queue_backup(start + dt.timedelta(days=day))
    backup.nightly(at=start + dt.timedelta(days=day), keep=2)
queue_backup(start + dt.timedelta(days=3))
queue_backup(start.replace(hour=1) + dt.timedelta(days=9))
print(Job.objects.filter(name="desk.backup").count(), len(list(backup.folder().iterdir())))
Job.objects.filter(name="desk.backup").delete()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=original.env | {"CAICACH_BACKUPS": str(place)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["4", "2"], done.stderr
    assert "Bản sao lưu gần nhất" in original.run("check", env={"CAICACH_BACKUPS": str(place)}).stdout


def by_model(installation: Installation, env: dict[str, str]) -> dict[str, list[str]]:
    """Every model's rows as Django reads them, so that two kinds of database can be compared."""
    code = """
from caicach.conf.manage import setup; setup()
import json
from django.apps import apps
facts = {m._meta.label: [repr(row) for row in m._base_manager.order_by("pk").values_list()] for m in apps.get_models(include_auto_created=True)}
print(json.dumps(facts))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True
    )
    import json

    return json.loads(done.stdout)


def test_every_row_goes_to_another_database_and_back(original, tmp_path):
    url = f"sqlite:///{tmp_path / 'khac.sqlite3'}"
    assert "đối chiếu" in original.done("copy-database", url)
    there = {**original.env, "DATABASE_URL": url}
    before = by_model(original, original.env)
    assert by_model(original, there) == before and sum(map(len, before.values())) > 500
    with (
        sqlite3.connect(tmp_path / "khac.sqlite3") as db,
        pytest.raises(sqlite3.IntegrityError, match="only appended"),
    ):
        db.execute("UPDATE history_event SET code = 'x'")
    again = original.run("copy-database", url)
    assert again.returncode == 2 and "đã có dữ liệu" in again.stderr
    back = Installation(tmp_path / "ve", like="empty")
    home = back.url or f"sqlite:///{back.data / 'caicach.sqlite3'}"
    done = subprocess.run(
        [sys.executable, "-m", "caicach", "copy-database", "-"], input=home + "\n", env=there, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert by_model(back, {**back.env, "DATABASE_URL": home}) == before
    code = "from caicach.conf.manage import setup; setup(); from caicach.organisation import services as s; s.found_ward(name='Phường Mới', province='An Giang')"
    subprocess.run(
        [sys.executable, "-c", code], env={**back.env, "DATABASE_URL": home}, check=True, timeout=60
    )


@pytest.mark.one_database
@pytest.mark.parametrize("url", ["", "khong phai", "mysql://a@b/c", "sqlite:////khong/co/thu/muc/a.sqlite3"])
def test_a_database_that_is_none_is_said(original, url):
    done = original.run("copy-database", url)
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr.strip()


def test_nothing_is_copied_onto_itself(original):
    done = original.run("copy-database", original.url or f"sqlite:///{original.data / 'caicach.sqlite3'}")
    assert done.returncode == 2 and "đang dùng" in done.stderr


@pytest.fixture(scope="module")
def some_migrations_ago(original, tmp_path_factory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("truoc"), like=original)
    done = subprocess.run(
        [sys.executable, "-c", _BACK], env=made.env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return made


# the steps that the one squashed migration of a room stands for
_BACK = """
from caicach.conf.manage import setup
setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
MigrationExecutor(connection).migrate([("plans", "0001_squashed_0004_closing")])  # what follows it
executor = MigrationExecutor(connection)
executor.loader.replace_migrations = False
executor.loader.build_graph()
executor.migrate([("plans", "0002_amendments")])
"""


@pytest.fixture
def older(some_migrations_ago, tmp_path) -> Installation:
    """The demo ward in a database of some migrations ago."""
    return Installation(tmp_path / "cu", like=some_migrations_ago)


def test_an_upgrade_makes_a_backup_and_brings_the_database_up_to_date(original, older):
    before = older.rows()
    done = older.run("upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Đã nâng cấp" in done.stdout
    assert older.rows().keys() == original.rows().keys()
    assert older.rows()["history_event"] == before["history_event"]
    (kept,) = (older.data / "backups").glob("truoc-nang-cap-*.tar")
    older.done("backup", "--verify", kept)
    assert "đúng phiên bản" in older.run("upgrade").stdout
    assert len(list((older.data / "backups").iterdir())) == 1, "nothing to do, nothing to keep"


def test_an_upgrade_that_fails_leaves_everything_as_it_was(older):
    older.execute("DROP TABLE plans_draftmend")  # one of the next steps will look for it
    before = older.rows()
    done = older.run("upgrade")
    assert done.returncode == 2 and "trở lại như trước" in done.stderr and "Traceback" not in done.stderr
    assert older.rows() == before
    kept = next(iter((older.data / "backups").glob("truoc-nang-cap-*.tar")))
    older.done("backup", "--verify", kept)


def test_nothing_is_upgraded_under_a_running_server(older):
    (older.data / "worker.beat").touch()
    done = older.run("upgrade")
    assert done.returncode == 2 and "đang chạy" in done.stderr
