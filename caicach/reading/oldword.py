"""A Word 97-2003 file straight from its bytes: paragraphs, and tables with their merged cells.

Only for files in which LibreOffice finds no table: its own export of long tables puts the rows' properties where it
does not look for them again. Source: [MS-DOC] 2.4 (text, paragraphs, tables), [MS-CFB]
(the container).
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from caicach.reading.document import Block, Cell, Document, Paragraph, Row, Source, Table
from caicach.reading.limits import check_rows
from caicach.reading.oldfonts import composed
from caicach.rules.refusal import Refusal

_END_OF_CHAIN = 0xFFFFFFF8
_FIELD_CODE = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*\x15|[\x14\x15]")
_UNSEEN = dict.fromkeys((1, 2, 5, 8, 31, 3, 4))


def read_old_word(data: bytes) -> Document:
    """Paragraphs and tables of a .doc. Raises Refusal file.broken, file.too-many-rows."""
    try:
        return Document(kind="doc", blocks=list(_blocks(_Word(data))))
    except (struct.error, IndexError, KeyError, ValueError, StopIteration, RuntimeError) as error:
        raise Refusal("file.broken") from error


def hides_its_rows(data: bytes) -> bool:
    """Whether rows have their properties in the stream of data, where LibreOffice does not look for them."""
    try:
        word = _Word(data)
        return any(
            any(code in (_HUGE, _HUGE_OLD) for code, _ in _sprms(properties))
            for _, properties, _ in word.runs
        )
    except (struct.error, IndexError, KeyError, ValueError):
        return False


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


# ---- text and properties of paragraphs


@dataclass(frozen=True, slots=True)
class _Properties:
    """Of one paragraph: whether it stands in a table, whether it ends a row, and that row's definition of cells."""

    in_table: bool = False
    ends_row: bool = False
    cells: bytes = b""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text: its place in the text, its offset in the stream, one or two bytes a sign."""

    begin: int
    end: int
    offset: int
    width: int


class _Word:
    """Text of the main document and the properties of its paragraphs."""

    def __init__(self, data: bytes) -> None:
        streams = _streams(data)
        self.word = streams["WordDocument"]
        self.data = streams.get("Data", b"")
        self.table = streams["1Table" if struct.unpack_from("<H", self.word, 10)[0] & 0x0200 else "0Table"]
        self.pieces = self._pieces(struct.unpack_from("<I", self.word, 0x4C)[0])
        self.text = "".join(self._decoded(piece) for piece in self.pieces)
        self.starts: list[int] = []
        self.runs: list[tuple[int, bytes, int]] = []
        self._read_runs()

    def _decoded(self, piece: _Piece) -> str:
        raw = self.word[piece.offset : piece.offset + (piece.end - piece.begin) * piece.width]
        return raw.decode("utf-16-le" if piece.width == 2 else "cp1252", "replace")

    def _part(self, at: int) -> bytes:
        """A part of the table stream by the place of its offset in the file's head."""
        where, size = struct.unpack_from("<II", self.word, at)
        return self.table[where : where + size]

    def _pieces(self, length: int) -> list[_Piece]:
        clx = self._part(0x01A2)
        at = 0
        while clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        if clx[at] != 2:
            raise ValueError("piece table")
        plc = clx[at + 5 : at + 5 + struct.unpack_from("<I", clx, at + 1)[0]]
        count = (len(plc) - 4) // 12
        positions = struct.unpack_from(f"<{count + 1}I", plc, 0)
        pieces = []
        for index in range(count):
            offset = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * index + 2)[0]
            begin, end = positions[index], min(positions[index + 1], length)
            if end > begin:
                narrow = bool(offset & 0x40000000)
                pieces.append(
                    _Piece(begin, end, (offset & ~0x40000000) // 2 if narrow else offset, 1 if narrow else 2)
                )
        return pieces

    def _read_runs(self) -> None:
        """The runs of equal paragraph properties, from the pages of 512 bytes that hold them."""
        plc = self._part(0x0102)
        count = (len(plc) - 4) // 8
        runs: list[tuple[int, int, bytes]] = []
        for (number,) in struct.iter_unpack("<I", plc[4 * (count + 1) : 4 * (count + 1) + 4 * count]):
            page = self.word[(number & 0x3FFFFF) * 512 :][:512]
            many = page[511]
            places = struct.unpack_from(f"<{many + 1}I", page, 0)
            for index in range(many):
                at = page[4 * (many + 1) + 13 * index] * 2
                size = 0 if not at else (page[at] * 2 - 1 if page[at] else page[at + 1] * 2)
                begin = at + 1 if at and page[at] else at + 2
                runs.append((places[index], places[index + 1], page[begin + 2 : begin + size] if at else b""))
        runs.sort(key=lambda run: run[0])
        self.starts = [begin for begin, _, _ in runs]
        self.runs = [(begin, properties, end) for begin, end, properties in runs]

    def properties(self, position: int) -> _Properties:
        """Of the paragraph whose end mark stands at this place of the text."""
        piece = next(piece for piece in self.pieces if piece.begin <= position < piece.end)
        offset = piece.offset + (position - piece.begin) * piece.width
        at = bisect_right(self.starts, offset) - 1
        if at < 0 or offset >= self.runs[at][2]:
            return _Properties()
        found = dict(_sprms(self.runs[at][1]))
        if _HUGE in found or _HUGE_OLD in found:  # too many for the page: they lie in the stream of data
            place = struct.unpack("<I", found.get(_HUGE, found.get(_HUGE_OLD, b"")))[0]
            size = struct.unpack_from("<H", self.data, place)[0]
            found.update(_sprms(self.data[place + 2 : place + 2 + size]))
        return _Properties(
            in_table=found.get(_IN_TABLE, b"\0") != b"\0",
            ends_row=found.get(_ENDS_ROW, b"\0") != b"\0",
            cells=found.get(_CELLS, b""),
        )


_IN_TABLE, _ENDS_ROW, _CELLS, _HUGE, _HUGE_OLD = 0x2416, 0x2417, 0xD608, 0x6646, 0x6645
_OPERANDS = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


def _sprms(properties: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of each single property."""
    at = 0
    while at + 2 < len(properties):
        code = struct.unpack_from("<H", properties, at)[0]
        at += 2
        if code == _CELLS:
            size = struct.unpack_from("<H", properties, at)[0] + 1
        elif code >> 13 == 6:
            size = properties[at] + 1
        else:
            size = _OPERANDS[code >> 13]
        yield code, properties[at : at + size]
        at += size


# ---- blocks


@dataclass(frozen=True, slots=True)
class _RawRow:
    """Texts of a row's cells, the places of their edges (twentieths of a point), and which go on from above."""

    texts: list[str]
    edges: list[int]
    continued: list[bool]


def _blocks(word: _Word) -> Iterator[Block]:
    lines: list[str] = []
    texts: list[str] = []
    rows: list[_RawRow] = []
    count = line = tables = start = 0
    for mark in _PARAGRAPH_END.finditer(word.text):
        words = _clean(word.text[start : mark.start()])
        start = mark.end()
        properties = word.properties(mark.start())
        if mark.group() == "\x07" and properties.ends_row:
            rows.append(_raw_row(texts, properties.cells))
            count += 1
            check_rows(count)
            lines, texts = [], []
        elif mark.group() == "\x07":
            texts.append("\n".join(part for part in [*lines, words] if part))
            lines = []
        elif properties.in_table:
            lines.append(words)
        else:
            if rows:
                tables += 1
                yield _table(rows, tables)
                rows = []
            if words:
                line += 1
                yield Paragraph(words, Source(line=line))
    if rows:
        yield _table(rows, tables + 1)


_PARAGRAPH_END = re.compile("[\r\x07\x0c]")


def _clean(text: str) -> str:
    for _ in range(4):  # fields inside fields
        text, changed = _FIELD_CODE.subn("", text)
        if not changed:
            break
    text = text.translate(_UNSEEN).replace("\x1e", "-").replace("\x0b", "\n")
    return composed(text).strip()


def _raw_row(texts: list[str], definition: bytes) -> _RawRow:
    """[MS-DOC] 2.9.321 TDefTableOperand: size, number of cells, their edges, 20 bytes of flags a cell."""
    count = definition[2] if len(definition) > 2 else 0
    if count < len(texts) or len(definition) < 3 + 2 * (count + 1):
        return _RawRow(texts, list(range(len(texts) + 1)), [False] * len(texts))
    edges = list(struct.unpack_from(f"<{count + 1}h", definition, 3))[: len(texts) + 1]
    flags = definition[3 + 2 * (count + 1) :]
    continued = [
        len(flags) > 20 * index + 1 and flags[20 * index] >> 5 & 3 == 1 for index in range(len(texts))
    ]
    return _RawRow(texts, edges, continued)


def _table(rows: Sequence[_RawRow], number: int) -> Table:
    places: list[int] = []
    for edge in sorted({edge for row in rows for edge in row.edges}):
        if not places or edge - places[-1] > _SAME_EDGE:
            places.append(edge)
    whole = all(row.edges == list(range(len(row.edges))) for row in rows)
    made: list[Row] = []
    above: dict[int, str] = {}
    for index, row in enumerate(rows):
        cells: list[Cell] = []
        for at, text in enumerate(row.texts):
            column = at if whole else _nearest(places, row.edges[at])
            span = 1 if whole else max(1, _nearest(places, row.edges[at + 1]) - column)
            if row.continued[at] and column in above:
                cells.append(Cell(above[column], column, span, filled_down=True))
            else:
                cells.append(Cell(text, column, span))
        above = {cell.column: cell.text for cell in cells}
        made.append(Row(tuple(cells), Source(table=number, row=index + 1)))
    return Table(tuple(made), max(cell.column + cell.span for row in made for cell in row.cells))


_SAME_EDGE = 60
"""twentieths of a point: 3 points"""


def _nearest(places: Sequence[int], edge: int) -> int:
    return min(range(len(places)), key=lambda index: abs(places[index] - edge))
