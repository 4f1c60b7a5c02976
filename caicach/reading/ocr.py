"""Scans and pictures: turned upright, straightened, table lines found, cells read by Tesseract.

Tesseract reads running text well and tables badly: words of neighbouring cells run together. So the cells of a page
are cut out and stacked into one tall picture, which it reads in one pass; what stands outside tables it reads apart.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from shutil import which

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageOps

from caicach.reading import scan
from caicach.reading.document import Block, Document, Row, Table
from caicach.reading.grid import Box
from caicach.reading.layout import PageContent, page_blocks, page_grids
from caicach.reading.limits import MAX_PICTURE_PIXELS, check_rows
from caicach.reading.lines import Word
from caicach.reading.scan import Gray
from caicach.rules.refusal import Refusal

Progress = Callable[[int, int], None]

DPI = 220
"""a PDF page is rendered so; a letter of 12 points is then about 20 pixels high, what the model likes"""
_LONG_SIDE = (1900, 3000)
"""pictures are scaled so that their longer side lies between: an A4 page at 160 to 250 dpi"""
_CALL_SECONDS = 90
_TOGETHER = 2
"""pages read at the same time"""
_DOUBTFUL = 62.0
"""mean confidence of a cell below which it is read once more, larger"""
_READABLE = 0.45
"""share of sure words from which on a page is believed to stand upright"""


@dataclass(slots=True)
class ReadPages:
    """The blocks of each page, in the order the pages came; notes as in `Document.notes`."""

    pages: list[list[Block]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_picture(path: Path, progress: Progress | None = None) -> Document:
    """A picture of one page. Raises Refusal file.broken, file.bomb, file.timeout, tool.tesseract-missing."""
    need_tesseract()
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    try:
        with Image.open(path) as opened:
            if opened.width * opened.height > MAX_PICTURE_PIXELS:
                raise Refusal("file.bomb")
            picture = _gray(ImageOps.exif_transpose(opened))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal("file.bomb") from error
    reading = read_pages([picture], [1], progress)
    return Document(kind="scan", blocks=reading.pages[0], notes=reading.notes, pages=1)


def _gray(picture: Image.Image) -> Gray:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    longer = max(picture.size)
    if longer > _LONG_SIDE[1]:
        picture = picture.convert("L").resize(
            _scaled(picture.size, _LONG_SIDE[1] / longer), Image.Resampling.LANCZOS
        )
    elif longer < _LONG_SIDE[0]:
        picture = picture.convert("L").resize(
            _scaled(picture.size, _LONG_SIDE[0] / max(longer, 1)), Image.Resampling.BICUBIC
        )
    return np.asarray(picture.convert("L"), dtype=np.uint8)


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def page_pictures(book: pdfium.PdfDocument, indices: Sequence[int]) -> Iterator[Gray]:
    """Pages of a PDF as grey pictures, one at a time; indices from 0."""
    need_tesseract()
    for index in indices:
        page = book[index]
        width, height = page.get_size()
        scale = min(
            DPI / 72, (MAX_PICTURE_PIXELS / max(width * height, 1.0)) ** 0.5, 6000 / max(width, height, 1.0)
        )
        bitmap = page.render(scale=scale, grayscale=True, draw_annots=True)
        yield np.array(bitmap.to_numpy(), dtype=np.uint8).reshape(bitmap.height, bitmap.width)
        bitmap.close()
        page.close()


def read_pages(
    pictures: Iterable[Gray], numbers: Sequence[int], progress: Progress | None = None
) -> ReadPages:
    """Reads pages, two at a time; numbers are their page numbers from 1.

    Raises Refusal tool.tesseract-missing, file.timeout, file.too-many-rows.
    """
    need_tesseract()
    reading = ReadPages()
    waiting = iter(pictures)
    rows = 0
    with ThreadPoolExecutor(_TOGETHER) as pool:
        running = [
            pool.submit(_read_page, picture, number)
            for picture, number in zip(_take(waiting, _TOGETHER), numbers, strict=False)
        ]
        for done in range(len(numbers)):
            blocks, notes = running[done].result()
            picture = next(waiting, None)
            if picture is not None:
                running.append(pool.submit(_read_page, picture, numbers[len(running)]))
            rows += sum(len(block.rows) for block in blocks if isinstance(block, Table))
            check_rows(rows)
            reading.pages.append(blocks)
            reading.notes.extend(note for note in notes if note not in reading.notes)
            if progress is not None:
                progress(done + 1, len(numbers))
    reading.pages = _romans_agreed(reading.pages)
    return reading


_WIDE_TITLE = re.compile(r"(?P<number>[1lIHi|!VX]{1,5})(?P<rest>[.,]?\s+[A-ZĐÀ-ỸƠƯ]{2}.*)", re.DOTALL)


def _romans_agreed(pages: list[list[Block]]) -> list[list[Block]]:
    """Where other wide rows are numbered in Roman, "1. CẢI CÁCH" is I: the two look alike in print."""

    def title(row: Row) -> re.Match[str] | None:
        filled = [cell for cell in row.cells if cell.text]
        return _WIDE_TITLE.match(filled[0].text) if len(filled) == 1 and len(row.cells) == 1 else None

    found = [
        match["number"]
        for blocks in pages
        for block in blocks
        if isinstance(block, Table)
        for row in block.rows
        if (match := title(row))
    ]
    if not any(set(number) & {"V", "X"} or number in ("II", "III") for number in found):
        return pages

    def agreed(row: Row) -> Row:
        match = title(row)
        if match is None:
            return row
        number = "".join(_ALIKE.get(sign, sign) for sign in match["number"])
        cell = row.cells[0]
        return replace(row, cells=(replace(cell, text=number + match["rest"]),))

    return [
        [
            replace(block, rows=tuple(agreed(row) for row in block.rows))
            if isinstance(block, Table)
            else block
            for block in blocks
        ]
        for blocks in pages
    ]


def _take(pictures: Iterator[Gray], count: int) -> Iterator[Gray]:
    for _ in range(count):
        picture = next(pictures, None)
        if picture is None:
            return
        yield picture


def _read_page(picture: Gray, number: int) -> tuple[list[Block], list[str]]:
    notes: list[str] = []
    turned_first = _turned(picture) if scan.lies_on_its_side(picture) else picture
    content, sure = _read_upright(turned_first)
    if sure < _READABLE and content.words and turned_first is picture:
        turned = _turned(picture)
        if turned is not picture:
            again, surer = _read_upright(turned)
            if surer > sure:
                content, turned_first = again, turned
    if turned_first is not picture:
        notes.append("page-turned")
    return page_blocks(content, number, tolerance=scan.tolerance(content.width, content.height)), notes


def _turned(picture: Gray) -> Gray:
    """The picture upright; itself where it stands so already."""
    turn = _turn_of(picture)
    return np.ascontiguousarray(np.rot90(picture, turn // 90)) if turn else picture


def _read_upright(picture: Gray) -> tuple[PageContent, float]:
    """Words and table lines of a page that stands upright, and the share of words that are sure."""
    cleaned = scan.cleaned(scan.straightened(picture))
    height, width = cleaned.shape
    across, down = scan.rulings(cleaned)
    content = PageContent(float(width), float(height), across=across, down=down)
    wiped = scan.wiped(cleaned, across, down)
    grids = page_grids(content, scan.tolerance(width, height))
    boxes = [box for grid in grids for box in grid.boxes]
    words: list[Word] = []
    if boxes:
        words.extend(_cell_words(wiped, boxes))
        wiped = wiped.copy()
        for grid in grids:
            wiped[
                max(0, int(grid.top)) : int(grid.bottom) + 1, max(0, int(grid.left) - 4) : int(grid.right) + 5
            ] = 255
    if scan.has_ink(wiped):
        words.extend(tesseract(wiped, 3 if not boxes else 4))
    content.words = [word for word in words if not _is_dirt(word)]
    letters = [word for word in content.words if len(word.text) > 1]
    sure = sum(word.confidence > 70 for word in letters) / max(1, len(letters))
    return content, sure


# ---- cells


@dataclass(frozen=True, slots=True)
class _Piece:
    """A cell's ink cut out: where it lay on the page, where it lies in the stack, how much it was enlarged."""

    box: Box
    left: int
    top: int
    ink: Gray


