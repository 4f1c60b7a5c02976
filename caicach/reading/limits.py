"""How much a file may ask of us: one place for every number, and the checks of zip containers.

Readers raise `Refusal` without the file's name; `open.extract` adds it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

from caicach.rules.refusal import Refusal

MIB = 1024 * 1024

MAX_FILE_BYTES = 50 * MIB
MAX_TABLE_ROWS = 5_000
"""of all tables of a file together; a ward's plan has about a hundred, a province's a thousand"""
MAX_LIST_ROWS = 150_000
"""of a list of dossiers; the largest wards have about 100,000 a year"""
MAX_TABLE_COLUMNS = 100
MAX_PAGES = 600
"""of a PDF with text"""
MAX_SCANNED_PAGES = 150
MAX_PICTURE_PIXELS = 80_000_000
"""an A3 page at 600 dpi has 70 million"""
MAX_ENTRIES = 5_000
MAX_INFLATED_BYTES = 250 * MIB
MAX_PART_BYTES = 96 * MIB
"""of one XML part; lxml needs about five times as much"""
MAX_RATIO = 400
"""of one part above RATIO_COUNTS_FROM; a real table of equal rows reaches about 100, deflate itself 1,032"""
RATIO_COUNTS_FROM = 8 * MIB

IN_OWN_GROUP = False
"""set in the sandbox: programs that help to read stay in its process group, which ends as a whole"""

_CHUNK = 1 * MIB
_DOCTYPE = re.compile(
    rb"<\s*!\s*(?:DOCTYPE|ENTITY)|<\0!\0(?:D\0O\0C|E\0N\0T)|\0<\0!\0(?:D\0O\0C|E\0N\0T)", re.IGNORECASE
)


def check_rows(rows: int, most: int = MAX_TABLE_ROWS) -> None:
    """Raises Refusal file.too-many-rows above most."""
    if rows > most:
        raise Refusal("file.too-many-rows", limit=f"{most:,}".replace(",", "."))


def check_pages(pages: int, limit: int = MAX_PAGES) -> None:
    """Raises Refusal file.too-many-pages above limit."""
    if pages > limit:
        raise Refusal("file.too-many-pages", pages=pages, limit=limit)


def check_entities(xml: bytes) -> None:
    """Raises Refusal file.entities where an XML part declares a document type or entities (office files never do)."""
    if _DOCTYPE.search(xml, 0, 65536):
        raise Refusal("file.entities")


def check_archive(archive: zipfile.ZipFile) -> None:
    """What the directory of a zip declares: number of entries, sizes, passwords, doubled names.

    Raises Refusal file.bomb, file.encrypted, file.broken. Entries that are read go through `read_part`, which
    believes no declaration.
    """
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Refusal("file.bomb")
    if sum(entry.file_size for entry in entries) > 8 * MAX_INFLATED_BYTES:
        raise Refusal("file.bomb")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Refusal("file.encrypted")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):  # two readers could then see two different files
        raise Refusal("file.broken")


class Inflated:
    """Reads the parts of one archive and counts what all of them together inflate to.

    most_bytes: of one part; more than MAX_PART_BYTES only for a reader that builds no tree of it.
    """

    def __init__(
        self, archive: zipfile.ZipFile, *, most_rows: int = MAX_TABLE_ROWS, most_bytes: int = MAX_PART_BYTES
    ) -> None:
        self.archive = archive
        self.total = 0
        self.most_rows = most_rows
        self.most_bytes = most_bytes

    def part(self, name: str, *, row_mark: re.Pattern[bytes] | None = None) -> bytes:
        """One part, inflated; with row_mark the rows in it are counted while it inflates.

        Raises Refusal file.bomb, file.too-many-rows, file.entities; KeyError where there is no such part.
        """
        entry = self.archive.getinfo(name)
        chunks: list[bytes] = []
        size = rows = 0
        for chunk in self._chunks(entry):
            if row_mark is not None:
                rows += len(row_mark.findall(chunk))
                check_rows(rows, self.most_rows)
            if not chunks and chunk:
                check_entities(chunk)
            size += len(chunk)
            self.total += len(chunk)
            if size > self.most_bytes or self.total > MAX_INFLATED_BYTES:
                raise Refusal("file.bomb")
            chunks.append(chunk)
        if size > RATIO_COUNTS_FROM and size > MAX_RATIO * max(1, entry.compress_size):
            raise Refusal("file.bomb")
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        with self.archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk

    def check_all(self, row_mark: re.Pattern[bytes] | None = None) -> None:
        """Inflates every XML part and keeps none: for a reader that opens the archive by itself."""
        for name in self.archive.namelist():
            if name.endswith((".xml", ".rels", ".vml")):
                self.part(name, row_mark=row_mark)
        if any(
            entry.file_size > MAX_RATIO * max(1, entry.compress_size) and entry.file_size > RATIO_COUNTS_FROM
            for entry in self.archive.infolist()
        ):
            raise Refusal("file.bomb")
