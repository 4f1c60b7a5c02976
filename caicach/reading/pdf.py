"""PDF files by pypdfium2: words with places, rulings into grids, the rest into paragraphs; scans go to OCR."""

from __future__ import annotations

import ctypes
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from caicach.reading import oldfonts
from caicach.reading.document import Block, Document, PageBreak, Table
from caicach.reading.grid import Rule
from caicach.reading.layout import Carried, PageContent, page_blocks
from caicach.reading.limits import MAX_SCANNED_PAGES, check_pages, check_rows
from caicach.reading.lines import Word, lines_of
from caicach.rules.refusal import Refusal

Progress = Callable[[int, int], None]

_TOLERANCE = 2.5
"""points within which two rulings are one"""
_THIN = 4.0
"""points up to which a drawn rectangle is a line"""
_LEAST_TEXT = 25
"""signs; a page with fewer and a picture is a scan (its text is a stamp or a signature's)"""
_PASSWORD_ERROR = 4


def read_pdf(path: Path, progress: Progress | None = None) -> Document:
    """The PDF as blocks, page by page; Source is page and row (of tables) or page and line (of paragraphs).

    Raises Refusal file.encrypted, file.broken, file.too-many-pages, file.too-many-rows, file.timeout,
    tool.tesseract-missing (only for pages without text).
    """
    book = open_pdf(path)
    try:
        pages = len(book)
        check_pages(pages)
        scanned: list[int] = []
        document = Document(kind="pdf", pages=pages)
        blocks: list[list[Block]] = []
        rows = 0
        carried = Carried()
        drawn = [0]
        for index in range(pages):
            content = page_content(book[index], drawn=drawn)
            is_scan = sum(len(word.text) for word in content.words) < _LEAST_TEXT and content.has_picture
            if is_scan:
                scanned.append(index)
                blocks.append([])
            else:
                found = page_blocks(content, index + 1, tolerance=_TOLERANCE, carried=carried)
                rows += sum(len(block.rows) for block in found if isinstance(block, Table))
                check_rows(rows)
                blocks.append(found)
                if progress is not None:
                    progress(index + 1, pages)
        for page, found in carried.again(_TOLERANCE):
            blocks[page - 1] = found
        if scanned:
            check_pages(len(scanned), MAX_SCANNED_PAGES)
            _read_scans(book, scanned, blocks, document, progress)
    finally:
        book.close()
    for index, found in enumerate(blocks):
        if index:
            document.blocks.append(PageBreak(index + 1))
        document.blocks.extend(found)
    if len(scanned) < pages:
        oldfonts.mend_document(document)
    return document


def _read_scans(
    book: pdfium.PdfDocument,
    scanned: list[int],
    blocks: list[list[Block]],
    document: Document,
    progress: Progress | None,
) -> None:
    from caicach.reading.ocr import page_pictures, read_pages

    done = len(blocks) - len(scanned)

    def told(read: int, _of: int) -> None:
        if progress is not None:
            progress(done + read, len(blocks))

    reading = read_pages(page_pictures(book, scanned), [index + 1 for index in scanned], told)
    for index, found in zip(scanned, reading.pages, strict=True):
        blocks[index] = found
    document.notes.extend(reading.notes)
    if len(scanned) == len(blocks):
        document.kind = "scan"


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """Raises Refusal file.encrypted, file.broken."""
    try:
        book = pdfium.PdfDocument(path)
        if len(book) == 0:
            raise Refusal("file.broken")
        return book
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        if code == _PASSWORD_ERROR or "assword" in str(error):
            raise Refusal("file.encrypted") from error
        raise Refusal("file.broken") from error


# ---- what stands on a page


