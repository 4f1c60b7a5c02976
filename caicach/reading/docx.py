"""Word files: word/document.xml by lxml, with tracked changes accepted and merged cells at their grid columns.

What is left out: headers, footers, notes, hidden text, deleted and moved-away text. Text boxes follow the paragraph
they are anchored in; nested tables follow their table, but a nested table of one column is the cell's own text.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO

from lxml import etree

from caicach.reading import oldfonts
from caicach.reading.document import Cell, Document, PageBreak, Paragraph, Row, Source, Table
from caicach.reading.docxnumbers import Numbering, read_numbering
from caicach.reading.docxstyles import Style, Styles, read_styles, switched_on
from caicach.reading.limits import MAX_TABLE_COLUMNS, Inflated, check_rows
from caicach.reading.oldfonts import Encoding
from caicach.reading.wordxml import MC, W, parse
from caicach.rules.refusal import Refusal

_ROW_MARK = re.compile(rb"<w:tr[ >]")
_OLD_FONT = re.compile(rb'"(?:\.vn|vni-)', re.IGNORECASE)
_MAX_DEPTH = 60
"""of content inside content (tables in cells, boxes in boxes): real files have four"""

P, TBL, TR, TC, R, T = W + "p", W + "tbl", W + "tr", W + "tc", W + "r", W + "t"
PPR, RPR, SDT, SDT_CONTENT, TXBX = W + "pPr", W + "rPr", W + "sdt", W + "sdtContent", W + "txbxContent"
VAL = W + "val"
_DROPPED = frozenset(
    W + name
    for name in (
        "del moveFrom instrText delText delInstrText pPr rPr tblPr tcPr trPr sdtPr sdtEndPr footnoteReference endnoteReference "
        "annotationRef commentReference tblGrid"
    ).split()
)
_NOT_PLAIN = (
    *tuple(W + name for name in "tbl del moveFrom numPr vanish drawing pict object ruby hMerge".split()),
    MC + "AlternateContent",
)
"""what sends a table through the thorough reader; everything else changes no text"""
GRID_SPAN, V_MERGE, GRID_BEFORE = W + "gridSpan", W + "vMerge", W + "gridBefore"
_PLAIN_EVENTS = (
    TR,
    TC,
    P,
    T,
    W + "tab",
    W + "br",
    W + "cr",
    W + "noBreakHyphen",
    W + "lastRenderedPageBreak",
    GRID_SPAN,
    V_MERGE,
    GRID_BEFORE,
)
_BLOCKS = frozenset({P, TBL, SDT, W + "ins", W + "moveTo", W + "customXml", W + "smartTag"})


@dataclass(slots=True)
class _Line:
    """What stands in one paragraph: its text and what hangs on it."""

    text: list[str] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    """lengths of `text` at which a page ends"""
    boxes: list[etree._Element] = field(default_factory=list)
    seen_text: bool = False
    all_bold: bool = True


@dataclass(slots=True)
class _RawTable:
    rows: list[Row]
    width: int
    number: int
    inside: list[_RawTable] = field(default_factory=list)
    layout: list[_Part] | None = None
    """the content of a table of one column: a frame, no table"""


_Part = Paragraph | PageBreak | _RawTable


def read_docx(stream: BinaryIO) -> Document:
    """The Word file as blocks in reading order; Source is table and row, of a paragraph its line (counted from 1).

    Raises Refusal file.broken, file.bomb, file.entities, file.too-many-rows.
    """
    with zipfile.ZipFile(stream) as archive:
        parts = Inflated(archive)
        name = _main_part(archive)
        body_xml = parts.part(name, row_mark=_ROW_MARK)
        folder = name.rpartition("/")[0]
        styles = read_styles(_optional(parts, f"{folder}/styles.xml"))
        numbering = read_numbering(_optional(parts, f"{folder}/numbering.xml"))
    root = parse(body_xml)
    body = root.find(W + "body")
    if body is None:
        raise Refusal("file.broken")
    return _Reader(styles, numbering, has_old_fonts=_OLD_FONT.search(body_xml) is not None).document(body)


def _main_part(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "word/document.xml" in names:
        return "word/document.xml"
    for name in names:
        if re.fullmatch(r"word/document\d*\.xml", name):
            return name
    raise Refusal("file.broken")


def _optional(parts: Inflated, name: str) -> bytes | None:
    try:
        return parts.part(name)
    except KeyError:
        return None


class _Reader:
    """One pass over the body; numbers lists, tables, rows and lines as they come."""

    def __init__(self, styles: Styles, numbering: Numbering, *, has_old_fonts: bool) -> None:
        self.has_old_fonts = has_old_fonts or styles.old_fonts
        self.styles = styles
        self.numbering = numbering
        self.tables = 0
        self.rows = 0
        self.lines = 0
        self.page = 1
        self.page_is_fresh = True
        self.saw_pages = False
        self.carried = ""
        self.encodings: set[Encoding] = set()
        self.depth = 0

    def document(self, body: etree._Element) -> Document:
        document = Document(kind="docx")
        self._lay_out(self._content(body), document.blocks)
        document.pages = self.page if self.saw_pages else None
        for encoding in sorted(self.encodings):
            oldfonts.note(document, encoding)
        if not self.encodings:
            oldfonts.mend_document(document)
        return document

    def _lay_out(self, blocks: Iterable[_Part], out: list[Paragraph | Table | PageBreak]) -> None:
        for block in blocks:
            if not isinstance(block, _RawTable):
                out.append(block)
            elif block.layout is not None:
                self._lay_out(block.layout, out)
            else:
                if block.rows:
                    out.append(Table(tuple(block.rows), block.width))
                self._lay_out(block.inside, out)

    # ---- blocks

    def _children(self, parent: etree._Element) -> Iterator[etree._Element]:
        """Block children, looking through wrappers that carry no meaning of their own."""
        for child in parent:
            tag = child.tag
            if tag in (P, TBL, TR, TC):
                yield child
            elif tag == SDT:
                content = child.find(SDT_CONTENT)
                if content is not None:
                    yield from self._children(content)
            elif tag in _BLOCKS:
                yield from self._children(child)
            elif tag == MC + "AlternateContent":
                chosen = _chosen(child)
                if chosen is not None:
                    yield from self._children(chosen)

    def _content(self, parent: etree._Element) -> list[_Part]:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Refusal("file.broken")
        blocks: list[_Part] = []
        for child in self._children(parent):
            if child.tag == P:
                blocks.extend(self._paragraph(child))
            elif child.tag == TBL:
                page = self.page
                table = self._table(child)
                blocks.append(table)
                if self.page != page and table.layout is None:
                    blocks.append(PageBreak(self.page))
        self.depth -= 1
        return blocks

    def _paragraph(self, p: etree._Element) -> Iterator[_Part]:
        ppr = p.find(PPR)
        style = self.styles.of(ppr)
        line = _Line()
        if ppr is not None and switched_on(ppr.find(W + "pageBreakBefore")):
            line.breaks.append(0)
        self._runs(p, style, line)
        pieces = ["".join(line.text[start:end]) for start, end in pairwise([0, *line.breaks, len(line.text)])]
        pieces[0] = self.carried + self._label(ppr, style, "".join(pieces)) + pieces[0]
        self.carried = ""
        if ppr is not None and (mark := ppr.find(RPR)) is not None and mark.find(W + "del") is not None:
            # The end of this paragraph was deleted: its text runs on in the next one.
            self.carried = pieces.pop()
        centred = style.alignment(ppr) in ("center", "centerGroup")
        for index, piece in enumerate(pieces):
            if index:
                yield from self._new_page()
            if piece.strip():
                yield self._line(piece, line, centred)
        for box in line.boxes:
            yield from self._content(box)
        if ppr is not None and (section := ppr.find(W + "sectPr")) is not None:
            kind = section.find(W + "type")
            if kind is None or kind.get(VAL) not in ("continuous", "nextColumn"):
                yield from self._new_page()

    def _line(self, text: str, line: _Line, centred: bool) -> Paragraph:
        self.lines += 1
        self.page_is_fresh = False
        return Paragraph(
            oldfonts.composed(text).strip(" \n"),
            Source(line=self.lines),
            bold=line.seen_text and line.all_bold,
            centred=centred,
        )

    def _new_page(self) -> Iterator[PageBreak]:
        """One page break; Word's own note of where the page ended, right after a typed break, is not a second one."""
        if not self.page_is_fresh:
            self.page += 1
            self.page_is_fresh = self.saw_pages = True
            yield PageBreak(self.page)

    def _label(self, ppr: etree._Element | None, style: Style, text: str) -> str:
        numbered = style.numbered
        if ppr is not None and (own := ppr.find(W + "numPr")) is not None:
            num, level = own.find(W + "numId"), own.find(W + "ilvl")
            num_id = num.get(VAL) if num is not None else (numbered[0] if numbered else None)
            at = (
                _whole(level.get(VAL))
                if level is not None
                else (numbered[1] if numbered and num is None else 0)
            )
            numbered = (num_id, at) if num_id else None
        if numbered is None or numbered[0] in (None, "0"):
            return ""
        label = self.numbering.next(numbered[0], numbered[1], has_text=bool(text.strip()))
        return f"{label} " if label and text.strip() else label

    # ---- runs

    def _runs(self, parent: etree._Element, style: Style, line: _Line) -> None:
        for child in parent:
            tag = child.tag
            if tag == R:
                self._run(child, style, line)
            elif tag in _DROPPED or not isinstance(tag, str):
                continue
            elif tag == MC + "AlternateContent":
                chosen = _chosen(child)
                if chosen is not None:
                    self._runs(chosen, style, line)
            else:
                # Links, fields, tags, insertions, formulas: only their runs count.
                self._runs(child, style, line)

    def _run(self, run: etree._Element, style: Style, line: _Line) -> None:
        rpr = run.find(RPR)
        encoding: Encoding | None = style.encoding
        capitals = style.capitals
        bold = style.bold
        if rpr is not None:
            if switched_on(rpr.find(W + "vanish")):
                return
            bold_mark = rpr.find(W + "b")
            if bold_mark is not None:
                bold = switched_on(bold_mark)
            elif (character := rpr.find(W + "rStyle")) is not None:
                bold = self.styles.by_id(character.get(VAL)).bold or bold
            fonts = rpr.find(W + "rFonts")
            if fonts is not None:
                font = fonts.get(W + "ascii") or fonts.get(W + "hAnsi")
                if font:
                    encoding, capitals = oldfonts.encoding_of_font(font), oldfonts.is_capitals_font(font)
        for child in run:
            tag = child.tag
            if tag == T:
                text = child.text or ""
                if encoding is not None and text:
                    self.encodings.add(encoding)
                    text = oldfonts.to_unicode(text, encoding, capitals=capitals)
                if text.strip():
                    line.seen_text = True
                    line.all_bold = line.all_bold and bold
                line.text.append(text)
            elif tag == W + "tab" or tag == W + "ptab":
                line.text.append("\t")
            elif tag == W + "br":
                if child.get(W + "type") == "page":
                    line.breaks.append(len(line.text))
                else:
                    line.text.append("\n")
            elif tag == W + "cr":
                line.text.append("\n")
            elif tag == W + "lastRenderedPageBreak":
                line.breaks.append(len(line.text))
            elif tag == W + "noBreakHyphen":
                line.text.append("-")
            elif tag in (W + "drawing", W + "pict", W + "object"):
                line.boxes.extend(_outer_boxes(child))
            elif tag == MC + "AlternateContent":
                chosen = _chosen(child)
                if chosen is not None:
                    line.boxes.extend(_outer_boxes(chosen))
            elif tag == W + "ruby":
                self._runs(child, style, line)

    # ---- tables

    def _is_plain(self, tbl: etree._Element) -> bool:
        if self.has_old_fonts or self.carried or next(tbl.iterdescendants(*_NOT_PLAIN), None) is not None:
            return False
        return not any(
            self.styles.by_id(mark.get(VAL)).numbered for mark in tbl.iterdescendants(W + "pStyle")
        )

    def _plain_table(self, tbl: etree._Element) -> _RawTable:
        """A table without nesting, lists, changes or boxes, in one sweep.

        Gives what `_table` gives, five times as fast: an annex of 500 rows is most of what reading a file costs.
        """
        self.tables += 1
        table = _RawTable([], 0, self.tables)
        grid = tbl.find(W + "tblGrid")
        table.width = len(grid) if grid is not None else 0
        above: dict[int, Cell] = {}
        cells: list[Cell] = []
        texts: list[str] | None = None
        column, span, merged = 0, 1, False

        def end_cell() -> None:
            nonlocal column, texts
            if texts is not None:
                if merged and column in above:
                    cells.append(Cell(above[column].text, column, span, True))
                else:
                    cells.append(Cell(_cell_lines("".join(texts)), column, span))
                column += span
                texts = None
                if column > MAX_TABLE_COLUMNS:
                    raise Refusal("file.broken")

        def end_row() -> None:
            nonlocal above, cells
            table.rows.append(Row(tuple(cells), Source(table=table.number, row=len(table.rows) + 1)))
            above = {cell.column: cell for cell in cells}
            table.width = max(table.width, column)

        row_open = False
        for element in tbl.iterdescendants(*_PLAIN_EVENTS):
            tag = element.tag
            if tag == T:
                if texts is not None and element.text:
                    texts.append(element.text)
            elif tag == P:
                if texts:
                    texts.append("\n")
            elif tag == TC:
                end_cell()
                texts, span, merged = [], 1, False
            elif tag == TR:
                end_cell()
                if row_open:
                    end_row()
                row_open = True
                self.rows += 1
                check_rows(self.rows)
                cells, column = [], 0
            elif tag == GRID_SPAN:
                span = max(1, _whole(element.get(VAL), 1))
            elif tag == V_MERGE:
                merged = element.get(VAL) != "restart"
            elif tag == GRID_BEFORE:
                column = _whole(element.get(VAL))
            elif texts is None or (parent := element.getparent()) is None or parent.tag != R:
                continue  # the definition of a tab stop
            elif tag == W + "tab":
                texts.append("\t")
            elif tag == W + "noBreakHyphen":
                texts.append("-")
            elif tag == W + "lastRenderedPageBreak" or element.get(W + "type") == "page":
                self.page += 1
                self.saw_pages = True
            else:
                texts.append("\n")
        end_cell()
        if row_open:
            end_row()
        table.width = min(table.width, MAX_TABLE_COLUMNS)
        return table

    def _table(self, tbl: etree._Element) -> _RawTable:
        if len(tbl) > 8 and self._is_plain(tbl):
            return self._plain_table(tbl)
        self.tables += 1
        table = _RawTable([], 0, self.tables)
        grid = tbl.find(W + "tblGrid")
        table.width = len(grid) if grid is not None else 0
        layout: list[_Part] = []
        above: dict[int, Cell] = {}
        only_single = True
        for tr in self._children(tbl):
            if tr.tag != TR:
                continue
            trpr = tr.find(W + "trPr")
            if trpr is not None and trpr.find(W + "del") is not None:
                continue
            self.rows += 1
            check_rows(self.rows)
            cells = self._row(tr, trpr, table, above, layout)
            only_single = only_single and len(cells) <= 1
            table.rows.append(Row(tuple(cells), Source(table=table.number, row=len(table.rows) + 1)))
            above = {cell.column: cell for cell in cells}
            table.width = max([table.width, *(cell.column + cell.span for cell in cells)])
        table.width = min(table.width, MAX_TABLE_COLUMNS)
        if only_single and (table.inside or len(table.rows) <= 2):
            table.layout = layout
        return table

    def _row(
        self,
        tr: etree._Element,
        trpr: etree._Element | None,
        table: _RawTable,
        above: dict[int, Cell],
        layout: list[_Part],
    ) -> list[Cell]:
        column = _grid_count(trpr, "gridBefore") if trpr is not None else 0
        cells: list[Cell] = []
        for tc in self._children(tr):
            if tc.tag != TC:
                continue
            tcpr = tc.find(W + "tcPr")
            span, merge = 1, None
            if tcpr is not None:
                span = max(1, _grid_count(tcpr, "gridSpan", 1))
                merge = tcpr.find(W + "vMerge")
                sideways = tcpr.find(W + "hMerge")
                if sideways is not None and sideways.get(VAL) != "restart" and cells:
                    before = cells[-1]
                    cells[-1] = Cell(before.text, before.column, before.span + span, before.filled_down)
                    column += span
                    continue
            if column + span > MAX_TABLE_COLUMNS:
                raise Refusal("file.broken")
            if merge is not None and merge.get(VAL) != "restart" and column in above:
                cells.append(Cell(above[column].text, column, span, filled_down=True))
            else:
                content = self._content(tc)
                layout.extend(content)
                cells.append(Cell(self._cell_text(content, table), column, span))
            column += span
        return cells

    def _cell_text(self, content: list[_Part], table: _RawTable) -> str:
        lines: list[str] = []
        for block in content:
            if isinstance(block, Paragraph):
                lines.append(block.text)
            elif isinstance(block, _RawTable):
                if block.layout is not None or all(len(row.cells) <= 1 for row in block.rows):
                    lines.extend(cell.text for row in block.rows for cell in row.cells if cell.text)
                    table.inside.extend(block.inside)
                else:
                    table.inside.append(block)
        return _cell_lines("\n".join(lines))


def _chosen(alternate: etree._Element) -> etree._Element | None:
    """The branch of an AlternateContent to read: the choice where it has text, else the fallback; never both."""
    choice = alternate.find(MC + "Choice")
    if choice is not None and next(choice.iter(T), None) is not None:
        return choice
    fallback = alternate.find(MC + "Fallback")
    return fallback if fallback is not None else choice


def _outer_boxes(element: etree._Element) -> list[etree._Element]:
    """The text boxes inside a drawing, not those inside another box (they come with it)."""
    boxes: list[etree._Element] = []
    for box in element.iter(TXBX):
        parent = box.getparent()
        while parent is not None and parent is not element:
            if parent.tag in (TXBX, MC + "Fallback"):
                break
            parent = parent.getparent()
        if parent is element or parent is None:
            boxes.append(box)
    return boxes


def _cell_lines(text: str) -> str:
    """A cell's text without empty lines."""
    text = oldfonts.composed(text).strip()
    return "\n".join(line for line in text.split("\n") if line.strip()) if "\n" in text else text


def _grid_count(properties: etree._Element, name: str, default: int = 0) -> int:
    element = properties.find(W + name)
    return _whole(element.get(VAL), default) if element is not None else default


def _whole(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else default