def _cell_words(page: Gray, boxes: Sequence[Box]) -> list[Word]:
    """The words of all cells; Roman labels of section rows, and numbers not read as such, are read apart."""
    pieces = [piece for box in boxes if (piece := _cut(page, box)) is not None]
    if not pieces:
        return []
    filled = Counter(piece.box.top for piece in pieces)
    romans = [piece for piece in pieces if _is_label(piece, page) and filled[piece.box.top] <= 2]
    texts = [piece for piece in pieces if piece not in romans]
    read = _read_stack(texts, 1.0) | _read_labels(romans, _ROMAN_SIGNS, 1.0)
    doubtful = [piece for piece in texts if _mean(read[piece.box]) < _DOUBTFUL]
    again = _read_stack(doubtful, 1.5)
    numbers = [piece for piece in texts if _is_label(piece, page) and not _is_number(read[piece.box])]
    again |= _read_labels(numbers, _NUMBER_SIGNS, 1.6)
    for box, words in again.items():
        if _mean(words) > _mean(read[box]) or (_is_number(words) and _mean(words) > _DOUBTFUL):
            read[box] = words
    for piece in romans:
        ones = _ones(piece.ink)
        if ones:
            box = piece.box
            x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            read[box] = [Word("I" * ones, x - 1, y - 8, x + 1, y + 8, 90.0)]
    for piece in pieces:
        read[piece.box] = _numerals_counted(read[piece.box], page, is_label=piece in romans)
    return [word for found in read.values() for word in found]