def page_content(page: pdfium.PdfPage, *, drawn: list[int] | None = None) -> PageContent:
    """Words, rulings and pictures of a page, turned as it is meant to be read. drawn: objects of the pages so far."""
    drawn = drawn if drawn is not None else [0]
    seen = _Drawn(most=min(_MAX_OBJECTS, max(0, _MAX_DRAWN - drawn[0])))
    _draw(page.raw, raw.FPDFPage_CountObjects(page.raw), raw.FPDFPage_GetObject, _IDENTITY, seen, 0)
    drawn[0] += seen.objects
    if seen.objects > seen.most or len(seen.rulings) > _MAX_RULINGS:
        seen.rulings.clear()
    rotation = page.get_rotation()
    if rotation:  # pdfium finds blanks between words by the unturned page
        page.set_rotation(0)
    sheet = page.get_bbox()
    walls = [ruling for ruling in seen.rulings if ruling[3] - ruling[1] > ruling[2] - ruling[0]]
    textpage = page.get_textpage()
    try:
        upright, words = _words(textpage, walls, sheet, rotation)
    finally:
        textpage.close()
    content = PageContent(upright.width, upright.height, words)
    left, bottom, right, top = sheet
    content.has_picture = seen.picture_area > 0.3 * (right - left) * (top - bottom)
    for x0, y0, x1, y1 in seen.rulings:
        upright.rule(content, x0, y0, x1, y1)
    page.close()
    return content


_Box = tuple[float, float, float, float]
"""left, bottom, right, top in page coordinates"""


class _Upright:
    """Page coordinates (up, from the bottom left) to seen ones (down, from the top left), turned by 0, 90, 180, 270."""

    def __init__(self, sheet: _Box, turn: int) -> None:
        self.left, self.bottom, self.right, self.top = left, bottom, right, top = sheet
        self.turn = turn
        self.width, self.height = (
            (right - left, top - bottom) if turn % 180 == 0 else (top - bottom, right - left)
        )

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.turn == 0:
            return x - self.left, self.top - y
        if self.turn == 90:
            return y - self.bottom, x - self.left
        if self.turn == 180:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """The box as seen: left, top, right, bottom."""
        if self.turn == 0:  # nearly every page: spare it the turning
            return x0 - self.left, self.top - y1, x1 - self.left, self.top - y0
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def rule(self, content: PageContent, x0: float, y0: float, x1: float, y1: float) -> None:
        left, top, right, bottom = self.box(x0, y0, x1, y1)
        if bottom - top <= right - left:
            content.across.append(Rule((top + bottom) / 2, left, right))
        else:
            content.down.append(Rule((left + right) / 2, top, bottom))


def _words(
    textpage: pdfium.PdfTextPage, walls: Sequence[_Box], sheet: _Box, rotation: int
) -> tuple[_Upright, list[Word]]:
    """The words of a page, turned upright, in the order of the file; and how the page had to be turned.

    walls: vertical rulings, which no word crosses. rotation: the page's own, which counts where it has no text.
    """
    page = textpage.raw
    text = _signs(page, textpage.count_chars())
    spans = [found.span() for found in _NO_BLANKS.finditer(text)]
    if not spans:
        return _Upright(sheet, rotation), []
    turn = _turn(page, spans)
    upright = _Upright(sheet, turn)
    if turn:
        spans = [(index, index + 1) for begin, end in spans for index in range(begin, end)]
        walls = ()
    unseen = _HAS_UNSEEN.search(text) is not None
    box_of = _CharBoxes(page)
    words: list[Word] = []
    bold = False
    for begin, end in spans:
        if begin == 0 or text[begin - 1] == "\n":  # the font is asked once a line: most lines have one
            bold = _is_bold(page, begin)
        box = box_of.span(begin, end)
        for first, last, part in _cut_at(walls, begin, end, box, box_of) if walls else ((begin, end, box),):
            written = text[first:last].translate(_WITHOUT_UNSEEN) if unseen else text[first:last]
            if written:
                words.append(Word(written, *upright.box(*part), 100.0, bold))
    return upright, _from_signs(words) if turn else words


_NO_BLANKS = re.compile("[^ \r\n\t\xa0\u3000\u2028\u2029\x00]+")
_UNSEEN = "\xad\u200b\u200c\u200d\ufeff\ufffe\uffff"
_HAS_UNSEEN = re.compile(f"[{_UNSEEN}]")
_WITHOUT_UNSEEN = dict.fromkeys(map(ord, _UNSEEN))
_DASHES = {0xFFFE: "-", 0x02: "-"}
"""pdfium writes a dash at a line's end as one of these; Vietnamese is never hyphenated: it is the text's own"""


