"""The text of a Word 97-2003 file straight from its bytes, with its cell marks.

Only for files in which LibreOffice finds no table although the text has cell marks: some programs (LibreOffice's own
export of long tables among them) lose the properties that say where rows end. The rows are then found again by their
number of cells. Source: [MS-DOC] 2.4.1 (retrieving text), [MS-CFB] (the container).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence

from caicach.reading.document import Block, Cell, Document, Paragraph, Row, Source, Table
from caicach.reading.limits import check_rows
from caicach.reading.oldfonts import composed
from caicach.rules.refusal import Refusal

_END_OF_CHAIN = 0xFFFFFFF8
_LABEL = re.compile(
    r"(?:\d{1,3}(?:\.\d{1,2})*|[IVXLC]{1,7}|[A-ZĐ]|stt|tt|số tt)[.)]?(?:\s.*)?$", re.IGNORECASE | re.DOTALL
)
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*\x15|[\x14\x15]")
_UNSEEN = dict.fromkeys((1, 2, 5, 8, 31, 3, 4))
_MOST_CELLS = 16


def read_old_word(data: bytes) -> Document:
    """Paragraphs and tables of a .doc; merged cells are not known. Raises Refusal file.broken."""
    try:
        text = _text(data)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise Refusal("file.broken") from error
    return Document(kind="doc", blocks=list(_blocks(text)))


def cell_marks(data: bytes) -> int:
    """How many cell marks the text has; 0 where it cannot be read."""
    try:
        return _text(data).count("\x07")
    except (struct.error, IndexError, KeyError, ValueError):
        return 0


# ---- the container


def _streams(data: bytes) -> dict[str, bytes]:
    """The streams of a compound file by name."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    small = 1 << struct.unpack_from("<H", data, 32)[0]
    if size not in (512, 4096) or small != 64:
        raise ValueError("sector size")
    first_dir, _, cutoff, first_mini, _, first_difat, difat_count = struct.unpack_from("<7I", data, 48)

    def sector(number: int) -> bytes:
        start = (number + 1) * size
        if start >= len(data):
            raise IndexError(number)
        return data[start : start + size]

    difat = list(struct.unpack_from("<109I", data, 76))
    for _ in range(min(difat_count, 1000)):
        block = struct.unpack(f"<{size // 4}I", sector(first_difat))
        difat.extend(block[:-1])
        first_difat = block[-1]
    table: list[int] = []
    for number in difat:
        if number < _END_OF_CHAIN:
            table.extend(struct.unpack(f"<{size // 4}I", sector(number)))

    def chain(start: int, links: Sequence[int]) -> Iterator[int]:
        for _ in range(len(links) + 1):
            if start >= _END_OF_CHAIN:
                return
            yield start
            start = links[start]
        raise ValueError("chain without end")

    directory = b"".join(sector(number) for number in chain(first_dir, table))
    mini_links: list[int] = []
    for number in chain(first_mini, table):
        mini_links.extend(struct.unpack(f"<{size // 4}I", sector(number)))
    found: dict[str, bytes] = {}
    mini = b""
    for at in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
        kind = directory[at + 66]
        start, total = struct.unpack_from("<IQ", directory, at + 116)
        if kind == 5:
            mini = b"".join(sector(number) for number in chain(start, table))
        elif kind == 2 and total and total < len(data) * 2:
            if total < cutoff:
                body = b"".join(
                    mini[number * small : number * small + small] for number in chain(start, mini_links)
                )
            else:
                body = b"".join(sector(number) for number in chain(start, table))
            found[name] = body[:total]
    return found


# ---- the text


def _text(data: bytes) -> str:
    streams = _streams(data)
    word = streams["WordDocument"]
    flags = struct.unpack_from("<H", word, 10)[0]
    length = struct.unpack_from("<I", word, 0x4C)[0]
    where, size = struct.unpack_from("<II", word, 0x01A2)
    pieces = _piece_table(streams["1Table" if flags & 0x0200 else "0Table"][where : where + size])
    out: list[str] = []
    for begin, end, offset in pieces:
        count = min(end, length) - begin
        if count <= 0:
            break
        if offset & 0x40000000:
            start = (offset & ~0x40000000) // 2
            out.append(word[start : start + count].decode("cp1252", "replace"))
        else:
            out.append(word[offset : offset + 2 * count].decode("utf-16-le", "replace"))
    return "".join(out)


