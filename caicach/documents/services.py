"""Storing a file: whole, or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from django.conf import settings

from caicach.documents.models import StoredFile as StoredFile
from caicach.rules.refusal import Refusal

_BY_START = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\xd0\xcf\x11\xe0", "application/msword"),
)
KIND_OF_SUFFIX = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}


class Upload(Protocol):
    """What Django gives for an uploaded file."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterator[bytes]: ...


def kind_of(start: bytes, name: str) -> str:
    """The content type by the first bytes; the suffix only tells apart what is packed the same way."""
    for magic, kind in _BY_START:
        if start.startswith(magic):
            return kind
    if start.startswith(b"PK\x03\x04"):
        return KIND_OF_SUFFIX.get(Path(name).suffix.lower(), "application/zip")
    if b"\x00" not in start:
        return "text/plain; charset=utf-8"
    return "application/octet-stream"


_MUST_BE = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
_NO_PAPER = frozenset(
    {".svg", ".html", ".htm", ".xhtml", ".js", ".exe", ".bat", ".cmd", ".msi", ".sh", ".apk"}
)


def check_paper(upload: Upload) -> None:
    """Whether somebody can open it as what it is named: asked before something is handed in.

    Raises Refusal file.kind-mismatch, file.kind-unknown.
    """
    name = clean_name(upload.name or "")
    suffix = Path(name).suffix.lower()
    if suffix in _NO_PAPER:
        raise Refusal("file.kind-unknown", "file", name=name)
    wanted = _MUST_BE.get(suffix)
    if wanted is None or not upload.size:
        return
    start = next(iter(upload.chunks()), b"")[:2048]
    found = kind_of(start, name)
    if found != wanted:
        raise Refusal("file.kind-mismatch", "file", name=name, suffix=suffix, found=found.partition(";")[0])


def path_of(file: StoredFile) -> Path:
    """Where its bytes are."""
    return Path(settings.FILES) / file.sha256[:2] / file.sha256


def store(upload: Upload, *, ward: int, at: dt.datetime) -> StoredFile:
    """Keep an uploaded file. Written aside first and moved into place whole, so a full disk leaves nothing behind. The same
    bytes under the same name are one row of the ward, however often they come.

    Raises Refusal file.empty, file.too-large, file.disk-full.
    """
    name = clean_name(upload.name or "")
    limit = settings.FILE_LIMIT_MIB * 1024 * 1024
    root = Path(settings.FILES)
    digest = hashlib.sha256()
    size, start = 0, b""
    aside: str | None = None
    try:
        root.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=".nhan-", dir=root)
        with os.fdopen(handle, "wb") as out:
            for chunk in upload.chunks():
                start = start or bytes(chunk[:2048])
                size += len(chunk)
                if size > limit:
                    raise Refusal(
                        "file.too-large",
                        "file",
                        name=name,
                        size_mib=-(-size // 2**20),
                        limit_mib=settings.FILE_LIMIT_MIB,
                    )
                digest.update(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        if size == 0:
            raise Refusal("file.empty", "file", name=name)
        file = StoredFile(
            ward_id=ward,
            sha256=digest.hexdigest(),
            name=name,
            kind=kind_of(start, name),
            size=size,
            stored_at=at,
        )
        target = path_of(file)
        target.parent.mkdir(exist_ok=True)
        Path(aside).replace(target)
        aside = None
    except OSError as fault:
        raise Refusal("file.disk-full", "file", name=name) from fault
    finally:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)
    there = StoredFile.objects.filter(ward_id=ward, sha256=file.sha256, name=name).first()
    if there:
        return there
    file.save()
    return file


def forget(file: StoredFile) -> None:
    """The file is there no more, its bytes neither unless somebody else keeps the same ones. Whoever pointed at it points elsewhere
    by now. The bytes go first: killed in between, the row is still there and it is done once more."""
    if not StoredFile.objects.filter(sha256=file.sha256).exclude(pk=file.pk).exists():
        path_of(file).unlink(missing_ok=True)
    StoredFile.objects.filter(pk=file.pk).delete()


def store_paper(upload: Upload, *, ward: int, at: dt.datetime) -> StoredFile:
    """Keep what somebody hands in. Raises what `check_paper` and `store` do."""
    check_paper(upload)
    return store(upload, ward=ward, at=at)


def clean_name(name: str) -> str:
    """The file's own name without folders and control characters, its suffix kept, at most 200 letters."""
    bare = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()).strip() or "tep"
    suffix = Path(bare).suffix[:20]
    return bare if len(bare) <= 200 else bare[: 200 - len(suffix)] + suffix
