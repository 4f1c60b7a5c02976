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


def annex_xlsx(reading: PlanReading) -> bytes:
    """The plan's annex as .xlsx. Texts are written as texts: nothing in a plan becomes a formula or a link."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    looks = {
        "title": book.add_format({**_FONT, "bold": True, "align": "center"}),
        "named": book.add_format({**_FONT, "italic": True, "align": "center"}),
        "heading": book.add_format(
            {**_FONT, "bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True}
        ),
        "section": book.add_format(
            {**_FONT, "bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
        ),
        "text": book.add_format({**_FONT, "border": 1, "text_wrap": True, "valign": "vcenter"}),
        "middle": book.add_format(
            {**_FONT, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}
        ),
    }
    _annex(book, reading, looks)
    indicators = list(indicator_rows(reading))
    if indicators:
        _list(book, "Chỉ tiêu", INDICATOR_HEADINGS, (7, 70, 16, 14, 30, 24), indicators, looks)
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
        _list(book, FINDINGS_SHEET, FINDING_HEADINGS, (7, 12, 20, 70, 40, 26), findings, looks)
    book.close()
    return out.getvalue()


def _annex(book: Any, reading: PlanReading, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Phụ lục")
    _across(sheet)
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
    _heading(sheet, at, HEADINGS, _WIDTHS, looks)
    for row in annex_rows(reading):
        at += 1
        if row.kind == "section":
            number, title = row.texts
            sheet.write_string(at, 0, number, looks["heading"])
            sheet.merge_range(at, 1, at, last, title, looks["section"])
            continue
        for column, text in enumerate(row.texts):
            _write(sheet, at, column, text, looks["middle"] if column in (0, 5) else looks["text"])


def _list(
    book: Any,
    name: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
    looks: dict[str, Any],
) -> None:
    sheet = book.add_worksheet(name)
    _across(sheet)
    _heading(sheet, 0, headings, widths, looks)
    for at, texts in enumerate(rows, start=1):
        for column, text in enumerate(texts):
            _write(sheet, at, column, text, looks["middle"] if column == 0 else looks["text"])


def _heading(
    sheet: Any, at: int, headings: Sequence[str], widths: Sequence[int], looks: dict[str, Any]
) -> None:
    for column, (text, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(at, column, text, looks["heading"])
    sheet.repeat_rows(at)
    sheet.freeze_panes(at + 1, 0)


def _across(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.8, right=0.6, top=0.8, bottom=0.8)


def _write(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    """A text cell; Excel holds 32,767 signs and no control signs."""
    plain = "".join(sign for sign in text if sign >= " " or sign in "\n\t")[:32_000]
    if plain:
        sheet.write_string(row, column, plain, look)
    else:
        sheet.write_blank(row, column, None, look)
