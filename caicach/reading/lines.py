"""Words with places on a page, put together again: lines, cell texts, paragraphs. Shared by PDF and OCR.

Coordinates grow to the right and down, in any unit (points, pixels); all rules are relative to the height of a line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from statistics import median
from typing import NamedTuple

BULLET = re.compile(r"(?:[-–—+*•·▪●○➢✓]|\uf0b7|\uf02d|\u2022)(?=\s|$|[^\W\d])")
_NUMBERED = re.compile(
    r"(?:[IVXL]{1,6}|\d{1,2}(?:\.\d{1,2}){0,3}|[a-zđA-ZĐ])[.)](?:\s|$)|(?:Điều|Phần|Chương|Mục)\s+[\dIVX]+\b"
)
_OPENER = re.compile(r"[“\"(\[]*(?:[A-ZĐÀ-ÖØ-Þ]|[\u1ea0-\u1ef9ĂĐƠƯ])")
_DATE = re.compile(r"(?:[IVX]{1,4}/|(?:\d{1,2}/){1,2})\d{4}[.,;]?")
_CUT_DATE = re.compile(r"(?:[IVX]{1,4}|\d{1,2})(?:/\d{0,4}){0,2}")
# How the name of an office begins; a cell that begins so lists offices, and each stands on a line of its own.
_OFFICE = re.compile(
    r"(?:[-–+*•]\s*)?(?:Văn phòng|VP|Phòng|Trung tâm|TT|Ban|Bộ phận|Công an|Trạm|Trường|Các|Trưởng|Hội|Đoàn|UBMTTQ|Ủy ban|BCH|BQL)\b"
)
_RUNS_ON = re.compile(r"(?:[,(–-]|\b(?:và|của|thuộc|với|Trưởng|Phó|Chánh|lãnh|đạo|Lãnh|các|Các|tại|cùng))$")
_INNER_DASH = re.compile(r"[-–—]\s([^\W\d_])")
_CONSONANTS = re.compile(r"[bcdđghklmnpqrstvx]{1,3}[.,;]?", re.IGNORECASE)


class Word(NamedTuple):
    """A word and its box. confidence: 0 to 100, 100 where nothing was guessed."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float = 100.0
    bold: bool = False

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass
class Line:
    """Words of one line from left to right, never empty and never changed: what follows from them is kept."""

    words: list[Word]

    @cached_property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @cached_property
    def left(self) -> float:
        return self.words[0].left

    @cached_property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @cached_property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @cached_property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @cached_property
    def height(self) -> float:
        return float(median(word.bottom - word.top for word in self.words))

    @cached_property
    def middle(self) -> float:
        return float(median(word.middle for word in self.words))

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Words gathered into lines from top to bottom; a word joins a line whose middle lies within half a height.

    Of a word that is printed twice, a hair apart (so some programs make it look bold), one is kept.
    """
    lines: list[list[Word]] = []
    middles: list[float] = []
    heights: list[float] = []
    order = sorted([((word.top + word.bottom) / 2, word.left, at) for at, word in enumerate(words)])
    for middle, _, which in order:
        word = words[which]
        height = word.bottom - word.top
        for at in range(len(lines) - 1, max(-1, len(lines) - 4), -1):
            reference = heights[at]
            near = max(min(height, reference), 0.6 * max(height, reference), 1e-6)
            if abs(middle - middles[at]) < 0.5 * near:
                lines[at].append(word)
                middles[at] += (middle - middles[at]) / len(lines[at])
                break
        else:
            lines.append([word])
            middles.append(middle)
            heights.append(height)
    down = sorted(range(len(lines)), key=middles.__getitem__)
    return [Line(_undoubled(sorted(lines[at], key=_left))) for at in down]


_left = itemgetter(1)


def _undoubled(words: list[Word]) -> list[Word]:
    """The words of a line without those that stand on the same word before them."""
    for before, word in itertools.pairwise(words):
        if word.left - before.left < 1 and word.text == before.text and abs(word.top - before.top) < 1:
            break
    else:
        return words
    kept: list[Word] = []
    for word in words:
        if not any(
            word.text == other.text and word.left - other.left < 1 and abs(word.top - other.top) < 1
            for other in kept[-3:]
        ):
            kept.append(word)
    return kept


def begins_anew(text: str) -> bool:
    """Whether a line opens with a bullet or a number of its own."""
    return BULLET.match(text) is not None or _NUMBERED.match(text) is not None


def would_fit(line: Line, following: Line, width: float) -> bool:
    """Whether the next line's first word had still room in this one: then the line was broken by hand, not wrapped."""
    first = following.words[0]
    blank = 0.3 * line.height
    return (line.right - line.left) + blank + (first.right - first.left) + 0.25 * line.height < width


