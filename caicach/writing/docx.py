"""The cleaned annex as a Word file, laid out as an annex of an official document is.

Source: NĐ 30/2020/NĐ-CP, Phụ lục I (page, type and place of the parts; a wide table may lie across the page).
"""

from __future__ import annotations

import io
from collections.abc import Container, Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
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
    out = io.BytesIO()
    document.save(out)
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
        cells = made.add_row().cells
        number, title = row.texts
        wide = cells[1].merge(cells[-1])
        cells[0].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        cells[0].paragraphs[0].add_run(number).bold = True
        wide.paragraphs[0].add_run(title).bold = True


def fill(
    made: Any, texts: Sequence[str], widths: Sequence[int], *, centred: Container[int] = _CENTRED_COLUMNS
) -> None:
    """A row that no page cuts in two."""
    row = made.add_row()
    uncut = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(uncut)
    for column, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Mm(width)
        first, *others = (_safe(text) or "").split("\n")
        paragraph = cell.paragraphs[0]
        paragraph.add_run(first)
        made = [paragraph, *(cell.add_paragraph(line) for line in others)]
        if column in centred:
            for each in made:
                each.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _safe(text: str) -> str:
    """Without control signs, which XML does not hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")