def _piece_table(clx: bytes) -> list[tuple[int, int, int]]:
    """(first position, position after the last, offset in the stream) of each piece of text."""
    at = 0
    while clx[at] == 1:
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at] != 2:
        raise ValueError("piece table")
    size = struct.unpack_from("<I", clx, at + 1)[0]
    plc = clx[at + 5 : at + 5 + size]
    count = (len(plc) - 4) // 12
    positions = struct.unpack_from(f"<{count + 1}I", plc, 0)
    offsets = [struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * index + 2)[0] for index in range(count)]
    return [(positions[index], positions[index + 1], offsets[index]) for index in range(count)]


# ---- rows


def _blocks(text: str) -> Iterator[Block]:
    for _ in range(4):  # fields inside fields
        text, changed = _FIELD_CODE.subn("", text)
        if not changed:
            break
    text = text.translate(_UNSEEN).replace("\x1e", "-").replace("\x0b", "\n")
    line = tables = rows = 0
    for is_table, part in _parts(text):
        if not is_table:
            for words in part.replace("\x0c", "\r").split("\r"):
                if words.strip():
                    line += 1
                    yield Paragraph(composed(words).strip(), Source(line=line))
            continue
        tables += 1
        found = _rows(part.split("\x07")[:-1])
        rows += len(found)
        check_rows(rows)
        width = max(len(cells) for cells in found)
        yield Table(tuple(_row(cells, width, tables, index + 1) for index, cells in enumerate(found)), width)


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """Text and tables in turn: a table ends with a row after which much text, or a new page, comes before a cell."""
    at = 0
    while (mark := text.find("\x07", at)) >= 0:
        start = max(text.rfind("\r", at, mark), text.rfind("\x0c", at, mark)) + 1 or at
        yield False, text[at:start]
        end = mark + 1
        while (following := text.find("\x07", end)) >= 0 and not _leaves_table(text, end, following):
            end = following + 1
        yield True, text[start:end]
        at = end
    yield False, text[at:]


def _leaves_table(text: str, end: int, following: int) -> bool:
    """Whether what stands between a row's end and the next cell mark is body text."""
    if text[end - 2 : end] != "\x07\x07":
        return False
    return "\x0c" in text[end:following] or text.count("\r", end, following) > 6 or following - end > 800


def _rows(pieces: Sequence[str]) -> list[list[str]]:
    """Cell texts into rows: each row is closed by one more, empty piece; most rows have the same number of cells."""
    best: tuple[float, list[list[str]]] | None = None
    for usual in range(2, _MOST_CELLS):
        found = _rows_of(pieces, usual)
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return best[1] if best else [list(pieces)]


def _rows_of(pieces: Sequence[str], usual: int) -> tuple[float, list[list[str]]] | None:
    """The cheapest division into rows of `usual` cells, wide rows of one cell, and a few others."""
    total = len(pieces)
    cost: list[float] = [float("inf")] * (total + 1)
    came: list[int] = [-1] * (total + 1)
    cost[0] = 0.0
    for at in range(total):
        if cost[at] == float("inf"):
            continue
        for cells in range(1, min(_MOST_CELLS, total - at - 1) + 1):
            if pieces[at + cells].strip():
                continue
            first = pieces[at].strip()
            price = 0.1 if cells == usual else (1.0 if cells == 1 and first else 3.0 + abs(cells - usual))
            if first and not _LABEL.match(first):
                price += 2.0
            after = at + cells + 1
            if cost[at] + price < cost[after]:
                cost[after], came[after] = cost[at] + price, at
    if cost[total] == float("inf"):
        return None
    rows: list[list[str]] = []
    at = total
    while at > 0:
        rows.append(list(pieces[came[at] : at - 1]))
        at = came[at]
    return cost[total] - 0.05 * usual, rows[::-1]


def _row(cells: Sequence[str], width: int, table: int, number: int) -> Row:
    texts = [
        composed("\n".join(line.strip() for line in cell.split("\r") if line.strip())).strip()
        for cell in cells
    ]
    made = [Cell(text, column, width if len(texts) == 1 else 1) for column, text in enumerate(texts)]
    return Row(tuple(made), Source(table=table, row=number))