def cell_text(words: Sequence[Word], left: float, right: float) -> str:
    """The text of a table cell between two rulings: wrapped lines joined by a blank, real new lines kept."""
    lines = lines_of(words)
    if not lines:
        return ""
    padding = max(
        0.0, min(min(line.left for line in lines) - left, right - max(line.right for line in lines))
    )
    width = right - left - 2 * padding
    text = lines[0].text
    for before, line in itertools.pairwise(lines):
        gap = line.middle - before.middle > 2.2 * max(before.height, line.height)
        by_hand = _OPENER.match(line.text) is not None and would_fit(before, line, width)
        numbered = _NUMBERED.match(line.text) is not None and would_fit(before, line, width)
        new = (
            (BULLET.match(line.text) is not None and not _dash_goes_on(lines[0], before, line))
            or gap
            or by_hand
            or numbered
            or _begins_office(text, before, line)
        )
        if new:
            text += "\n" + line.text
        else:
            text += (
                "" if _ends_dashed(text) or _is_cut(text.rpartition(" ")[2], before, line, width) else " "
            ) + line.text
    return text


def _ends_dashed(text: str) -> bool:
    """Whether a line ends with a dash that belongs to its word: "NĐ-", "Nông-Lâm-", not "HĐND -"."""
    return len(text) > 1 and text[-1] == "-" and text[-2].isalnum()


def _dash_goes_on(first: Line, before: Line, line: Line) -> bool:
    """Whether the dash that a line begins with stands inside a name ("Văn hóa", "– xã hội"): then it opens no point."""
    dash = _INNER_DASH.match(line.text)
    return (
        dash is not None
        and dash[1].islower()
        and BULLET.match(first.text) is None
        and before.text[-1] not in ".;:,"
    )


def _begins_office(text: str, before: Line, line: Line) -> bool:
    """Whether a list of offices goes on with the next: in a narrow column its lines are too full to tell otherwise."""
    return (
        _OFFICE.match(text) is not None
        and _OFFICE.match(line.text) is not None
        and _RUNS_ON.search(before.text) is None
    )


