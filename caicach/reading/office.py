"""Old Word and OpenDocument files, by LibreOffice where it is installed: converted first, then read as what they became."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import zipfile
from pathlib import Path
from shutil import which

from caicach.reading import limits
from caicach.reading.document import Document
from caicach.reading.limits import Inflated
from caicach.reading.oldword import hides_its_rows, read_old_word
from caicach.rules.refusal import Refusal

_SECONDS = 60
_TARGETS = {"doc": "docx", "odt": "docx", "rtf": "docx", "xls": "xlsx", "ods": "xlsx"}
_ENCRYPTED_SIGNS = (b"password", b"encrypted")


def read_office(path: Path, kind: str) -> Document:
    """Reads a .doc, .odt, .rtf, .xls or .ods; Source is that of Word and Excel files.

    Macros are never run: LibreOffice converts headless, in a profile of its own that lives as long as the call.
    Raises Refusal tool.libreoffice-missing, file.timeout, file.encrypted, file.broken and what the readers raise.
    """
    if kind == "doc" and hides_its_rows(data := path.read_bytes()):
        return read_old_word(data)
    program = which("soffice") or which("libreoffice")
    if program is None:
        raise Refusal("tool.libreoffice-missing")
    if kind in ("odt", "ods"):
        check_opendocument(path)
    with tempfile.TemporaryDirectory(prefix="caicach-") as folder:
        converted = _convert(program, path, kind, Path(folder))
        with converted.open("rb") as stream:
            if _TARGETS[kind] == "docx":
                from caicach.reading.docx import read_docx

                document = read_docx(stream)
            else:
                from caicach.reading.xlsx import read_xlsx

                document = read_xlsx(stream)
    if kind == "doc" and not _has_wide_table(document):
        own = read_old_word(path.read_bytes())
        document = own if _has_wide_table(own) else document
    document.kind = kind
    return document


def _has_wide_table(document: Document) -> bool:
    return any(table.width > 2 for table in document.tables())


def check_opendocument(path: Path, *, most_rows: int = limits.MAX_TABLE_ROWS) -> None:
    """The same limits as for a .docx, before a library opens it."""
    with zipfile.ZipFile(path) as archive:
        if any(
            name.startswith(("Basic/", "Scripts/")) and name.endswith((".xml", ".py", ".bsh", ".js"))
            for name in archive.namelist()
        ):
            raise Refusal("file.macros")
        Inflated(archive, most_rows=most_rows).check_all(re.compile(rb"<table:table-row[ >/]"))


def _convert(program: str, path: Path, kind: str, folder: Path) -> Path:
    source = folder / f"source.{kind}"
    source.write_bytes(path.read_bytes())
    target = _TARGETS[kind]
    command = [
        program,
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        target,
        "--outdir",
        str(folder / "out"),
        str(source),
    ]
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    # A session of its own, so that its helpers go with it when the time is over.
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        start_new_session=not limits.IN_OWN_GROUP,
    )
    try:
        said, _ = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        with contextlib.suppress(ProcessLookupError):
            if not limits.IN_OWN_GROUP:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise Refusal("file.timeout", seconds=_SECONDS) from error
    converted = folder / "out" / f"source.{target}"
    if not converted.is_file():
        if any(sign in said.lower() for sign in _ENCRYPTED_SIGNS):
            raise Refusal("file.encrypted")
        raise Refusal("file.broken")
    return converted
