"""Tables whose lines are not drawn, or not all: columns by the white between them, rows by their numbers.

Three cases: no lines at all, only those between rows, only those between columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from caicach.reading.columns import looks_like_heading, meaning_of
from caicach.reading.document import Cell, Row, Source, Table
from caicach.reading.grid import Rule
from caicach.reading.lines import Line, Word, cell_text
from caicach.reading.oldfonts import composed

Bounds = tuple[float, ...]
"""the edges of a table's columns from left to right, the outer ones too"""

_NUMBER_HEADING = re.compile(r"(?:stt|tt|số|mã)$", re.IGNORECASE)
_LABEL = re.compile(r"(?:\d{1,3}(?:\.\d{1,2})*|[IVXL]{1,6}|[A-ZĐ])[.)]?$")
_GAP = 0.7
"""of a line's height: white between two columns at least; a blank between words has a third"""
_HEADING_LINES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A table found on a page. bounds: its columns, for the next page, where no heading may stand."""

    top: float
    bottom: float
    table: Table
    bounds: Bounds


@dataclass(slots=True)
class _Band:
    """The lines of one row. is_wide: a title that runs across columns."""

    lines: list[Line]
    is_wide: bool = False


def table_by_gaps(
    lines: Sequence[Line],
    across: Sequence[Rule],
    before: Bounds | None,
    *,
    page: int,
    first_row: int,
    width: float,
    height: float,
) -> Found | None:
    """The table of a page that has no ruled one; across: horizontal rulings; before: columns of the page before."""
    widest = max((rule.end - rule.start for rule in across), default=0.0)
    floors = [rule.at for rule in across if rule.end - rule.start > max(0.6 * widest, 0.4 * width)]
    place = heading_of(lines, floors)
    if place is None:
        if before is None or not _goes_on(lines, before):
            return None
        heading: list[Line] = []
        bounds, rest = before, list(lines)
    else:
        heading, rest = list(lines[place[0] : place[1]]), list(lines[place[1] :])
        own = _bounds_of(heading, rest, width)
        bounds = before if before and _fits(rest, before) else own
    if len(bounds) < 4:
        return None
    under = _inside(rest, bounds)
    body = heading + under
    if not under:
        return None
    edge = 2 * body[0].height
    ruled = sum(body[0].top - edge < floor < body[-1].bottom + edge for floor in floors) >= 3
    if ruled:
        bands = [*([_Band(heading)] if heading else []), *_bands_between(under, floors, bounds)]
    else:
        bands = bands_by_labels(body, bounds)
    rows = rows_of(bands, bounds, page=page, first_row=first_row, width=width, height=height)
    if len(rows) < 2:
        return None
    return Found(body[0].top, max(line.bottom for line in body), Table(tuple(rows), len(bounds) - 1), bounds)


def may_be_headed(words: Sequence[Word]) -> bool:
    """Whether a word stands on the page that heads the first column of a table."""
    return any(_NUMBER_HEADING.match(word.text) for word in words)


def opens_row(word: Word) -> bool:
    """Whether a word of the first column begins a row: a number, or the heading's own word."""
    return word.text.strip(".)").isdigit() or _NUMBER_HEADING.match(word.text) is not None


def columns_named(line: Line) -> list[str]:
    """The headings of several columns on one line, told apart by wide white; [] for words of one cell."""
    parts: list[list[str]] = [[line.words[0].text]]
    for word, after in pairwise(line.words):
        if after.left - word.right > 1.2 * line.height:
            parts.append([])
        parts[-1].append(after.text)
    named = [" ".join(part) for part in parts]
    return named if len(named) > 1 and all(meaning_of(name) for name in named) else []


def bands_by_labels(lines: Sequence[Line], bounds: Bounds) -> list[_Band]:
    """Lines gathered into rows: the heading, then one for each number in the first column and each title across."""
    place = heading_of(lines)
    bands = [_Band(list(lines[: place[1]]))] if place else []
    for line in lines[place[1] if place else 0 :]:
        has_label = line.words[0].right <= bounds[1] and _LABEL.match(line.words[0].text) is not None
        if _is_wide(line, bounds):
            if bands and bands[-1].is_wide and not _LABEL.match(line.words[0].text):
                bands[-1].lines.append(line)
            else:
                bands.append(_Band([line], is_wide=True))
        elif has_label or not bands or bands[-1].is_wide:
            bands.append(_Band([line]))
        else:
            bands[-1].lines.append(line)
    return bands