def _ones(ink: Gray) -> int:
    """1, 2 or 3 where a label is nothing but so many upright strokes (I, II, III), else 0."""
    dark = ink < 150
    rows, columns = np.nonzero(dark.sum(axis=1) >= 2)[0], np.nonzero(dark.sum(axis=0) >= 2)[0]
    if len(rows) < 8 or len(columns) == 0:
        return 0
    word = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    strokes = scan.strokes(word, 1.0)
    shape = word.shape[1] / word.shape[0]
    return strokes if 1 <= strokes <= 3 and 0.28 * strokes < shape < 0.62 * strokes else 0


def _is_number(words: Sequence[Word]) -> bool:
    return (
        re.fullmatch(r"\d{1,3}(?:\.\d{1,2})*[.)]?|[a-zđ]\)?|-", "".join(word.text for word in words))
        is not None
    )


def _is_label(piece: _Piece, page: Gray) -> bool:
    """A number or letter alone in the narrow first column: too short for a line of its own. The heading is none."""
    mm = scan.unit(page.shape[1], page.shape[0])
    box = piece.box
    is_narrow = box.right - box.left < 22 * mm or piece.ink.shape[1] < 12 * mm
    return bool(box.column == 0 and box.row > 0 and is_narrow and piece.ink.shape[0] < 8 * mm)


def _read_labels(pieces: Sequence[_Piece], signs: str, scale: float) -> dict[Box, list[Word]]:
    """Short labels side by side in long lines, with nothing but the signs of numbers allowed."""
    read: dict[Box, list[Word]] = {piece.box: [] for piece in pieces}
    if not pieces:
        return read
    gap, in_a_line = 60, 12
    inks = [scan.enlarged(piece.ink, scale) for piece in pieces]
    row_height = max(ink.shape[0] for ink in inks) + 40
    rows = [range(start, min(start + in_a_line, len(inks))) for start in range(0, len(inks), in_a_line)]
    width = max(sum(inks[at].shape[1] + gap for at in row) for row in rows) + gap
    sheet = np.full((row_height * len(rows) + 40, width), 255, np.uint8)
    places: list[tuple[float, float, float, float, _Piece]] = []
    for index, row in enumerate(rows):
        left = gap
        for at in row:
            height, wide = inks[at].shape
            top = (index + 1) * row_height - height  # on one base line
            sheet[top : top + height, left : left + wide] = inks[at]
            places.append(
                (left, index * row_height + 20, left + wide, (index + 1) * row_height + 20, pieces[at])
            )
            left += wide + gap
    for word in tesseract(sheet, 6, signs=signs):
        middle = (word.left + word.right) / 2
        for begin, upper, end, lower, piece in places:
            if begin - gap / 2 <= middle < end + gap / 2 and upper <= word.middle < lower:
                box = piece.box
                x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
                read[box].append(
                    Word(
                        word.text,
                        x - 1 + len(read[box]),
                        y - 8,
                        x + 1 + len(read[box]),
                        y + 8,
                        word.confidence,
                    )
                )
                break
    return read


