"""A page's words and rulings into blocks: tables by their grids, the rest as paragraphs. Shared by PDF and OCR."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from caicach.reading.document import Block, Cell, Paragraph, Row, Source, Table
from caicach.reading.grid import Box, Grid, Rule, grids_of
from caicach.reading.lines import TextBlock, Word, cell_text, lines_of, paragraphs_of
from caicach.reading.oldfonts import composed
from caicach.reading.unruled import (
    Bounds,
    Found,
    bands_by_labels,
    columns_named,
    heading_of,
    may_be_headed,
    opens_row,
    rows_of,
    table_by_gaps,
)


@dataclass(slots=True)
class PageContent:
    """A page as it is seen (turned upright): width and height in points or pixels, top left is (0, 0)."""

    width: float
    height: float
    words: list[Word] = field(default_factory=list)
    across: list[Rule] = field(default_factory=list)
    down: list[Rule] = field(default_factory=list)
    has_picture: bool = False

    def share(
        self, left: float, top: float, right: float, bottom: float
    ) -> tuple[float, float, float, float]:
        """A box as shares of the page's width and height."""

        def of(value: float, whole: float) -> float:
            return round(min(1.0, max(0.0, value / whole)), 4)

        return of(left, self.width), of(top, self.height), of(right, self.width), of(bottom, self.height)


Refine = Callable[[Box, list[Word]], list[Word]]
"""looks again at the words of one cell: OCR reads doubtful cells a second time"""


def page_grids(content: PageContent, tolerance: float) -> list[Grid]:
    return [grid for grid in grids_of(content.across, content.down, tolerance=tolerance) if _is_table(grid)]


@dataclass(slots=True)
class Carried:
    """What pages tell each other about a table without lines that runs over several of them.

    columns: of the page before. best: of the page with most rows so far. rows: how many. open: pages to look at again.
    """

    columns: Bounds | None = None
    best: Bounds | None = None
    rows: int = 0
    open: dict[int, PageContent] = field(default_factory=dict)

    def again(self, tolerance: float) -> Iterator[tuple[int, list[Block]]]:
        """Those pages read once more, by page number, now that the columns are known from the fullest one."""
        if self.best is not None and len(self.open) > 1:
            for page, content in self.open.items():
                yield page, page_blocks(content, page, tolerance=tolerance, carried=Carried(self.best))


def page_blocks(
    content: PageContent,
    page: int,
    *,
    tolerance: float,
    refine: Refine | None = None,
    carried: Carried | None = None,
) -> list[Block]:
    """Tables and paragraphs of one page in reading order; tolerance: how far apart two rulings are still one."""
    carried = carried or Carried()
    words = content.words
    tables: list[tuple[float, Table]] = []
    row = 1
    for grid in page_grids(content, tolerance):
        inside, outside = words_by_box(grid, words)
        if _has_lines_left_out(grid, inside):
            continue
        words = outside
        if refine is not None:
            inside = {box: refine(box, found) for box, found in inside.items()}
        table = _table(grid, inside, content, page, row)
        row += len(table.rows)
        if table.rows:
            tables.append((grid.top, table))
    if words and all(len(table.rows) <= 1 for _, table in tables):  # none, or the boxes of a heading alone
        found = _without_lines(content, page, carried)
        if found is not None:
            tables = [(found.top, found.table)]
            words = [word for word in content.words if not found.top <= word.middle <= found.bottom]
    margins = _text_margins(content)
    blocks: list[Block] = []
    line = 1
    for index, group in enumerate(_between(words, [top for top, _ in tables])):
        for block in paragraphs_of(group, *margins):
            if not _is_page_number(block, content.height):
                blocks.append(_paragraph(block, content, page, line))
                line += len(block.lines)
        if index < len(tables):
            blocks.append(tables[index][1])
    return blocks


def _without_lines(content: PageContent, page: int, carried: Carried) -> Found | None:
    """The table of a page without a ruled one; what it tells other pages is noted."""
    lines = lines_of(content.words) if carried.columns or may_be_headed(content.words) else []
    if not lines:
        return None
    found = table_by_gaps(
        lines,
        content.across,
        carried.columns,
        page=page,
        first_row=1,
        width=content.width,
        height=content.height,
    )
    if found is not None or carried.columns is not None or heading_of(lines) is not None:
        carried.open[page] = content
    if found is not None and len(found.table.rows) > carried.rows:
        carried.best, carried.rows = found.bounds, len(found.table.rows)
    carried.columns = found.bounds if found else None
    return found


def _is_table(grid: Grid) -> bool:
    """More than a frame with a line in it: at least two rows and two columns, or a row of three."""
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    return (rows >= 2 and columns >= 2) or columns >= 3


