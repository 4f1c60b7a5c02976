"""Lists that another system lays into a folder: brought as if somebody had uploaded them, each once.

A sub-folder a ward, named by its number or by its name ("phuong-rach-gia"). A file that has been left alone for a while is taken and
moved to `da-nhan/`, one that cannot be to `khong-nhan/`, with a text beside it that says why. Nothing outside is ever touched: links
are not followed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from caicach.core import clock
from caicach.documents.services import clean_name
from caicach.dossiers import services
from caicach.dossiers.models import DossierList
from caicach.organisation.queries import ward_names
from caicach.rules.faults import why
from caicach.rules.refusal import Refusal
from caicach.rules.vntext import key

TAKEN, LEFT = "da-nhan", "khong-nhan"
SUFFIXES = (".xlsx", ".xls", ".ods", ".csv", ".txt")
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".partial")
MOST = 20
"""files of a ward in one go; the rest waits a minute"""
MOST_LOOKED_AT = 500
_OVER = (DossierList.DROPPED, DossierList.REFUSED)
_MOST_BYTES = 150
"""of a name that a file is moved under: the system allows 255, and a time and a number stand before it"""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that waits. taken: since then nobody has touched it."""

    path: Path
    name: str
    is_link: bool
    size: int
    touched: float


class _Changed(Exception):
    """Somebody is writing it still."""


@dataclass(slots=True)
class _Upload:
    """An open file, as `services.upload` takes it."""

    name: str | None
    size: int | None
    stream: BinaryIO

    def chunks(self) -> Iterator[bytes]:
        self.stream.seek(0)
        while piece := self.stream.read(1 << 20):
            yield piece


def names() -> dict[str, int]:
    """How a sub-folder may be named: a ward's number, or its name without accents → the ward. One query."""
    found: dict[str, int] = {}
    for pk, name in ward_names():
        slug = key(name).replace(" ", "-")
        found[slug if slug not in found else f"{slug}-{len(found) + 1}"] = pk
    return found | {str(pk): pk for pk in list(found.values())}


def folders() -> list[tuple[int, Path]]:
    """Each ward's folders. Raises OSError where the watched one cannot be read."""
    known = names()
    with os.scandir(settings.WATCHED) as entries:
        found = [(known.get(one.name.lower()), Path(one.path)) for one in entries if one.is_dir(follow_symlinks=False)]  # fmt: skip
    return sorted((ward, path) for ward, path in found if ward is not None)


def has_news(now: float) -> bool:
    """Whether a file is ready to be taken; nothing is opened for it."""
    try:
        return any(_may_write(folder) and next(ready(folder, now), None) for _, folder in folders())
    except OSError:
        return False


def waiting(folder: Path) -> list[Found]:
    """The files that lie in a folder, by name. Raises OSError."""
    found: list[Found] = []
    with os.scandir(folder) as entries:
        for one in entries:
            if len(found) == MOST_LOOKED_AT:
                break
            if one.name.startswith((".", "~")) or one.name.lower().endswith(_UNFINISHED):
                continue  # of a program that is at work there
            if one.is_dir(follow_symlinks=False):
                continue
            about = one.stat(follow_symlinks=False)
            found.append(Found(Path(one.path), one.name, one.is_symlink(), about.st_size, _touched(about)))
    return sorted(found, key=lambda one: one.name)


def _touched(about: os.stat_result) -> float:
    """When it was written, renamed or copied here last. What carries the day of another machine is no younger for it."""
    return max(about.st_ctime, about.st_mtime if about.st_mtime <= about.st_ctime else 0)


def ready(folder: Path, now: float) -> Iterator[Found]:
    """Those that have been left alone long enough; one of the time to come is no reason to wait for it."""
    for one in waiting(folder):
        if not 0 <= now - one.touched < settings.WATCHED_SECONDS:
            yield one


def bring(now: float) -> int:
    """Take what is ready, in each ward's folder; how many lists are new. Killed anywhere it goes on: what was taken is known by its
    content."""
    new = 0
    for ward, folder in folders():
        if not _may_write(folder):
            continue  # it could not be moved away, and would be taken again each minute
        try:
            found = [one for n, one in enumerate(ready(folder, now)) if n < MOST]
        except OSError:
            continue
        for one in found:
            try:
                new += _take(one, ward, folder)
            except _Changed:
                continue
            except OSError:  # whoever laid it there has taken it back, or changed the folder under our hands: the others go on
                continue
    return new


def _may_write(folder: Path) -> bool:
    """Whether files can be taken from here and laid where they go: a link there, or a file, is no such place."""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return False
    for place in (folder / TAKEN, folder / LEFT):
        if place.is_symlink() or (
            place.exists() and not (place.is_dir() and os.access(place, os.W_OK | os.X_OK))
        ):
            return False
    return True


def _take(one: Found, ward: int, folder: Path) -> bool:
    try:
        told, is_new = _brought(one, ward)
    except Refusal as refusal:
        if refusal.code == "file.disk-full":
            raise _Changed from None  # not the file's fault: it waits
        _away(one, folder / LEFT, str(refusal))
        return False
    except PermissionError:
        _away(one, folder / LEFT, "Phần mềm không có quyền đọc tệp này. Hãy cho quyền đọc rồi đặt lại.")
        return False
    _away(one, folder / TAKEN, told)
    return is_new


