"""What a file really is: its first bytes and, for containers, its parts; the suffix must agree."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePath
from typing import BinaryIO

from caicach.reading.limits import check_archive
from caicach.rules.refusal import Refusal

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

SUFFIXES: dict[str, frozenset[str]] = {
    "txt": frozenset({".txt", ".text", ".tsv", ".csv"}),
    "md": frozenset({".md", ".markdown"}),
    "docx": frozenset({".docx"}),
    "xlsx": frozenset({".xlsx"}),
    "pdf": frozenset({".pdf"}),
    "png": frozenset({".png"}),
    "jpg": frozenset({".jpg", ".jpeg"}),
    "doc": frozenset({".doc"}),
    "xls": frozenset({".xls"}),
    "rtf": frozenset({".rtf", ".doc"}),  # Word itself saves RTF under .doc
    "odt": frozenset({".odt"}),
    "ods": frozenset({".ods"}),
}
MACRO_SUFFIXES = frozenset({".docm", ".dotm", ".xlsm", ".xltm", ".xlam", ".xlsb"})
FOUND_WORDS = {"zip": "tệp nén .zip", "html": "trang web", "binary": "dữ liệu không rõ"}
"""what a person calls a kind that we don't read"""

_MACRO_PARTS = re.compile(r"(^|/)vbaProject\.bin$|(^|/)vbaData\.xml$|^(Basic|Scripts)/.", re.IGNORECASE)
_ENCRYPTED_OLE = "EncryptedPackage".encode("utf-16-le")
_OLE_STREAMS = (("doc", "WordDocument"), ("xls", "Workbook"), ("xls", "Book"))


def kind_of(stream: BinaryIO, name: str, size: int) -> str:
    """The kind (a key of SUFFIXES) of a file that its suffix and its content agree on.

    Raises Refusal file.empty, file.macros, file.encrypted, file.bomb, file.broken, file.kind-mismatch,
    file.kind-unknown.
    """
    suffix = PurePath(name).suffix.lower()
    if size == 0:
        raise Refusal("file.empty")
    head = stream.read(4096)
    found = _by_content(stream, head, suffix)
    if suffix in MACRO_SUFFIXES:
        raise Refusal("file.macros")
    if found in ("txt", "md"):
        return _text_kind(head, suffix)
    if found not in SUFFIXES:
        if any(suffix in known for known in SUFFIXES.values()):
            raise Refusal("file.kind-mismatch", suffix=suffix, found=FOUND_WORDS.get(found, found))
        raise Refusal("file.kind-unknown")
    if suffix and suffix not in SUFFIXES[found]:
        if any(suffix in known for known in SUFFIXES.values()):
            raise Refusal("file.kind-mismatch", suffix=suffix, found=FOUND_WORDS.get(found, "." + found))
        raise Refusal("file.kind-unknown")
    return found


def _text_kind(head: bytes, suffix: str) -> str:
    if not head.strip():
        raise Refusal("file.empty")
    for kind in ("txt", "md"):
        if suffix in SUFFIXES[kind] or not suffix:
            return kind
    if any(suffix in known for known in SUFFIXES.values()):
        # A .docx cut to nothing but text, a .pdf with rubbish before it: not readable as what it says it is.
        raise Refusal("file.kind-mismatch", suffix=suffix, found="văn bản thuần")
    raise Refusal("file.kind-unknown")


def _by_content(stream: BinaryIO, head: bytes, suffix: str) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(stream)
    if head.startswith(OLE):
        return _ole_kind(stream, suffix)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.lstrip().startswith(b"{\\rtf"):
        return "rtf"
    if re.match(rb"\s*(?:<!doctype html|<html)", head, re.IGNORECASE):
        return "html"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "txt"
    control = sum(byte < 9 or (13 < byte < 32 and byte not in (27, 30)) for byte in head)
    return "binary" if b"\0" in head or control > len(head) // 50 else "txt"


def _zip_kind(stream: BinaryIO) -> str:
    stream.seek(0)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise Refusal("file.broken") from error
    names = set(archive.namelist())
    if any(_MACRO_PARTS.search(name) for name in names):
        raise Refusal("file.macros")
    check_archive(archive)
    kind = "zip"
    if "word/document.xml" in names:
        kind = "docx"
    elif "xl/workbook.xml" in names:
        kind = "xlsx"
    elif "mimetype" in names:
        kind = _opendocument_kind(archive, names)
    elif "[Content_Types].xml" in names:
        kind = _declared_kind(archive)
    if kind in ("docx", "xlsx") and b"macroEnabled" in _content_types(archive):
        raise Refusal("file.macros")
    return kind


def _content_types(archive: zipfile.ZipFile) -> bytes:
    try:
        with archive.open("[Content_Types].xml") as part:
            return part.read(1_000_000)
    except KeyError as error:
        raise Refusal("file.broken") from error


def _declared_kind(archive: zipfile.ZipFile) -> str:
    """Office files whose main part has another name than Word and Excel give it."""
    types = _content_types(archive)
    if b"macroEnabled" in types:
        raise Refusal("file.macros")
    if b"wordprocessingml.document.main" in types:
        return "docx"
    return "xlsx" if b"spreadsheetml.sheet.main" in types else "zip"


def _opendocument_kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    with archive.open("mimetype") as part:
        mimetype = part.read(200).decode("ascii", "replace").strip()
    kind = {
        "application/vnd.oasis.opendocument.text": "odt",
        "application/vnd.oasis.opendocument.spreadsheet": "ods",
    }.get(mimetype, "zip")
    if kind != "zip" and "META-INF/manifest.xml" in names:
        with archive.open("META-INF/manifest.xml") as part:
            if b"encryption-data" in part.read(1_000_000):
                raise Refusal("file.encrypted")
    return kind


def _ole_kind(stream: BinaryIO, suffix: str) -> str:
    """.doc or .xls by the names in the container's directory; an encrypted .docx is such a container too."""
    stream.seek(0)
    data = stream.read()
    if _ENCRYPTED_OLE in data:
        raise Refusal("file.encrypted")
    for kind, stream_name in _OLE_STREAMS:
        if stream_name.encode("utf-16-le") in data:
            if kind == "doc" and _is_encrypted_doc(data):
                raise Refusal("file.encrypted")
            return kind
    if suffix in (".doc", ".xls"):
        raise Refusal("file.broken")
    return "binary"


def _is_encrypted_doc(data: bytes) -> bool:
    """Bit 8 of the flags of the Word file header (FIB), which begins with A5EC at a sector's start."""
    for start in range(512, min(len(data) - 12, 1_000_000), 512):
        if data[start : start + 2] == b"\xec\xa5":
            return bool(int.from_bytes(data[start + 10 : start + 12], "little") & 0x0100)
    return False
