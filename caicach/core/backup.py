"""Database and files in one archive, and back again; each database in its own way (SQLite's backup API, pg_dump).

The archive is a plain tar, so that any computer can open it without this software: `database.sqlite3` or `database.pgdump`,
`files/<aa>/<sha256>`, and last `manifest.json` with the checksum of the database. A stored file's name is its checksum.
The signing key of sessions is not in it: whoever finds a copy must not be able to sign in with it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from caicach import __version__
from caicach.core import clock, heartbeat
from caicach.rules.faults import why
from caicach.rules.refusal import Refusal

Progress = Callable[[float, str], None]
"""called with the share done (0 to 1) and what is being done, in Vietnamese"""

_DATABASE = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
_MANIFEST = "manifest.json"
_STORED = re.compile(r"files/([0-9a-f]{2})/(\1[0-9a-f]{62})")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Facts:
    """What an archive says of itself. made_at: with its zone; database: "sqlite" or "postgresql"; bytes: of all in it."""

    made_at: dt.datetime
    version: str
    database: str
    files: int
    bytes: int


def backup(path: Path, *, at: dt.datetime, progress: Progress | None = None) -> Facts:
    """Write an archive while everything goes on running: there whole, or not at all.

    The database is copied first: every file that it names was stored before. Raises Refusal backup.exists,
    backup.unwritable, tool.pgdump-missing, backup.failed.
    """
    told = progress or (lambda share, words: None)
    if path.exists():
        raise Refusal("backup.exists", name=str(path))
    name = _DATABASE[connection.vendor]
    try:
        with tempfile.TemporaryDirectory(prefix=".sao-luu-", dir=path.absolute().parent) as folder:
            part = Path(folder) / "archive.tar"
            copied = Path(folder) / name
            told(0.0, "Đang chép cơ sở dữ liệu")
            dump(copied)
            stored = _stored_files()
            whole = copied.stat().st_size + sum(file.stat().st_size for file in stored)
            facts = Facts(at, __version__, connection.vendor, len(stored), whole)
            with part.open("xb") as out:
                done = copied.stat().st_size
                with ThreadPoolExecutor(1) as beside:  # the checksum takes as long as the disk
                    sum_of = beside.submit(_checksum, copied)
                    _put_first(out, copied, name)
                    os.fsync(out.fileno())
                    digest = sum_of.result()
                copied.unlink()
                with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
                    for file in stored:
                        told(min(0.99, done / max(1, whole)), "Đang chép tệp")
                        done += file.stat().st_size
                        if _checksum(file) != file.name:
                            raise Refusal("backup.file-spoilt", name=file.name)
                        with file.open("rb") as stream:
                            archive.addfile(_member(f"files/{file.parent.name}/{file.name}", stream), stream)
                    _put_manifest(archive, facts, digest)
                out.flush()
                os.fsync(out.fileno())
            os.link(part, path)  # never over another file, as a rename would be
    except FileExistsError:
        raise Refusal("backup.exists", name=str(path)) from None
    except OSError as error:
        raise Refusal("backup.unwritable", name=str(path), why=why(error)) from error
    told(1.0, "Đã sao lưu")
    return facts


def verify(path: Path, *, progress: Progress | None = None) -> Facts:
    """Read an archive to its end and compare every checksum. Raises Refusal backup.missing, backup.no-backup, backup.spoilt."""
    return _read(path, lambda name, stream: None, progress)


def restore(path: Path, *, replace: bool = False, progress: Progress | None = None) -> Facts:
    """Put database and files back as they were. Nothing is changed before the whole archive was found good.

    replace: a database that holds something is kept aside and the archive's takes its place; stored files only grow.
    Raises as `verify`, and Refusal backup.running, backup.not-empty, backup.other-database, backup.failed.
    """
    if heartbeat.is_fresh():
        raise Refusal("backup.running")
    facts = verify(path, progress=progress)
    if facts.database != connection.vendor:
        raise Refusal("backup.other-database", theirs=facts.database, ours=connection.vendor)
    is_empty = not _holds_something()
    if not is_empty and not replace:
        raise Refusal("backup.not-empty")
    name = _DATABASE[facts.database]
    root = Path(settings.FILES)
    root.mkdir(parents=True, exist_ok=True)
    Path(settings.DATA).mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=".khoi-phuc-", dir=settings.DATA) as folder:
            dump = Path(folder) / name

            def put(member: str, stream: IO[bytes]) -> None:
                target = dump if member == name else root / member.removeprefix("files/")
                if target.exists():
                    return
                target.parent.mkdir(parents=True, exist_ok=True)
                aside = Path(folder) / "aside"
                with aside.open("wb") as out:
                    shutil.copyfileobj(stream, out, _BLOCK)
                aside.replace(target)

            _read(path, put, progress)
            _load(dump, keep=not is_empty)
    except OSError as error:
        raise Refusal("backup.failed", why=why(error)) from error
    return facts


# --- the archive ---------------------------------------------------------------------------------------------------


def _stored_files() -> list[Path]:
    """Every stored file; what is only being received has another name."""
    found = Path(settings.FILES).glob("[0-9a-f][0-9a-f]/*")
    return sorted(file for file in found if _STORED.fullmatch(f"files/{file.parent.name}/{file.name}"))


class _Hashed(io.RawIOBase):
    """Reads another stream and takes its checksum by the way."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.digest.update(block)
        return block


