"""A list as it was filtered on a page, as Word and as Excel: days are days and figures are figures there."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import docx
import xlsxwriter

from caicach.rules.vntext import key
from caicach.writing import docx as word
from caicach.writing import xlsx as excel

Value = str | dt.date | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """width: in millimetres on a page across. only_sheet: too much for paper, left out of the Word file."""

    heading: str
    width: int
    kind: Literal["text", "day", "number"] = "text"
    only_sheet: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading; "" for rows without one. A row has one value a column."""

    title: str
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Listing:
    """over: who it is of; title; about: what was filtered, as of which day; then its tables."""

    over: str
    title: str
    about: tuple[str, ...]
    tables: tuple[Table, ...]


# --- Word ------------------------------------------------------------------------------------------------------


def list_docx(listing: Listing) -> bytes:
    """A4 across; the heading stands again on each page, no row is cut in two."""
    document = docx.Document()
    word.page(document)
    word.style(document, points=11)
    if listing.over:
        word.centred(document, listing.over.upper(), bold=True)
    word.centred(document, listing.title.upper(), bold=True)
    for line in listing.about:
        word.centred(document, line, italic=True)
    for table in listing.tables:
        document.add_paragraph()
        if len(listing.tables) > 1:
            word.centred(document, table.name.upper(), bold=True)
        _word_table(document, table)
    return word.saved(document)


def _word_table(document: Any, table: Table) -> None:
    shown = [at for at, column in enumerate(table.columns) if not column.only_sheet]
    widths = [table.columns[at].width for at in shown]
    made = word.table(document, [table.columns[at].heading for at in shown], widths)
    centred = frozenset(n for n, at in enumerate(shown) if table.columns[at].kind != "text" or at == 0)
    for group in table.groups:
        if group.title:
            word.title_row(made, group.title, widths)
        for row in group.rows:
            word.fill(made, [_said(row[at]) for at in shown], widths, centred=centred)


def _said(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{value.day:02}/{value.month:02}/{value.year}"
    return str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)


# --- Excel -----------------------------------------------------------------------------------------------------


def list_xlsx(listing: Listing) -> bytes:
    """A sheet a table: its groups' titles in a column of their own, so that it can be sorted and filtered."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, excel.PLAIN)
    looks = excel.looks(book)
    looks["day"] = book.add_format({**excel.CELL, "num_format": "dd/mm/yyyy", "align": "center"})
    looks["number"] = book.add_format({**excel.CELL, "num_format": "#,##0.######", "align": "right"})
    looks["whole"] = book.add_format({**excel.CELL, "num_format": "#,##0", "align": "right"})
    for table in listing.tables:
        _sheet(book, listing, table, looks)
    book.close()
    return out.getvalue()


def _sheet(book: Any, listing: Listing, table: Table, looks: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.name[:31])
    excel.across(sheet)
    has_groups = any(group.title for group in table.groups)
    columns: Sequence[Column] = (*((Column("Mục", 34),) if has_groups else ()), *table.columns)
    last = max(len(columns) - 1, 1)
    at = 0
    for text, look in (
        (listing.over.upper(), "title"),
        (listing.title.upper(), "title"),
        *((line, "named") for line in listing.about),
    ):
        if text:
            sheet.merge_range(at, 0, at, last, "", looks[look])
            sheet.write_string(at, 0, text, looks[look])
            at += 1
    at += 1
    excel.heading(sheet, at, [c.heading for c in columns], [max(8, c.width * 0.56) for c in columns], looks)
    top = at
    for group in table.groups:
        for row in group.rows:
            at += 1
            for column, value in enumerate(((group.title,) if has_groups else ()) + row):
                _cell(sheet, at, column, value, looks)
    sheet.autofilter(top, 0, max(at, top), len(columns) - 1)


def _cell(sheet: Any, row: int, column: int, value: Value, looks: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), looks["day"])
    elif isinstance(value, int):
        sheet.write_number(row, column, value, looks["whole"])
    elif isinstance(value, Decimal):
        sheet.write_number(row, column, float(value), looks["number"])
    else:
        excel.write(sheet, row, column, value or "", looks["text"])


WRITERS = {"xlsx": list_xlsx, "docx": list_docx}
"""The suffixes that a list can be asked for."""


def file_of(listing: Listing, suffix: str, name: str, *, today: dt.date) -> tuple[bytes, str]:
    """The file's bytes and its name: "cchc-2026-tre-han-24-11-2026.xlsx". suffix: one of WRITERS."""
    words = key(name).replace(" ", "-")[:80].strip("-")
    return WRITERS[suffix](listing), f"{words}-{today:%d-%m-%Y}.{suffix}"
