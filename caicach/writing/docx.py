"""The cleaned annex as a Word file, laid out as an annex of an official document is.

Source: NĐ 30/2020/NĐ-CP, Phụ lục I (page, type and place of the parts; a wide table may lie across the page).
"""

from __future__ import annotations

import gc
import io
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from caicach.reading.plan import PlanReading
from caicach.writing.rows import HEADINGS, INDICATOR_HEADINGS, annex_rows, indicator_rows, titles

_FONT = "Times New Roman"
_WIDTHS_MM = (13, 78, 34, 38, 38, 30, 19)
_INDICATOR_WIDTHS_MM = (13, 98, 28, 30, 46, 35)
_CENTRED_COLUMNS = frozenset({0, 5})


def annex_docx(reading: PlanReading) -> bytes:
    """The plan's annex as .docx: A4 across, the heading repeated on each page, sections as wide rows."""
    document = docx.Document()
    page(document)
    style(document)
    issuer, title, named = titles(reading)
    if issuer:
        centred(document, issuer, bold=True)
    centred(document, "PHỤ LỤC", bold=True)
    centred(document, title, bold=True)
    if named:
        centred(document, named, italic=True)
    document.add_paragraph()
    _annex(document, reading)
    indicators = list(indicator_rows(reading))
    if indicators:
        document.add_paragraph()
        centred(document, "CHỈ TIÊU", bold=True)
        listed = table(document, INDICATOR_HEADINGS, _INDICATOR_WIDTHS_MM)
        for texts in indicators:
            fill(listed, texts, _INDICATOR_WIDTHS_MM)
    return saved(document)


def saved(document: Any) -> bytes:
    """The file's bytes; the document is done with.

    Its parts hold each other, and its trees are outside of what the collector counts: left to themselves, some tens of
    documents of a megabyte or two lie in a server's memory until it happens to look. What was there at the start is
    frozen (conf/wsgi), so looking takes a few milliseconds.
    """
    out = io.BytesIO()
    document.save(out)
    del document
    gc.collect()
    return out.getvalue()


def page(document: Any) -> None:
    """A4 across, numbered at the top from the second page."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True  # no number on the first page
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = number.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def style(document: Any, *, points: int = 13) -> None:
    """The letters of the whole document."""
    look = document.styles["Normal"]
    look.font.name = _FONT
    look.font.size = Pt(points)
    look.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    look.paragraph_format.space_after = Pt(0)


def centred(document: Any, text: str, *, bold: bool = False, italic: bool = False) -> None:
    """A line of the head."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic


def table(document: Any, headings: Sequence[str], widths: Sequence[int]) -> Any:
    """A table with its heading, which stands again on each page."""
    made = document.add_table(rows=1, cols=len(headings))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    row = made.rows[0]
    for cell, text, width in zip(row.cells, headings, widths, strict=True):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(text).bold = True
    repeated = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(repeated)
    return made


def _annex(document: Any, reading: PlanReading) -> None:
    made = table(document, HEADINGS, _WIDTHS_MM)
    for row in annex_rows(reading):
        if row.kind == "task":
            fill(made, row.texts, _WIDTHS_MM)
            continue
        number, title = row.texts
        first, *others = _WIDTHS_MM
        _row(made, [_Cell(number, first, centred=True, bold=True), _Cell(title, sum(others), span=len(others), bold=True)])  # fmt: skip


def fill(
    made: Any, texts: Sequence[str], widths: Sequence[int], *, centred: Container[int] = _CENTRED_COLUMNS
) -> None:
    """A row that no page cuts in two."""
    cells = zip(texts, widths, strict=True)
    _row(made, [_Cell(text, width, centred=n in centred) for n, (text, width) in enumerate(cells)])


def title_row(made: Any, title: str, widths: Sequence[int]) -> None:
    """One cell over the whole width: the heading of the rows that follow."""
    _row(made, [_Cell(title, sum(widths), span=len(widths), bold=True)])


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    width_mm: int
    span: int = 1
    centred: bool = False
    bold: bool = False


def _row(made: Any, cells: Sequence[_Cell]) -> None:
    """A row as XML at once: python-docx looks through all rows before for each cell that it adds, which makes a list of
    a year take half a second and its memory."""
    made._tbl.append(
        parse_xml(f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/></w:trPr>{''.join(map(_cell, cells))}</w:tr>")
    )


def _cell(cell: _Cell) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    place = '<w:pPr><w:jc w:val="center"/></w:pPr>' if cell.centred else ""
    look = "<w:rPr><w:b/></w:rPr>" if cell.bold else ""
    lines = "".join(
        f'<w:p>{place}<w:r>{look}<w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
        for line in _safe(cell.text).split("\n")
    )
    width = f'<w:tcW w:w="{round(Mm(cell.width_mm).twips)}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{width}{span}</w:tcPr>{lines}</w:tc>"


def _safe(text: str) -> str:
    """Without the signs that XML does not hold; a tab is a blank in a cell."""
    return _NO_XML.sub("", text.replace("\t", " "))


_NO_XML = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