def _checksum(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _member(name: str, stream: IO[bytes]) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    found = os.fstat(stream.fileno())
    member.size, member.mtime, member.mode = found.st_size, int(found.st_mtime), 0o600
    return member


def _put_first(out: IO[bytes], file: Path, name: str) -> None:
    """A large file as the first member, its bytes copied by the system itself."""
    with file.open("rb") as stream:
        member = _member(name, stream)
        out.write(member.tobuf(tarfile.PAX_FORMAT))
        out.flush()
        left = member.size
        while left and (copied := os.sendfile(out.fileno(), stream.fileno(), None, left)):
            left -= copied
    out.seek(0, os.SEEK_END)
    out.write(bytes(-member.size % tarfile.BLOCKSIZE))


def _put_manifest(archive: tarfile.TarFile, facts: Facts, digest: str) -> None:
    text = {
        "format": 1, "made_at": facts.made_at.isoformat(), "version": facts.version, "database": facts.database,
        "sha256": digest, "files": facts.files, "bytes": facts.bytes,
    }  # fmt: skip
    data = json.dumps(text, indent=1).encode()
    member = tarfile.TarInfo(_MANIFEST)
    member.size, member.mode = len(data), 0o600
    archive.addfile(member, io.BytesIO(data))


def _read(path: Path, take: Callable[[str, IO[bytes]], None], progress: Progress | None) -> Facts:
    """Every member of an archive in its order, checked; take gets each but the manifest, and may leave it unread."""
    told = progress or (lambda share, words: None)
    if not path.is_file():
        raise Refusal("backup.missing", name=str(path))
    spoilt = Refusal("backup.spoilt", name=str(path))
    digest, files, manifest = "", 0, None
    size = max(1, path.stat().st_size)
    try:
        with tarfile.open(path, "r:") as archive:
            for member in archive:
                told(member.offset / size, "Đang đọc bản sao lưu")
                stream = archive.extractfile(member) if member.isreg() else None
                if stream is None or manifest is not None:
                    raise spoilt
                if member.name == _MANIFEST:
                    manifest = json.loads(stream.read(_BLOCK))
                    continue
                stored = _STORED.fullmatch(member.name)
                if not stored and member.name not in _DATABASE.values():
                    raise Refusal("backup.no-backup", name=str(path))
                hashed = _Hashed(stream)
                take(member.name, hashed)  # type: ignore[arg-type]
                while hashed.read(_BLOCK):
                    pass
                found = hashed.digest.hexdigest()
                if stored and found != stored[2]:
                    raise spoilt
                files += bool(stored)
                digest = digest if stored else found
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise (Refusal("backup.no-backup", name=str(path)) if not digest else spoilt) from error
    if manifest is None:
        raise spoilt if digest else Refusal("backup.no-backup", name=str(path))
    try:
        facts = Facts(
            dt.datetime.fromisoformat(manifest["made_at"]), str(manifest["version"]), str(manifest["database"]),
            int(manifest["files"]), int(manifest["bytes"]),
        )  # fmt: skip
        is_whole = manifest["format"] == 1 and manifest["sha256"] == digest and facts.files == files
    except (KeyError, TypeError, ValueError):
        raise spoilt from None
    if not is_whole:
        raise spoilt
    return facts


# --- the databases -------------------------------------------------------------------------------------------------


def _holds_something() -> bool:
    """Whether the database has a ward, by whatever version made it."""
    connection.ensure_connection()
    if "organisation_ward" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM organisation_ward LIMIT 1")
        return cursor.fetchone() is not None


def dump(target: Path) -> None:
    """The database alone, in its own way, into a new file. Raises Refusal backup.failed."""
    if connection.vendor == "sqlite":
        try:
            copy_sqlite(Path(str(connection.settings_dict["NAME"])), target)
        except sqlite3.Error as error:
            raise Refusal("backup.failed", why="đĩa đã đầy, hoặc cơ sở dữ liệu không đọc được") from error
    else:
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"])


def copy_sqlite(source: Path, target: Path) -> None:
    """A whole SQLite database into a new file, at one moment, while others write."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as read,
        contextlib.closing(sqlite3.connect(target)) as written,
    ):
        written.execute("PRAGMA journal_mode=OFF")  # a copy that is cut off is thrown away whole
        written.execute("PRAGMA synchronous=OFF")
        read.backup(written, pages=-1)


def _load(dump: Path, *, keep: bool) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        _load_sqlite(dump, keep=keep)
    else:
        _load_postgres(dump)


def _aside(current: Path, now: dt.datetime) -> Path:
    """A name that nothing has yet, beside a database, for what it was until now: "….truoc-2026-11-23-14h05"."""
    name = f"{current.name}.truoc-{now:%Y-%m-%d-%Hh%M}"
    tails = itertools.chain([""], (f"-{n}" for n in itertools.count(2)))
    return next(free for tail in tails if not (free := current.with_name(f"{name}{tail}")).exists())


def _load_sqlite(dump: Path, *, keep: bool) -> None:
    with contextlib.closing(sqlite3.connect(dump)) as found:
        if found.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise Refusal("backup.failed", why="cơ sở dữ liệu trong bản sao không lành")
    current = Path(str(connection.settings_dict["NAME"]))
    with dump.open("rb") as file:
        os.fsync(file.fileno())
    if keep:
        copy_sqlite(current, _aside(current, clock.local(clock.now())))
        with contextlib.closing(sqlite3.connect(current)) as log:
            log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for rest in ("-wal", "-shm"):
        Path(f"{current}{rest}").unlink(missing_ok=True)
    dump.replace(current)


def _load_postgres(dump: Path) -> None:
    """Beside what is there, which takes its place again if anything fails."""
    kept = f"truoc_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA public RENAME TO "{kept}"')
        cursor.execute("CREATE SCHEMA public")
    connection.close()
    try:
        _run(["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", "--schema=public",
              f"--dbname={connection.settings_dict['NAME']}", str(dump)])  # fmt: skip
    except BaseException:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute(f'ALTER SCHEMA "{kept}" RENAME TO public')
        raise
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA "{kept}" CASCADE')


def _run(command: list[str]) -> None:
    """A PostgreSQL tool with the connection in its environment: a password on a command line is seen by everybody."""
    tool = _tool(command[0])
    found = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {
        **os.environ,
        **{name: str(found[ours]) for name, ours in names.items() if found.get(ours)},
    }
    done = subprocess.run([tool, *command[1:]], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refusal(
            "backup.failed", why=done.stderr.strip().splitlines()[-1][:300] if done.stderr.strip() else tool
        )


def _tool(name: str) -> str:
    """The newest of the installed ones: an old pg_dump refuses a newer server."""
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: _number(p.parts[-3]))
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        raise Refusal("tool.postgresql-client-missing")
    return found


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


# --- kept by the worker --------------------------------------------------------------------------------------------


def folder() -> Path | None:
    """Where the nightly ones lie; None where nobody wants them."""
    found: Path | None = settings.BACKUPS
    return found


def path_of(at: dt.datetime) -> Path | None:
    """The nightly backup of a day (at: in the ward's zone), whether or not it is there yet."""
    place = folder()
    return place / f"caicach-{at:%Y-%m-%d}.tar" if place is not None else None


def nightly(*, at: dt.datetime, keep: int) -> Path | None:
    """One backup for a day, and no more than `keep` of them; None where the day has one already, or nobody wants any."""
    path = path_of(at)
    if path is None or path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    backup(path, at=at)
    for old in _kept(path.parent)[:-keep]:
        old.unlink()
    return path


def last_good() -> dt.datetime | None:
    """When the newest nightly backup was made; None where there is none. Its checksums were taken as it was written."""
    place = folder()
    kept = _kept(place) if place is not None and place.is_dir() else []
    return dt.datetime.fromtimestamp(kept[-1].stat().st_mtime, dt.UTC) if kept else None


def _kept(place: Path) -> list[Path]:
    return sorted(place.glob("caicach-????-??-??.tar"))