def rows_of(
    bands: Sequence[_Band], bounds: Bounds, *, page: int, first_row: int, width: float, height: float
) -> list[Row]:
    """The bands as rows of a table, each with its place on the page."""
    rows: list[Row] = []
    cells_of = [[] if band.is_wide else _by_column(band, bounds) for band in bands]
    ends = [
        max((word.right for cells in cells_of if cells for word in cells[at]), default=bounds[at + 1])
        for at in range(len(bounds) - 1)
    ]  # how far a column is written: a line as long is full
    for band, inside in zip(bands, cells_of, strict=True):
        top, bottom = min(line.top for line in band.lines), max(line.bottom for line in band.lines)
        box = (
            max(0.0, bounds[0] / width),
            max(0.0, top / height),
            min(1.0, bounds[-1] / width),
            min(1.0, bottom / height),
        )
        source = Source(page=page, row=first_row + len(rows), box=box)
        if band.is_wide:
            text = composed(" ".join(line.text for line in band.lines))
            rows.append(Row((Cell(text, 0, len(bounds) - 1),), source))
            continue
        cells = tuple(
            Cell(composed(cell_text(found, min(word.left for word in found), ends[at])), at)
            if found
            else Cell("", at)
            for at, found in enumerate(inside)
        )
        rows.append(Row(cells, source))
    return rows


def _by_column(band: _Band, bounds: Bounds) -> list[list[Word]]:
    inside: list[list[Word]] = [[] for _ in range(len(bounds) - 1)]
    for line in band.lines:
        for word in line.words:
            middle = (word.left + word.right) / 2
            inside[min(len(bounds) - 2, sum(edge <= middle for edge in bounds[1:]))].append(word)
    return inside


# ---- where it is


def heading_of(lines: Sequence[Line], floors: Sequence[float] = ()) -> tuple[int, int] | None:
    """The first line of the heading and the first after it; the words of its columns may stand in several lines.

    floors: horizontal rulings, which no row of the heading crosses.
    """

    most = 3 * _HEADING_LINES if floors else _HEADING_LINES

    def near(above: Line, below: Line, heights: float) -> bool:
        steps = below.middle - above.middle
        return steps < heights * above.height and not any(
            above.middle < floor < below.middle for floor in floors
        )

    for index, line in enumerate(lines):
        if not _NUMBER_HEADING.match(line.words[0].text):
            continue
        first = index
        while (
            first > 0
            and index - first < most - 1
            and lines[first - 1].left > line.words[0].right
            and near(lines[first - 1], lines[first], 1.6)
        ):
            first -= 1
        after = index + 1
        while (
            after < len(lines)
            and after - index < most
            and near(lines[after - 1], lines[after], 2.4)
            and not _LABEL.match(lines[after].words[0].text)
        ):
            after += 1
        if looks_like_heading(_columns_of_heading(lines[first:after])):
            return first, after
    return None


def _columns_of_heading(lines: Sequence[Line]) -> list[str]:
    """The words of a heading, gathered by the white between them."""
    edges = [(begin + end) / 2 for begin, end in _white(lines, allowed=0)]
    texts: list[list[str]] = [[] for _ in range(len(edges) + 1)]
    for line in lines:
        for word in line.words:
            texts[sum(edge <= (word.left + word.right) / 2 for edge in edges)].append(word.text)
    return [" ".join(text) for text in texts]


