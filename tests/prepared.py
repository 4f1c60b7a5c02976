"""Databases and installations that a run of the tests prepares once, however many processes it has; who needs one copies it.

"empty": migrated, with nobody in it. "demo": as `caicach serve` leaves it after its first start on the tests' day, with
the demo ward, the ward beside it, and the static files gathered. What the first start does by itself stands in
tests/stories/test_first_start.py and test_fresh_clone.py, which take neither.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

SERVER = os.environ.get("DATABASE_URL", "")
ON_POSTGRES = SERVER.startswith("postgres")
_PLACE = "TESTS_PREPARED"
"""names the folder to the processes of one run"""
_HOW = {
    "empty": "from caicach.conf.manage import setup; setup(); from caicach.core.tables import bring_up; bring_up()",
    "demo": "from caicach.conf.manage import setup; setup(); from caicach.conf.prepare import prepare; prepare()",
}


def begin() -> str | None:
    """Make the place of this run; None where the process that started this one has made it."""
    if _PLACE in os.environ:
        return None
    os.environ[_PLACE] = tempfile.mkdtemp(prefix="caicach-prepared-")
    return os.environ[_PLACE]


def end(place: str) -> None:
    shutil.rmtree(place, ignore_errors=True)
    del os.environ[_PLACE]


def copy(kind: str, folder: Path) -> str:
    """Put an installation of this kind into the folder; the answer is its DATABASE_URL, "" for SQLite in the folder."""
    shutil.copytree(_made(kind), folder, dirs_exist_ok=True)
    return new_database(like=_template(kind))


def twin(folder: Path, url: str, place: Path) -> str:
    """Copy an installation that nobody uses meanwhile; the answer is as of `copy`."""
    shutil.copytree(folder, place, dirs_exist_ok=True)
    return new_database(like=url.rpartition("/")[2])


def new_database(*, like: str = "", name: str = "") -> str:
    """On PostgreSQL a database of its own, empty or a copy; "" elsewhere, where the folder has it all."""
    if not ON_POSTGRES:
        return ""
    import psycopg

    name = name or f"own_{uuid4().hex[:12]}"
    template = f' TEMPLATE "{like}"' if like else ""
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        server.execute(f'CREATE DATABASE "{name}"{template}')
    return f"{SERVER.rpartition('/')[0]}/{name}"


@contextlib.contextmanager
def filled_database(settings: dict):
    """Fill the database that Django's tests in this process use, so that nothing is left to migrate."""
    if ON_POSTGRES:
        import psycopg

        name = settings.get("TEST", {}).get("NAME") or f"test_{settings['NAME']}"
        _made("empty")
        new_database(like=_template("empty"), name=name)
        yield
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        return
    # in memory, and there as long as somebody holds it
    holder = sqlite3.connect("file:memorydb_default?mode=memory&cache=shared", uri=True)
    with (
        contextlib.closing(holder),
        contextlib.closing(sqlite3.connect(_made("empty") / "caicach.sqlite3")) as source,
    ):
        source.backup(holder)
        yield


def _template(kind: str) -> str:
    return f"prepared_{kind}_{os.environ[_PLACE][-8:].lower()}"


def _made(kind: str) -> Path:
    """The folder of this kind, made by whoever asks first."""
    folder = Path(os.environ[_PLACE]) / kind
    with (folder.parent / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        half = folder.with_suffix(".half")
        half.mkdir()
        url = new_database(name=_template(kind)) if kind == "empty" else ""
        if kind == "demo":
            shutil.copytree(_made("empty"), half, dirs_exist_ok=True)
            url = new_database(like=_template("empty"), name=_template(kind))
        _run(_HOW[kind], half, url)
        half.rename(folder)
    return folder


def _run(code: str, folder: Path, url: str) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("CAICACH_", "DATABASE_"))}
    env |= {"CAICACH_DATA": str(folder), "CAICACH_TODAY": "2026-11-23"} | (
        {"DATABASE_URL": url} if url else {}
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