_NUMBER_SIGNS = "0123456789."
_ROMAN_SIGNS = "IVXABCDE."

_NUMERAL = re.compile(r"(?P<numeral>[IVl1|!Hi]{1,4})(?P<rest>[./,].*|)")
_ALIKE = {"H": "II", "l": "I", "1": "I", "|": "I", "!": "I", "i": "I"}


def _numerals_counted(words: list[Word], page: Gray, *, is_label: bool) -> list[Word]:
    """Roman numerals (of a section, of a quarter) by the strokes that stand there: "Quý H/2026" is Quý II.

    Strokes side by side are what the recogniser counts worst; the picture itself tells them.
    """
    if not words:
        return words
    opens_title = len(words) > 1 and words[1].text.isupper()
    mended = list(words)
    for index, word in enumerate(words):
        after_quarter = index > 0 and words[index - 1].text.lower() in ("quý", "quy", "qúy", "quỷ")
        if not (after_quarter or (index == 0 and (is_label or opens_title))):
            continue
        found = _NUMERAL.fullmatch(word.text)
        if found is None or (
            found["numeral"].isdigit() and len(found["numeral"]) == 1 and opens_title and not is_label
        ):
            continue
        numeral = "".join(_ALIKE.get(sign, sign) for sign in found["numeral"])
        if set(numeral) == {"I"} and not is_label:
            ink = page[int(word.top) : int(word.bottom) + 1, int(word.left) : int(word.right) + 1]
            # Before "/2026" the numeral is a third of the word at most, and the first 0 begins after 44%.
            strokes = scan.strokes(ink, 0.36 if len(found["rest"]) > 3 else 0.9)
            numeral = "I" * strokes if 1 <= strokes <= 3 else numeral
        mended[index] = word._replace(text=numeral + found["rest"])
    return mended


def _mean(words: Sequence[Word]) -> float:
    signs = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / signs if signs else 0.0


def _cut(page: Gray, box: Box) -> _Piece | None:
    """The ink inside a cell with a small margin; None for an empty cell."""
    inset = 2
    left, top = int(box.left) + inset, int(box.top) + inset
    cell = page[top : int(box.bottom) - inset, left : int(box.right) - inset]
    found = scan.ink_box(cell)
    if found is None:
        return None
    x0, y0, x1, y1 = found
    return _Piece(box, left + x0, top + y0, cell[y0:y1, x0:x1])


def _read_stack(pieces: Sequence[_Piece], scale: float) -> dict[Box, list[Word]]:
    """The cells stacked one below the other and read in one pass, their words put back where they were."""
    if not pieces:
        return {}
    gap, margin = 28, 24
    inks = [scan.enlarged(piece.ink, scale) for piece in pieces]
    width = max(ink.shape[1] for ink in inks) + 2 * margin
    read: dict[Box, list[Word]] = {piece.box: [] for piece in pieces}
    start = 0
    while start < len(inks):
        end, height = start, gap
        tops = []
        while end < len(inks) and (end == start or height + inks[end].shape[0] + gap < 30_000):
            tops.append(height)
            height += inks[end].shape[0] + gap
            end += 1
        stack = np.full((height, width), 255, np.uint8)
        for top, ink in zip(tops, inks[start:end], strict=True):
            stack[top : top + ink.shape[0], margin : margin + ink.shape[1]] = ink
        bounds = np.array([top - gap / 2 for top in tops])
        for word in tesseract(stack, 6):
            at = max(0, int(np.searchsorted(bounds, word.middle, side="right")) - 1)
            piece, top = pieces[start + at], tops[at]
            read[piece.box].append(_put_back(word, piece, top, margin, scale))
        start = end
    return read


