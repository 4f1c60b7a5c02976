"""The cleaned annex as a Word file, laid out as an annex of an official document is.

Source: NĐ 30/2020/NĐ-CP, Phụ lục I (page, type and place of the parts; a wide table may lie across the page).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
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
    _page(document)
    _style(document)
    issuer, title, named = titles(reading)
    if issuer:
        _centred(document, issuer, bold=True)
    _centred(document, "PHỤ LỤC", bold=True)
    _centred(document, title, bold=True)
    if named:
        _centred(document, named, italic=True)
    document.add_paragraph()
    _annex(document, reading)
    indicators = list(indicator_rows(reading))
    if indicators:
        document.add_paragraph()
        _centred(document, "CHỈ TIÊU", bold=True)
        table = _table(document, INDICATOR_HEADINGS, _INDICATOR_WIDTHS_MM)
        for texts in indicators:
            _fill(table, texts, _INDICATOR_WIDTHS_MM)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any) -> None:
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


def _style(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name = _FONT
    style.font.size = Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    style.paragraph_format.space_after = Pt(0)


def _centred(document: Any, text: str, *, bold: bool = False, italic: bool = False) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic


def _table(document: Any, headings: Sequence[str], widths: Sequence[int]) -> Any:
    table = document.add_table(rows=1, cols=len(headings))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    row = table.rows[0]
    for cell, text, width in zip(row.cells, headings, widths, strict=True):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(text).bold = True
    repeated = OxmlElement("w:tblHeader")
    row._tr.get_or_add_trPr().append(repeated)
    return table


def _annex(document: Any, reading: PlanReading) -> None:
    table = _table(document, HEADINGS, _WIDTHS_MM)
    for row in annex_rows(reading):
        if row.kind == "task":
            _fill(table, row.texts, _WIDTHS_MM)
            continue
        cells = table.add_row().cells
        number, title = row.texts
        wide = cells[1].merge(cells[-1])
        cells[0].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
        cells[0].paragraphs[0].add_run(number).bold = True
        wide.paragraphs[0].add_run(title).bold = True


def _fill(table: Any, texts: Sequence[str], widths: Sequence[int]) -> None:
    row = table.add_row()
    uncut = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(uncut)
    for column, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = Mm(width)
        first, *others = (_safe(text) or "").split("\n")
        paragraph = cell.paragraphs[0]
        paragraph.add_run(first)
        made = [paragraph, *(cell.add_paragraph(line) for line in others)]
        if column in _CENTRED_COLUMNS:
            for each in made:
                each.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _safe(text: str) -> str:
    """Without control signs, which XML does not hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\n\t")