def words_by_box(grid: Grid, words: Sequence[Word]) -> tuple[dict[Box, list[Word]], list[Word]]:
    """The words of each cell, and those outside the grid; a word belongs where its middle is."""
    inside: dict[Box, list[Word]] = {box: [] for box in grid.boxes}
    by_place: dict[tuple[int, int], Box] = {}
    for box in grid.boxes:
        for row in range(box.row, box.row + box.rows):
            for column in range(box.column, box.column + box.columns):
                by_place[row, column] = box
    outside: list[Word] = []
    for word in words:
        place = _step(grid.ys, word.middle), _step(grid.xs, (word.left + word.right) / 2)
        found = by_place.get(place)
        if found is None:
            outside.append(word)
        else:
            inside[found].append(word)
    return inside, outside


def _step(places: Sequence[float], at: float) -> int:
    for index in range(len(places) - 1):
        if places[index] <= at < places[index + 1]:
            return index
    return -1


def _table(
    grid: Grid, inside: dict[Box, list[Word]], content: PageContent, page: int, first_row: int
) -> Table:
    """The grid as a table, its rows numbered on from first_row; rows without any text are left out."""
    written = {box: composed(cell_text(inside[box], box.left, box.right)) for box in grid.boxes}
    in_order = sorted(grid.boxes, key=lambda box: box.column)
    rows: list[Row] = []
    for index in range(len(grid.ys) - 1):
        boxes = [box for box in in_order if box.row <= index < box.row + box.rows]
        several = _rows_without_lines(grid, boxes, inside, content, page, first_row + len(rows))
        if several:
            rows.extend(several)
            continue
        cells = tuple(
            Cell(written[box], box.column, box.columns, filled_down=box.row < index) for box in boxes
        )
        if any(cell.text and not cell.filled_down for cell in cells):
            place = content.share(grid.left, grid.ys[index], grid.right, grid.ys[index + 1])
            rows.append(Row(cells, Source(page=page, row=first_row + len(rows), box=place)))
    return Table(tuple(rows), len(grid.xs) - 1)


def _rows_without_lines(
    grid: Grid,
    boxes: Sequence[Box],
    inside: dict[Box, list[Word]],
    content: PageContent,
    page: int,
    first_row: int,
) -> list[Row]:
    """Rows inside one ruled row, where lines are drawn between columns only: its first column holds several numbers."""
    plain = boxes and boxes[0].columns == 1 and all(box.rows == 1 for box in boxes)
    if not plain or len(boxes) < 3:
        return []
    starts = [word for word in inside[boxes[0]] if opens_row(word)]
    others = [inside[box] for box in boxes[1:] if inside[box]]
    if len(starts) < 2 or not all(_stand_beside(start, others) for start in starts):
        return []
    bands = bands_by_labels(lines_of([word for box in boxes for word in inside[box]]), grid.xs)
    return rows_of(bands, grid.xs, page=page, first_row=first_row, width=content.width, height=content.height)


def _stand_beside(start: Word, cells: Sequence[Sequence[Word]]) -> bool:
    """Whether most cells have words on the line of a number: then a row of its own begins there."""
    reach = 0.5 * (start.bottom - start.top)
    beside = sum(any(abs(word.middle - start.middle) < reach for word in cell) for cell in cells)
    return beside * 2 > len(cells)


def _has_lines_left_out(grid: Grid, inside: dict[Box, list[Word]]) -> bool:
    """Whether a cell of the heading holds the headings of several columns: not all of their lines are drawn."""
    for box in grid.boxes:
        if box.row <= 1 and inside[box]:
            for line in lines_of(inside[box]):
                if len(columns_named(line)) > 1:
                    return True
    return False


def _text_margins(content: PageContent) -> tuple[float, float]:
    """Left and right edge of the text: what is printed, but at least the sheet less 30 mm each side (of an A4)."""
    usual = 0.14 * min(content.width, content.height)
    left = min([usual, *(word.left for word in content.words)])
    return left, max([content.width - usual, *(word.right for word in content.words)])


def _between(words: Sequence[Word], edges: Sequence[float]) -> list[list[Word]]:
    """Words above the first table, between two tables, below the last one."""
    if not edges:
        return [list(words)]
    groups: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words:
        groups[sum(edge <= word.middle for edge in edges)].append(word)
    return groups


def _is_page_number(block: TextBlock, height: float) -> bool:
    """A number alone in the top or bottom margin."""
    text = block.text.strip(" -–—")
    middle = block.lines[0].middle
    return text.isdigit() and len(text) <= 3 and (middle < 0.08 * height or middle > 0.92 * height)


def _paragraph(block: TextBlock, content: PageContent, page: int, line: int) -> Paragraph:
    left, right = min(each.left for each in block.lines), max(each.right for each in block.lines)
    place = content.share(left, block.lines[0].top, right, block.lines[-1].bottom)
    return Paragraph(
        composed(block.text), Source(page=page, line=line, box=place), bold=block.bold, centred=block.centred
    )