def _brought(one: Found, ward: int) -> tuple[str, bool]:
    """What is said of a file that was taken, and whether it is new. Raises Refusal watched.link, watched.kind, file.too-large,
    file.empty, file.disk-full; PermissionError."""
    name = clean_name(one.name)
    if one.is_link:
        raise Refusal("watched.link", name=name)
    limit = settings.FILE_LIMIT_MIB
    if one.size > limit * 1024 * 1024:
        raise Refusal("file.too-large", "file", name=name, size_mib=-(-one.size // 2**20), limit_mib=limit)
    if not name.lower().endswith(SUFFIXES):
        raise Refusal("watched.kind", name=name)
    handle = os.open(one.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as stream:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            raise Refusal("watched.kind", name=name)
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        of = DossierList.objects.filter(ward_id=ward, file__sha256=digest)
        there = of.exclude(state__in=_OVER).order_by("-id").first()
        if there is not None:
            return (
                f"Danh sách này đã nạp lúc {clock.local(there.made_at):%H:%M %d/%m/%Y}, không nạp lại.",
                False,
            )
        token = f"tm{digest[:24]}{of.count() % 10_000:04}"
        at = clock.now()
        with transaction.atomic():
            made = services.upload(
                _Upload(name, before.st_size, stream), ward=ward, token=token, by=None, at=at
            )
            after = os.fstat(handle)
            if made.file.sha256 != digest or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):  # fmt: skip
                raise _Changed
    return f"Đã nạp lúc {clock.local(at):%H:%M %d/%m/%Y}; đọc ra sao xem ở trang Hồ sơ, Nạp danh sách.", True


def _away(one: Found, place: Path, words: str) -> None:
    """Move it, never over another one, with a text beside it."""
    place.mkdir(exist_ok=True)
    where = os.open(
        place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    )  # a link put there meanwhile is not followed
    try:
        _laid(one, place, where, words)
    finally:
        os.close(where)


def _laid(one: Found, place: Path, where: int, words: str) -> None:
    now = clock.local(clock.now())
    bare = clean_name(one.name)
    suffix = Path(bare).suffix[:20]
    stem = bare[: len(bare) - len(suffix)].encode()[:_MOST_BYTES].decode(errors="ignore")
    first = f"{now:%Y-%m-%d-%Hh%M}-{stem}"
    target = next(
        path
        for n in range(1, 10_000)
        if not os.path.lexists(path := place / f"{first}{f'-{n}' if n > 1 else ''}{suffix}")
        and not os.path.lexists(f"{path}.vi-sao.txt")
    )
    os.rename(one.path, target.name, dst_dir_fd=where)  # a link is moved, not what it points at
    told = f"{one.name.encode(errors='replace').decode()}\n{words}\n".encode()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(f"{target.name}.vi-sao.txt", flags, 0o644, dir_fd=where), "wb") as beside:
        beside.write(told)


# --- what is wrong ------------------------------------------------------------------------------------------------


def problems() -> list[str]:
    """What somebody has to mend, in words; for `caicach check`. Empty where nothing is watched."""
    if settings.WATCHED is None:
        return []
    try:
        known = names()
        with os.scandir(settings.WATCHED) as entries:
            found = sorted((one for one in entries if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError as fault:
        return [f"Không đọc được thư mục theo dõi CAICACH_WATCHED ({why(fault)})."]
    told = []
    for one in found[:MOST_LOOKED_AT]:
        name = clean_name(one.name)
        if one.is_symlink():
            told.append(f"Trong thư mục theo dõi, “{name}” là đường dẫn tắt: phần mềm không đi theo.")
        elif not one.is_dir(follow_symlinks=False):
            told.append(f"Trong thư mục theo dõi, tệp “{name}” không nằm trong thư mục của phường nào.")
        elif one.name.lower() not in known:
            told.append(f"Trong thư mục theo dõi, “{name}” không phải số hay tên của phường nào, ví dụ “{next(iter(known), 'phuong-vi-du')}”.")  # fmt: skip
        elif not _may_write(Path(one.path)):
            told.append(f"Phần mềm không có quyền đọc và ghi ở thư mục theo dõi “{name}”.")
    return told


@dataclass(frozen=True, slots=True)
class Left:
    """A file that was not taken: its name, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What the page of lists says of a ward's folder. is_there: it has one. wrong: what has to be mended, "" where nothing. count:
    files that wait; left: those that were not taken, the newest first."""

    is_there: bool
    wrong: str = ""
    count: int = 0
    left: tuple[Left, ...] = ()


_SHOWN = 3


def of_ward(ward: int) -> Watched | None:
    """None where nothing is watched. One query."""
    if settings.WATCHED is None:
        return None
    try:
        mine = [path for one, path in folders() if one == ward]
        if not mine:
            return Watched(False)
        if not all(map(_may_write, mine)):
            return Watched(True, "Phần mềm không có quyền đọc và ghi ở thư mục của phường. Hãy báo người quản trị máy chủ.")  # fmt: skip
        return Watched(True, "", sum(len(waiting(path)) for path in mine), _left(mine))
    except OSError:
        return Watched(True, "Không đọc được thư mục theo dõi. Hãy báo người quản trị máy chủ.")


def _left(folders: list[Path]) -> tuple[Left, ...]:
    texts = [
        text for folder in folders for text in (folder / LEFT).glob("*.vi-sao.txt") if not text.is_symlink()
    ]
    found = []
    for text in sorted(texts, key=lambda one: one.name, reverse=True)[:_SHOWN]:
        name, _, words = text.read_text(encoding="utf-8", errors="replace")[:1_000].partition("\n")
        found.append(Left(clean_name(name), words.strip()))
    return tuple(found)


def machine_now() -> float:
    """The machine's clock, by which files are dated, whatever day is shown."""
    return clock.machine().timestamp()
