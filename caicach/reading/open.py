"""The door to every format: one file in, one `Document` out, or a `Refusal` that says why not."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from caicach.reading.document import Document
from caicach.reading.limits import MAX_FILE_BYTES, MIB
from caicach.reading.sniff import kind_of
from caicach.rules.refusal import Refusal

Progress = Callable[[int, int], None]
"""called with (pages done, pages in all) while a long file is read"""

log = logging.getLogger(__name__)


def extract(path: Path, *, name: str | None = None, progress: Progress | None = None) -> Document:
    """The blocks of a file, whatever its format; name is how the person calls it (an upload's own name).

    Never raises anything but Refusal, with name among its facts: file.missing, file.unreadable, file.empty,
    file.too-large, file.encrypted, file.broken, file.kind-unknown, file.kind-mismatch, file.macros, file.bomb,
    file.entities, file.too-many-rows, file.too-many-pages, file.timeout, file.memory, tool.tesseract-missing,
    tool.libreoffice-missing.
    """
    shown = name or path.name
    with opened(path, shown) as (stream, size):
        kind = kind_of(stream, shown, size)
        stream.seek(0)
        return _read(kind, path, stream, progress)


@contextlib.contextmanager
def opened(path: Path, shown: str) -> Iterator[tuple[BinaryIO, int]]:
    """A stranger's file and its size; whatever goes wrong inside leaves as a Refusal that names the file.

    Raises file.missing, file.is-folder, file.unreadable, file.too-large; file.broken, file.memory for what a reader
    does not know how to say.
    """
    try:
        with _opened(path) as stream:
            size = path.stat().st_size
            if size > MAX_FILE_BYTES:
                raise Refusal("file.too-large", size_mib=-(-size // MIB), limit_mib=MAX_FILE_BYTES // MIB)
            yield stream, size
    except Refusal as refusal:
        refusal.facts.setdefault("name", shown)
        raise
    except (NameError, ImportError):  # never the file's doing
        raise
    except MemoryError as error:
        raise Refusal("file.memory", name=shown) from error
    except Exception as error:
        log.debug("reading %s failed", shown, exc_info=True)
        raise Refusal("file.broken", name=shown) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a Rust library's own fault, raised past Exception
            raise
        raise Refusal("file.broken", name=shown) from error


def _opened(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise Refusal("file.is-folder")
        if not path.is_file():
            raise Refusal("file.missing")
        return path.open("rb")
    except FileNotFoundError as error:
        raise Refusal("file.missing") from error
    except OSError as error:
        raise Refusal("file.unreadable") from error


def _read(kind: str, path: Path, stream: BinaryIO, progress: Progress | None) -> Document:
    """Readers are imported when they are needed: a text file must not pay for numpy."""
    match kind:
        case "txt" | "md":
            from caicach.reading.textfile import read_text

            return read_text(stream.read(), kind)
        case "docx":
            from caicach.reading.docx import read_docx

            return read_docx(stream)
        case "xlsx":
            from caicach.reading.xlsx import read_xlsx

            return read_xlsx(stream)
        case "pdf":
            from caicach.reading.pdf import read_pdf

            return read_pdf(path, progress)
        case "png" | "jpg":
            from caicach.reading.ocr import read_picture

            return read_picture(path, progress)
        case _:
            from caicach.reading.office import read_office

            return read_office(path, kind)