def _signs(page: Any, count: int) -> str:
    """The page's text, one code point for each of pdfium's signs, so that places in it are pdfium's own."""
    units = (ctypes.c_ushort * (count + 1))()
    text = ""
    if raw.FPDFText_GetText(page, 0, count, units) == count + 1:  # all at once where each sign has one unit
        text = bytes(units)[:-2].decode("utf-16-le", "replace")
    if len(text) != count:
        codes = [raw.FPDFText_GetUnicode(page, index) for index in range(count)]
        _join_surrogates(codes)
        text = "".join(map(chr, codes))
    return text.translate(_DASHES) if "\ufffe" in text or "\x02" in text else text


def _join_surrogates(signs: list[int]) -> None:
    for index in range(len(signs) - 1):
        if 0xD800 <= signs[index] < 0xDC00 and 0xDC00 <= signs[index + 1] < 0xE000:
            signs[index] = 0x10000 + ((signs[index] - 0xD800) << 10) + signs[index + 1] - 0xDC00
            signs[index + 1] = 0xFFFF
    for index, sign in enumerate(signs):
        if 0xD800 <= sign < 0xE000 or sign > 0x10FFFF:
            signs[index] = 0xFFFD


def _turn(page: Any, spans: Sequence[tuple[int, int]]) -> int:
    """The turn of the text itself by a sample of its signs: 90 where it runs up the page."""
    sample = spans[:: max(1, len(spans) // 40)]
    angles = [raw.FPDFText_GetCharAngle(page, begin) for begin, _ in sample]
    if not angles:
        return 0
    quarters = [round(angle / 1.5707963) % 4 for angle in angles]
    return (4 - int(max(set(quarters), key=quarters.count))) % 4 * 90


def _from_signs(signs: Sequence[Word]) -> list[Word]:
    """Words from single signs: on a turned page pdfium's own blanks are not to be trusted."""
    words: list[Word] = []
    for line in lines_of(signs):
        run: list[Word] = []
        for sign in line.words:
            if run and sign.left - run[-1].right > 0.1 * line.height:
                words.append(_one_word(run))
                run = []
            run.append(sign)
        words.append(_one_word(run))
    return words


def _one_word(signs: Sequence[Word]) -> Word:
    return Word(
        "".join(sign.text for sign in signs),
        signs[0].left,
        min(sign.top for sign in signs),
        max(sign.right for sign in signs),
        max(sign.bottom for sign in signs),
        bold=signs[0].bold,
    )


class _CharBoxes:
    """Boxes of single signs, (left, bottom, right, top): as wide as the ink, as high as the font."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.rect = raw.FS_RECTF()
        self.pointer = ctypes.byref(self.rect)
        # left, top, right, bottom: read so, they come twice as fast as by name
        self.values = memoryview(self.rect).cast("B").cast("f")

    def __call__(self, index: int) -> _Box:
        raw.FPDFText_GetLooseCharBox(self.page, index, self.pointer)
        left, top, right, bottom = self.values
        return (left, bottom, right, top) if bottom <= top else (left, top, right, bottom)

    def span(self, begin: int, end: int) -> _Box:
        """The box of a whole word: of its first and last sign together."""
        left, bottom, right, top = self(begin)
        if end - begin == 1:
            return left, bottom, right, top
        raw.FPDFText_GetLooseCharBox(self.page, end - 1, self.pointer)
        other_left, other_top, other_right, other_bottom = self.values
        return (
            left if left < other_left else other_left,
            bottom if bottom < other_bottom else other_bottom,
            right if right > other_right else other_right,
            top if top > other_top else other_top,
        )


def _cut_at(
    walls: Sequence[_Box], begin: int, end: int, box: _Box, box_of: _CharBoxes
) -> Iterator[tuple[int, int, _Box]]:
    """One word, as first sign, end and box; or several where pdfium took signs of two cells for one word."""
    crossed = [
        wall
        for wall in walls
        if box[0] + 2 < wall[0] and wall[2] < box[2] - 2 and wall[1] < (box[1] + box[3]) / 2 < wall[3]
    ]
    if not crossed or end - begin < 2:
        yield begin, end, box
        return
    parts: dict[int, list[int]] = {}
    for index in range(begin, end):
        sign_box = box_of(index)
        middle = (sign_box[0] + sign_box[2]) / 2
        parts.setdefault(sum(wall[0] < middle for wall in crossed), []).append(index)
    for part in parts.values():
        yield part[0], part[-1] + 1, box_of.span(part[0], part[-1] + 1)


def _is_bold(page: Any, index: int) -> bool:
    flags = ctypes.c_int()
    buffer = ctypes.create_string_buffer(96)
    raw.FPDFText_GetFontInfo(page, index, buffer, 96, ctypes.byref(flags))
    return b"bold" in buffer.value.lower()


# ---- drawn lines

_Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MAX_FORMS = 6
_MAX_OBJECTS = 12_000
"""of a page; a map or a drawing with more is no table"""
_MAX_DRAWN = 100_000
"""of a file; the lines of pages after that are not looked at"""
_MAX_RULINGS = 3_000
"""of a page; a table of a hundred rows has some hundreds"""


@dataclass(slots=True)
class _Drawn:
    most: int
    rulings: list[tuple[float, float, float, float]] = field(default_factory=list)
    picture_area: float = 0.0
    objects: int = 0


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    a, b, c, d, e, f = inner
    oa, ob, oc, od, oe, of = outer
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        e * oa + f * oc + oe,
        e * ob + f * od + of,
    )


def _apply(matrix: _Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _matrix_of(item: Any) -> _Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix))
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _draw(
    owner: Any, count: int, item_of: Callable[[Any, int], Any], outer: _Matrix, seen: _Drawn, depth: int
) -> None:
    """Collects rulings and pictures of a page or of a form inside it."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for index in range(count):
        item = item_of(owner, index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            continue
        seen.objects += 1
        if seen.objects > seen.most:
            return
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _rulings(item, outer, seen.rulings)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            raw.FPDFPageObj_GetBounds(item, left, bottom, right, top)
            scale = abs(outer[0] * outer[3] - outer[1] * outer[2])
            seen.picture_area += abs(right.value - left.value) * abs(top.value - bottom.value) * scale
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MAX_FORMS:
            inner = _times(_matrix_of(item), outer)
            _draw(item, raw.FPDFFormObj_CountObjects(item), raw.FPDFFormObj_GetObject, inner, seen, depth + 1)


def _rulings(path: Any, outer: _Matrix, rulings: list[tuple[float, float, float, float]]) -> None:
    """The straight lines of a path, as thin boxes in page coordinates; curves and slanted lines are none."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    if (not fill.value and not stroke.value) or _is_white(path, stroked=bool(stroke.value)):
        return
    count = raw.FPDFPath_CountSegments(path)
    if not 2 <= count <= 400:
        return
    matrix = _times(_matrix_of(path), outer)
    points: list[tuple[float, float]] = []
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            points = []
            continue
        x, y = ctypes.c_float(), ctypes.c_float()
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            _outline(points, rulings, closed=False)
            points = []
        points.append(_apply(matrix, x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            _outline(points, rulings, closed=True)
            points = []
    _outline(points, rulings, closed=bool(fill.value) and not stroke.value)


def _is_white(path: Any, *, stroked: bool) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    ask = raw.FPDFPageObj_GetStrokeColor if stroked else raw.FPDFPageObj_GetFillColor
    if not ask(path, red, green, blue, alpha):
        return False
    return alpha.value < 20 or min(red.value, green.value, blue.value) > 250


def _outline(
    points: list[tuple[float, float]], rulings: list[tuple[float, float, float, float]], *, closed: bool
) -> None:
    if len(points) < 2:
        return
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = min(xs), min(ys), max(xs), max(ys)
    if min(box[2] - box[0], box[3] - box[1]) <= _THIN:
        if max(box[2] - box[0], box[3] - box[1]) > _THIN:
            rulings.append(box)
        return
    corners = [*points, points[0]] if closed else points
    for (ax, ay), (bx, by) in itertools.pairwise(corners):
        if abs(ax - bx) < 0.7 or abs(ay - by) < 0.7:
            edge = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
            if max(edge[2] - edge[0], edge[3] - edge[1]) > _THIN:
                rulings.append(edge)