def _is_cut(end: str, before: Line, line: Line, width: float) -> bool:
    """A word or date too long for its narrow column, cut where the column ends ("30/6/202" and "6", "Thườn" and "g").

    Only where the line before is full to its last sign, and what stands apart is no word by itself.
    """
    start = line.words[0].text
    whole = end + start
    if "/" in end and _CUT_DATE.fullmatch(end) and _DATE.fullmatch(whole):
        return True
    if width - (before.right - before.left) > 0.8 * before.height:
        return False
    if (
        "/" in whole
        and start[0] in "0123456789/IVX"
        and _CUT_DATE.fullmatch(whole.rstrip(".,;"))
        and not _DATE.fullmatch(end)
    ):
        return True
    if len(before.words) == 1 and end[-1:].isdigit() and start[0].isdigit():
        return True  # a number wider than its column: it had the line to itself, and was cut all the same
    if _CONSONANTS.fullmatch(start) and end[-1:].isalpha() and start.islower() == end[-1:].islower():
        return True
    return _CONSONANTS.fullmatch(end) is not None and start[:1].islower() and not _CONSONANTS.match(start)


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph put together from its lines."""

    lines: tuple[Line, ...]
    centred: bool

    @property
    def text(self) -> str:
        text = ""
        for line in self.lines:
            text += line.text if not text or _ends_dashed(text) else f" {line.text}"
        return text

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)


def paragraphs_of(words: Sequence[Word], left: float, right: float) -> list[TextBlock]:
    """Text outside tables as paragraphs, top to bottom; two columns side by side are read one after the other.

    left and right are the edges of the page's text.
    """
    rows = [_segments(line) for line in lines_of(words)]
    if not rows:
        return []
    spacing = _usual_spacing([row[0] for row in rows])
    blocks: list[TextBlock] = []
    plain: list[Line] = []
    at = 0
    while at < len(rows):
        if len(rows[at]) == 1:
            plain.append(rows[at][0])
            at += 1
            continue
        blocks.extend(_flow(plain, left, right, spacing))
        plain = []
        begun = at
        columns, at = _side_by_side(rows, at)
        if at == begun:  # segments that overlap are no two columns: they stand one after the other
            plain.extend(rows[at])
            at += 1
            continue
        for column in columns:
            if column:
                blocks.extend(
                    _flow(
                        column,
                        min(line.left for line in column),
                        max(line.right for line in column),
                        spacing,
                        narrow=True,
                    )
                )
    blocks.extend(_flow(plain, left, right, spacing))
    return blocks


def _segments(line: Line) -> list[Line]:
    """The line cut where a gap is wider than any blank between words."""
    segments = [[line.words[0]]]
    for before, word in itertools.pairwise(line.words):
        if word.left - before.right > 1.8 * line.height:
            segments.append([])
        segments[-1].append(word)
    return [line] if len(segments) == 1 else [Line(words) for words in segments]


def _side_by_side(rows: list[list[Line]], at: int) -> tuple[list[list[Line]], int]:
    """The lines of two columns beginning at row `at`, and the first row after them."""
    first = rows[at]
    gutter = max(range(len(first) - 1), key=lambda index: first[index + 1].left - first[index].right)
    low, high = first[gutter].right, first[gutter + 1].left
    columns: list[list[Line]] = [[], []]
    while at < len(rows):
        sides: list[tuple[int, Line]] = []
        new_low, new_high = low, high
        for segment in rows[at]:
            if (
                segment.right <= (low + high) / 2
                or segment.right <= low
                or (segment.right < high and segment.left < low)
            ):
                new_low = max(new_low, segment.right)
                sides.append((0, segment))
            elif segment.left >= (low + high) / 2 or segment.left > low:
                new_high = min(new_high, segment.left)
                sides.append((1, segment))
            else:
                return columns, at
        if new_high - new_low < 0.3 * first[0].height:
            return columns, at
        low, high = new_low, new_high
        for side, segment in sides:
            columns[side].append(segment)
        at += 1
    return columns, at


def _usual_spacing(lines: Sequence[Line]) -> float:
    steps = [after.middle - before.middle for before, after in itertools.pairwise(lines)]
    near = [step for step, line in zip(steps, lines, strict=False) if step < 3 * line.height]
    return float(median(near)) if near else 0.0


def _flow(
    lines: Sequence[Line], left: float, right: float, spacing: float, *, narrow: bool = False
) -> list[TextBlock]:
    """Lines of one column as paragraphs."""
    blocks: list[TextBlock] = []
    current: list[Line] = []
    for line in lines:
        if current and _opens_paragraph(current, line, left, right, spacing, narrow):
            blocks.append(_block(current, left, right))
            current = []
        current.append(line)
    if current:
        blocks.append(_block(current, left, right))
    return blocks


def _opens_paragraph(
    current: Sequence[Line], line: Line, left: float, right: float, spacing: float, narrow: bool
) -> bool:
    before = current[-1]
    if begins_anew(line.text):
        return True
    if line.middle - before.middle > max(1.45 * spacing, 1.5 * line.height):
        return True
    opener = _OPENER.match(line.text) is not None
    if narrow:
        return opener
    if not opener:
        return False
    if _is_centred(before, left, right) or _is_centred(line, left, right):
        same_middle = abs(before.left + before.right - line.left - line.right) < 1.5 * line.height
        return not same_middle or before.bold != line.bold or would_fit(before, line, right - left)
    indented = line.left - left > 1.2 * line.height and line.left > before.left + 0.8 * line.height
    return indented or would_fit(before, line, right - before.left)


def _is_centred(line: Line, left: float, right: float) -> bool:
    margin_left, margin_right = line.left - left, right - line.right
    return min(margin_left, margin_right) > 1.5 * line.height and abs(margin_left - margin_right) < 0.12 * (
        right - left
    )


def _block(lines: Sequence[Line], left: float, right: float) -> TextBlock:
    return TextBlock(tuple(lines), centred=all(_is_centred(line, left, right) for line in lines))