def _put_back(word: Word, piece: _Piece, top: int, margin: int, scale: float) -> Word:
    box = piece.box
    left, right = piece.left + (word.left - margin) / scale, piece.left + (word.right - margin) / scale
    upper, lower = piece.top + (word.top - top) / scale, piece.top + (word.bottom - top) / scale
    # A hair outside its cell would put it into the neighbour's.
    left, right = max(box.left + 1, left), min(box.right - 1, right)
    upper, lower = max(box.top + 1, upper), min(box.bottom - 1, lower)
    return Word(word.text, left, upper, max(right, left + 1), max(lower, upper + 1), word.confidence)


_DIRT = frozenset("|¦_~`'‘’\"“”°.,:;[]{}()<>/\\=*«»^-—–…")


def _is_dirt(word: Word) -> bool:
    """Specks and rests of lines; a sure dash or bullet is none."""
    if not all(sign in _DIRT for sign in word.text):
        return False
    return word.confidence < 60 or word.text not in ("-", "–", "—", "*", "/", "…", "...")


# ---- Tesseract


@lru_cache(maxsize=1)
def _tesseract_path() -> str | None:
    """The program, where it is installed together with Vietnamese."""
    program = which("tesseract")
    if program is None:
        return None
    listed = subprocess.run(
        [program, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
    )
    return program if "vie" in (listed.stdout + listed.stderr).split() else None


def need_tesseract() -> str:
    """Raises Refusal tool.tesseract-missing where program or language is not installed."""
    program = _tesseract_path()
    if program is None:
        raise Refusal("tool.tesseract-missing")
    return program


def _run(picture: Gray, options: Sequence[str]) -> str:
    height, width = picture.shape
    pgm = b"P5\n%d %d\n255\n" % (width, height) + np.ascontiguousarray(picture).tobytes()
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            [need_tesseract(), "stdin", "stdout", *options],
            input=pgm,
            capture_output=True,
            timeout=_CALL_SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise Refusal("file.timeout", seconds=_CALL_SECONDS) from error
    return done.stdout.decode("utf-8", "replace")


def tesseract(picture: Gray, layout: int, *, signs: str = "") -> list[Word]:
    """The words of a picture; layout is Tesseract's page segmentation mode; signs: the only ones allowed, if any."""
    if min(picture.shape) < 8:
        return []
    options = [
        "-l",
        "vie",
        "--oem",
        "1",
        "--psm",
        str(layout),
        "--dpi",
        str(DPI),
        "-c",
        "tessedit_do_invert=0",
        "tsv",
    ]
    words = []
    for line in _run(picture, options).splitlines()[1:]:
        parts = line.split("\t")
        if len(parts) == 12 and parts[0] == "5" and parts[11].strip():
            left, top, width, height = (float(part) for part in parts[6:10])
            words.append(
                Word(_mended(parts[11].strip()), left, top, left + width, top + height, float(parts[10]))
            )
    return words


def _mended(text: str) -> str:
    """Slips of the recogniser that no Vietnamese text means: the fraction slash, a slash seen twice."""
    return text.replace("\u2044", "/").replace("//", "/") if "\u2044" in text else text


def _turn_of(picture: Gray) -> int:
    """By how much to turn the page back, counter-clockwise: 0, 90, 180 or 270.

    Tesseract's own orientation where its data is installed; else whichever turn reads best.
    """
    told = _run(picture, ["--psm", "0", "-l", "osd"])
    for line in told.splitlines():
        if line.startswith("Rotate:"):
            degrees = int(line.split(":")[1])
            return (360 - degrees) % 360
    best = partial(_sureness, picture)
    return max((0, 90, 180, 270), key=best)


def _sureness(picture: Gray, turn: int) -> float:
    height, width = picture.shape
    middle = picture[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
    words = tesseract(np.ascontiguousarray(np.rot90(middle, turn // 90)), 11)
    return sum(word.confidence for word in words if len(word.text) > 2)