def _bounds_of(heading: Sequence[Line], rest: Sequence[Line], width: float) -> Bounds:
    """Columns by the white that the lines in several columns leave; titles that run across have no say.

    A column that nothing is written in yet shows in the heading alone.
    """
    several = [line for line in rest if _segments(line) >= 3]
    if len(several) < 2:
        return ()
    left = min(line.left for line in [*several, *heading])
    right = max(line.right for line in [*several, *heading])
    edges: list[float] = []
    names = _spans(heading)
    white = _white(several, allowed=len(several) // 12)
    last = max(line.right for line in several)
    for begin, end in [*white, (last, right + 1)]:
        inside = [(start, stop) for start, stop in names if begin < start and stop < end]
        places = [begin, *(place for span in inside for place in span), end]
        edges += [(places[at] + places[at + 1]) / 2 for at in range(0, len(places), 2)]
    return (max(0.0, left - 1), *edges[:-1], min(width, right + 1))


def _spans(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """What lies between the white of some lines, from left to right."""
    white = _white(lines, allowed=0)
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    return list(zip([left, *(end for _, end in white)], [*(begin for begin, _ in white), right], strict=True))


def _segments(line: Line) -> int:
    return 1 + sum(after.left - word.right > _GAP * line.height for word, after in pairwise(line.words))


def _white(lines: Sequence[Line], *, allowed: int) -> list[tuple[float, float]]:
    """The white that at most so many lines cross, as wide as half a letter at least, from left to right."""
    tall = max(line.height for line in lines)
    edges = sorted(
        [(word.left, 1) for line in lines for word in line.words]
        + [(word.right, -1) for line in lines for word in line.words]
    )
    white: list[tuple[float, float]] = []
    depth, begin = 0, None
    for at, step in edges:
        depth += step
        if depth <= allowed and step < 0 and begin is None:
            begin = at
        elif depth > allowed and begin is not None:
            if at - begin >= 0.55 * tall:
                white.append((begin, at))
            begin = None
    return white


def _is_wide(line: Line, bounds: Bounds) -> bool:
    """Whether the line is a title across columns: words, or a blank between two, lie over the white of columns.

    A line in several columns with a word too long for its own is none.
    """
    inner = bounds[1:-1]
    if line.left >= bounds[2] and line.right - line.left < 0.3 * (bounds[-1] - bounds[0]):
        return False
    if _segments(line) >= 3:
        return False
    if _crosses(line, bounds):
        return True
    # a title beside its number: no white between its words where columns meet
    return any(
        before.right <= edge <= after.left and after.left - before.right <= 0.5 * line.height
        for before, after in pairwise(line.words)
        for edge in inner
    )


def _crosses(line: Line, bounds: Bounds) -> bool:
    return any(word.left + 1 < edge < word.right - 1 for word in line.words for edge in bounds[1:-1])


def _goes_on(lines: Sequence[Line], bounds: Bounds) -> bool:
    """Whether the table of the page before goes on at the top of this one, without a heading."""
    first = lines[:8]
    fitting = [line for line in first if not _is_wide(line, bounds)]
    return len(fitting) * 3 >= len(first) * 2 and any(_segments(line) >= 2 for line in fitting)


def _fits(lines: Sequence[Line], bounds: Bounds) -> bool:
    """Whether the columns of another page are this one's: its lines in several columns do not cross them."""
    several = [line for line in lines[:30] if _segments(line) >= 3]
    return sum(_crosses(line, bounds) for line in several) * 6 <= len(several)


def _inside(lines: Sequence[Line], bounds: Bounds) -> list[Line]:
    """The lines down to the table's last: what runs across and has no row below it is text again."""
    last = -1
    for index, line in enumerate(lines):
        wide = _is_wide(line, bounds)
        if not wide and (_segments(line) >= 2 or last == index - 1):
            near = last < 0 or line.middle - lines[index - 1].middle < 3 * line.height
            if _segments(line) >= 3 or near:
                last = index
        elif wide and index == last + 1 and _LABEL.match(line.words[0].text):
            last = index
    return list(lines[: last + 1])


def _bands_between(lines: Sequence[Line], floors: Sequence[float], bounds: Bounds) -> list[_Band]:
    """Rows between horizontal rulings; a row whose every line runs across, or that is one title, is wide."""
    edges = sorted(floors)
    groups: dict[int, list[Line]] = {}
    for line in lines:
        groups.setdefault(sum(edge <= line.middle for edge in edges), []).append(line)
    bands: list[_Band] = []
    for _, group in sorted(groups.items()):
        labels = sum(
            line.words[0].right <= bounds[1] and _LABEL.match(line.words[0].text) is not None
            for line in group
        )
        if labels > 1:  # a line is drawn after several rows only
            bands.extend(bands_by_labels(group, bounds))
        else:
            bands.append(_Band(group, is_wide=all(_is_wide(line, bounds) for line in group)))
    return bands
