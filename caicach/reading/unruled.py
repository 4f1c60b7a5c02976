"""Tables without ruling lines: columns found where a run of lines leaves the same white gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caicach.reading.document import Cell, Row, Source, Table
from caicach.reading.lines import Line, Word, cell_text, lines_of
from caicach.reading.oldfonts import composed

_HEADING = re.compile(r"^(?:stt|tt|số tt|số thứ tự)$", re.IGNORECASE)
_LABEL = re.compile(r"^(?:\d{1,3}(?:\.\d{1,2})*|[IVXL]{1,6}|[A-ZĐ])[.)]?$")


def tables_by_gaps(
    words: Sequence[Word], *, page: int, first_row: int, width: float, height: float
) -> list[tuple[float, float, Table]]:
    """(top, bottom, table) of the table whose heading line begins with STT and whose columns are white gaps.

    Only a page with such a heading, or with many numbered lines in columns, is taken for a table.
    """
    if not any(_HEADING.match(word.text) for word in words):
        return []
    lines = lines_of(words)
    start = next(
        (
            index
            for index, line in enumerate(lines)
            if _HEADING.match(line.words[0].text) and _cuts(line) >= 2
        ),
        None,
    )
    if start is None:
        return []
    heading_top = lines[start].top - 1.2 * lines[start].height
    body = [word for word in words if word.middle >= heading_top]
    gaps = _gutters(list(lines_of(body)), start_height=lines[start].height)
    if len(gaps) < 2:
        return []
    bounds = [0.0, *gaps, width]
    rows = _row_bands(lines_of(body), bounds)
    table_rows: list[Row] = []
    bottom = heading_top
    for band in rows:
        cells = []
        for column in range(len(bounds) - 1):
            inside = [
                word
                for line in band
                for word in line.words
                if bounds[column] <= (word.left + word.right) / 2 < bounds[column + 1]
            ]
            if inside:
                left, right = min(word.left for word in inside), bounds[column + 1]
                cells.append(Cell(composed(cell_text(inside, left, right)), column))
            else:
                cells.append(Cell("", column))
        top, bottom = band[0].top, band[-1].bottom
        box = (0.0, max(0.0, top / height), 1.0, min(1.0, bottom / height))
        table_rows.append(Row(tuple(cells), Source(page=page, row=first_row + len(table_rows), box=box)))
    if len(table_rows) < 3:
        return []
    return [(heading_top, bottom, Table(tuple(table_rows), len(bounds) - 1))]


def _cuts(line: Line) -> int:
    return sum(
        after.left - before.right > 0.8 * line.height
        for before, after in zip(line.words, line.words[1:], strict=False)
    )


def _gutters(lines: Sequence[Line], *, start_height: float) -> list[float]:
    """Middles of the white gaps that (almost) no line crosses, as wide as half a letter at least."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    steps = max(1, int((right - left) / (0.15 * start_height)))
    size = (right - left) / steps
    crossed = [0] * steps
    for line in lines:
        marks = [False] * steps
        for word in line.words:
            for step in range(
                max(0, int((word.left - left) / size)), min(steps, int((word.right - left) / size) + 1)
            ):
                marks[step] = True
        for step, mark in enumerate(marks):
            crossed[step] += mark
    allowed = max(1, len(lines) // 12)  # a section's title may run across
    gaps: list[float] = []
    run = 0
    for step in range(steps):
        if crossed[step] <= allowed:
            run += 1
            continue
        if run * size >= 0.45 * start_height and step - run > 0:
            gaps.append(left + (step - run / 2) * size)
        run = 0
    return gaps


def _row_bands(lines: Sequence[Line], bounds: Sequence[float]) -> list[list[Line]]:
    """Lines gathered into rows: a new one where the first column holds a number, or a wide blank line stands before."""
    bands: list[list[Line]] = []
    for line in lines:
        label = line.words[0] if line.words[0].right <= bounds[1] else None
        opens = label is not None and (_LABEL.match(label.text) or _HEADING.match(label.text))
        if not bands or opens:
            bands.append([line])
        else:
            bands[-1].append(line)
    if len(bands) > 1 and not any(_HEADING.match(line.words[0].text) for line in bands[0]):
        bands[1] = bands[0] + bands[1]
        del bands[0]
    return bands
