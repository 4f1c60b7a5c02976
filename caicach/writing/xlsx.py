"""The cleaned annex as an Excel file: tasks, indicators and findings, a sheet each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from caicach.reading.plan import PlanReading
from caicach.reading.xlsx import FINDINGS_SHEET
from caicach.writing.rows import (
    FINDING_HEADINGS,
    HEADINGS,
    INDICATOR_HEADINGS,
    SEVERITIES,
    annex_rows,
    indicator_rows,
    titles,
)

_WIDTHS = (7, 52, 22, 26, 26, 20, 18)
_FONT = {"font_name": "Times New Roman", "font_size": 12}
CELL = {**_FONT, "border": 1, "text_wrap": True, "valign": "vcenter"}
PLAIN = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""a book in which texts stay texts: nothing in a plan becomes a formula or a link"""


def annex_xlsx(reading: PlanReading) -> bytes:
    """The plan's annex as .xlsx. Texts are written as texts: nothing in a plan becomes a formula or a link."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, PLAIN)
    shown = looks(book)
    _annex(book, reading, shown)
    indicators = list(indicator_rows(reading))
    if indicators:
        _list(book, "Chỉ tiêu", INDICATOR_HEADINGS, (7, 70, 16, 14, 30, 24), indicators, shown)
    if reading.findings:
        findings = [
            (
                str(at),
                SEVERITIES[finding.severity],
                finding.where,
                finding.message,
                finding.suggestion or "",
                finding.code,
            )
            for at, finding in enumerate(reading.findings, start=1)
        ]
        _list(book, FINDINGS_SHEET, FINDING_HEADINGS, (7, 12, 20, 70, 40, 26), findings, shown)
    book.close()
    return out.getvalue()


def looks(book: Any) -> dict[str, Any]:
    """The kinds of cells."""
    return {
        "title": book.add_format({**_FONT, "bold": True, "align": "center"}),
        "named": book.add_format({**_FONT, "italic": True, "align": "center"}),
        "heading": book.add_format(
            {**_FONT, "bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
        ),
        "section": book.add_format(
            {**_FONT, "bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
        ),
        "text": book.add_format(CELL),
        "middle": book.add_format({**CELL, "align": "center"}),
    }


def _annex(book: Any, reading: PlanReading, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Phụ lục")
    across(sheet)
    last = len(HEADINGS) - 1
    at = 0
    for text, look in zip(
        (titles(reading)[0], "PHỤ LỤC", *titles(reading)[1:]),
        ("title", "title", "title", "named"),
        strict=True,
    ):
        if text:
            sheet.merge_range(at, 0, at, last, text, looks[look])
            at += 1
    at += 1
    heading(sheet, at, HEADINGS, _WIDTHS, looks)
    for row in annex_rows(reading):
        at += 1
        if row.kind == "section":
            number, title = row.texts
            sheet.write_string(at, 0, number, looks["heading"])
            sheet.merge_range(at, 1, at, last, title, looks["section"])
            continue
        for column, text in enumerate(row.texts):
            write(sheet, at, column, text, looks["middle"] if column in (0, 5) else looks["text"])


def _list(
    book: Any,
    name: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
    looks: dict[str, Any],
) -> None:
    sheet = book.add_worksheet(name)
    across(sheet)
    heading(sheet, 0, headings, widths, looks)
    for at, texts in enumerate(rows, start=1):
        for column, text in enumerate(texts):
            write(sheet, at, column, text, looks["middle"] if column == 0 else looks["text"])


def heading(
    sheet: Any, at: int, headings: Sequence[str], widths: Sequence[float], looks: dict[str, Any]
) -> None:
    """The row of headings, which stays in sight and is printed on each page."""
    for column, (text, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(at, column, text, looks["heading"])
    sheet.repeat_rows(at)
    sheet.freeze_panes(at + 1, 0)


def across(sheet: Any) -> None:
    """A4 across, as wide as one page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)


def write(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    """A text cell; Excel holds 32,767 signs and no control signs."""
    plain = "".join(sign for sign in text if sign >= " " or sign in "\n\t")[:32_000]
    if plain:
        sheet.write_string(row, column, plain, look)
    else:
        sheet.write_blank(row, column, None, look)
